"""TLS, and clients that speak it or HTTP/2 badly."""

import socket
import ssl
import warnings
from urllib.parse import urlsplit

import httpx
import pytest

from apns_simulator import SimulatorConfig
from tests.support.apns.pusher import DEVICE, PAYLOAD

ENHANCE_YOUR_CALM = 11


def handshake(apns, context: ssl.SSLContext) -> ssl.SSLSocket:
    address = urlsplit(apns.production_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as tcp:
        return context.wrap_socket(tcp, server_hostname="localhost")


def test_a_client_must_trust_the_simulator_s_ca(apns):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(apns, ssl.create_default_context())
    handshake(apns, ssl.create_default_context(cafile=str(apns.ca_file))).close()


def test_tls_1_2_and_later(apns):
    context = ssl.create_default_context(cafile=str(apns.ca_file))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    handshake(apns, context).close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else OpenSSL would not even try
    with pytest.raises(ssl.SSLError, match=r"EOF|ALERT"):
        handshake(apns, context)


def test_without_http2_in_the_handshake_the_connection_ends(apns):
    with handshake(apns, ssl.create_default_context(cafile=str(apns.ca_file))) as tls:
        assert tls.recv(1000) == b""
    assert apns.counters()["pushes"] == 0


def test_headers_beyond_the_announced_size_end_the_connection(pusher):
    pusher.begin(x_big="y" * 9000)
    assert pusher.wait_for_goaway()[1] == ENHANCE_YOUR_CALM
    pusher.wait_for_end()


def test_headers_that_are_no_text_do_no_harm(pusher, apns):
    headers = [*pusher.headers.items(), ("x-odd", b"\xff\xfe")]
    assert pusher.response(pusher.start(f"/3/device/{DEVICE}", headers, PAYLOAD)).status == 200
    assert apns.pushes()[0]["headers"]["x-odd"] == "\ufffd\ufffd"


def test_nothing_is_accepted_after_the_connection_has_ended(apns, connect):
    pusher = connect(apns, warm=True)
    apns.close_connections("fin")
    pusher.begin()
    with pytest.raises((EOFError, ConnectionError)):
        pusher.ping()
    assert apns.counters()["accepted"] == 1


def test_a_huge_payload_is_read_to_its_end(start, signing_key):
    apns = start(SimulatorConfig(initial_max_concurrent_streams=1000))
    headers = {"authorization": f"bearer {signing_key.token()}", "apns-topic": "com.example.app.voip"}
    trust = ssl.create_default_context(cafile=str(apns.ca_file))
    with httpx.Client(http2=True, verify=trust) as client:
        url = f"{apns.production_url}/3/device/{DEVICE}"
        answer = client.post(url, headers=headers | {"apns-push-type": "voip"}, content=b"x" * 300_000)
    assert (answer.http_version, answer.status_code, answer.json()) == ("HTTP/2", 413, {"reason": "PayloadTooLarge"})
    assert apns.pushes()[0]["payload_bytes"] == 300_000
