"""The proxy before APNs spoils connections, and only as it is told to."""

import socket
import ssl
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from apns_simulator import ApnsSimulator
from tests.programs.faults.cell import Kind
from tests.programs.faults.tcp_proxy import TcpProxy
from tests.support.apns.credentials import SigningKey
from tests.support.apns.pusher import Pusher

GIVE_UP_S = 0.5
# For what is to succeed, however busy the machine.
WAIT_S = 20.0


@pytest.fixture
def apns(tmp_path) -> Iterator[tuple[ApnsSimulator, SigningKey]]:
    key = SigningKey()
    with ApnsSimulator(tmp_path, [key.registered()]) as simulator:
        yield simulator, key


@pytest.fixture
def proxy(apns) -> Iterator[TcpProxy]:
    with TcpProxy(apns[0].production_url) as running:
        yield running


@pytest.fixture
def push(apns, proxy) -> Callable[[], int]:
    """Push over a new connection and return the status."""

    def push(timeout_s: float = GIVE_UP_S) -> int:
        simulator, key = apns
        with Pusher(proxy.url, simulator.ca_file, key.token(), timeout_s=timeout_s) as pusher:
            return pusher.push().status

    return push


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Kind.REFUSED, ConnectionRefusedError),
        (Kind.RESET, ConnectionResetError),
        (Kind.HANGS, TimeoutError),
        (Kind.STALLS, TimeoutError),
        (Kind.SLOW_1_S, TimeoutError),
        (Kind.MALFORMED, ssl.SSLError),
    ],
)
def test_what_the_client_sees(proxy, push, kind, error):
    proxy.switch_on(kind)
    with pytest.raises(error):
        push()
    proxy.switch_off()
    assert push(WAIT_S) == 200


def test_wrong_once(proxy, push):
    proxy.switch_on(Kind.WRONG_ONCE)
    with pytest.raises((ConnectionResetError, ssl.SSLError)):
        push()
    assert push() == 200
    assert proxy.connections == 2


def test_open_connections_end_when_a_fault_begins(apns, proxy):
    simulator, key = apns
    with Pusher(proxy.url, simulator.ca_file, key.token()) as pusher:
        assert pusher.push().status == 200
        proxy.switch_on(Kind.HANGS)
        with pytest.raises((ConnectionResetError, EOFError)):
            pusher.read_frame()


def test_it_listens_again_on_the_same_port(proxy):
    before = proxy.url
    proxy.switch_on(Kind.REFUSED)
    proxy.switch_off()
    assert proxy.url == before
    socket.create_connection((urlsplit(before).hostname, urlsplit(before).port), timeout=GIVE_UP_S).close()
