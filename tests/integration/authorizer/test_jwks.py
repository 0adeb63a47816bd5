"""The issuer's keys: fetched when they are needed, kept when the issuer is out of reach."""

import socket

import pytest

from authorizer.errors import JwksUnavailable, UnknownKey
from authorizer.http_get import MAX_BYTES
from authorizer.jwks import CACHE_TTL_MS, MIN_REFRESH_MS, Jwks
from local.services.http_server import Request, Response, serve
from tests.support.clocks import MovedClock
from tests.support.jwks_server import JwksServer
from tests.support.jwts import SigningKey, rsa_key

OLD, NEW = SigningKey("old"), SigningKey("new", rsa_key())


def test_keys_are_fetched_once(issuer: JwksServer) -> None:
    issuer.publish(OLD.jwk(), NEW.jwk())

    for _ in range(3):
        assert issuer.jwks.key("old", "ES256").key_id == "old"
        assert issuer.jwks.key("new", "RS256").algorithm_name == "RS256"
    assert issuer.requests == 1


def test_keys_are_fetched_again_after_a_while(issuer: JwksServer) -> None:
    issuer.publish(OLD.jwk())
    issuer.jwks.key("old", "ES256")
    issuer.publish(NEW.jwk())

    issuer.clock.pass_ms(CACHE_TTL_MS - 1)
    assert issuer.jwks.key("old", "ES256")
    assert issuer.requests == 1
    issuer.clock.pass_ms(1)
    with pytest.raises(UnknownKey):
        issuer.jwks.key("old", "ES256")
    assert issuer.jwks.key("new", "RS256")
    assert issuer.requests == 2


def test_a_key_that_is_new_is_looked_for_at_once(issuer: JwksServer) -> None:
    issuer.publish(OLD.jwk())
    issuer.jwks.key("old", "ES256")
    issuer.publish(OLD.jwk(), NEW.jwk())
    issuer.clock.pass_ms(MIN_REFRESH_MS)

    assert issuer.jwks.key("new", "RS256")
    assert issuer.requests == 2


def test_keys_that_nobody_has_heard_of_do_not_drive_the_issuer(issuer: JwksServer) -> None:
    issuer.publish(OLD.jwk())

    for number in range(50):
        with pytest.raises(UnknownKey):
            issuer.jwks.key(f"invented-{number}", "ES256")
    assert issuer.requests == 1
    issuer.clock.pass_ms(MIN_REFRESH_MS)
    for number in range(50):
        with pytest.raises(UnknownKey):
            issuer.jwks.key(f"invented-{number}", "ES256")
    assert issuer.requests == 2
    assert issuer.jwks.key("old", "ES256")


BROKEN = {
    "500": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
    "nothing": b"",
    "no HTTP": b"hello\r\n\r\n",
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "cut off": b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"keys": [',
    "chunks cut off": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    "redirect to a file": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/hosts\r\nContent-Length: 0\r\n\r\n",
    "redirect to itself": b"HTTP/1.1 302 Found\r\nLocation: /jwks.json\r\nContent-Length: 0\r\n\r\n",
}

BAD_BODIES = {
    "empty": b"",
    "no JSON": b"<html>",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "a number": b"5",
    "no keys": b"{}",
    "null keys": b'{"keys": null}',
    "keys that are a string": b'{"keys": "abc"}',
    "an empty list": b'{"keys": []}',
    "keys that are none": b'{"keys": [1, null, "x", []]}',
    "keys of no type": b'{"keys": [{}]}',
    "keys of another type": b'{"keys": [{"kty": "XYZ", "kid": "old"}]}',
    "keys without a curve": b'{"keys": [{"kty": "EC", "kid": "old"}]}',
    "points off the curve": b'{"keys": [{"kty": "EC", "kid": "old", "crv": "P-256", "x": "AA", "y": "AA"}]}',
    "fields of the wrong type": b'{"keys": [{"kty": "RSA", "kid": "old", "n": 5, "e": {}}]}',
    "too deep": b"[" * 100_000,
    "too long": b'{"keys": [' + b" " * MAX_BYTES + b"]}",
}


@pytest.mark.parametrize("response", [*BROKEN, *BAD_BODIES])
def test_a_broken_answer_leaves_the_keys_as_they_are(issuer: JwksServer, response: str) -> None:
    issuer.publish(OLD.jwk())
    issuer.jwks.key("old", "ES256")
    issuer.clock.pass_ms(CACHE_TTL_MS)

    issuer.raw, issuer.body = BROKEN.get(response), BAD_BODIES.get(response, b"")

    assert issuer.jwks.key("old", "ES256").key_id == "old"
    with pytest.raises(UnknownKey):
        issuer.jwks.key("new", "RS256")


@pytest.mark.parametrize("response", [*BROKEN, *BAD_BODIES])
def test_a_broken_answer_is_no_keys(issuer: JwksServer, response: str) -> None:
    issuer.raw, issuer.body = BROKEN.get(response), BAD_BODIES.get(response, b"")

    with pytest.raises(JwksUnavailable):
        issuer.jwks.key("old", "ES256")


def test_a_redirect_is_not_followed(issuer: JwksServer) -> None:
    """Nor can an issuer, or whoever has its web server, make us ask others."""
    reached: list[Request] = []

    def elsewhere(request: Request) -> Response:
        reached.append(request)
        return Response(200, {"keys": [OLD.jwk()]})

    with serve(elsewhere) as url:
        issuer.raw = f"HTTP/1.1 302 Found\r\nLocation: {url}/jwks.json\r\nContent-Length: 0\r\n\r\n".encode()
        with pytest.raises(JwksUnavailable, match="status 302"):
            issuer.jwks.key("old", "ES256")
    assert reached == []


def test_a_first_fetch_that_failed_is_repeated_after_a_second(issuer: JwksServer) -> None:
    """Until there are keys nobody can sign in."""
    issuer.raw = BROKEN["500"]
    with pytest.raises(JwksUnavailable):
        issuer.jwks.key("old", "ES256")
    issuer.publish(OLD.jwk())

    issuer.clock.pass_ms(999)
    with pytest.raises(JwksUnavailable):
        issuer.jwks.key("old", "ES256")
    issuer.clock.pass_ms(1)
    assert issuer.jwks.key("old", "ES256")
    assert issuer.requests == 2


def test_with_keys_at_hand_a_failed_fetch_is_repeated_after_a_minute(issuer: JwksServer) -> None:
    issuer.publish(OLD.jwk())
    issuer.jwks.key("old", "ES256")
    issuer.clock.pass_ms(CACHE_TTL_MS)
    issuer.raw = BROKEN["500"]

    for _ in range(3):
        assert issuer.jwks.key("old", "ES256")
        issuer.clock.pass_ms(MIN_REFRESH_MS // 3)
    assert issuer.requests == 2
    assert issuer.jwks.key("old", "ES256")
    assert issuer.requests == 3


def test_an_issuer_that_is_not_there() -> None:
    with pytest.raises(JwksUnavailable):
        Jwks("http://127.0.0.1:1/jwks.json", MovedClock(), timeout_s=2).key("old", "ES256")


def test_unusable_keys_among_usable_ones_are_passed_over(issuer: JwksServer) -> None:
    issuer.publish(
        {"kty": "XYZ", "kid": "odd"}, OLD.jwk(), {"kty": "RSA", "kid": "half", "n": "AQAB"}, NEW.jwk(kid=None)
    )

    assert issuer.jwks.key("old", "ES256")
    for key_id in ("odd", "half", "new", "None", ""):
        with pytest.raises(UnknownKey):
            issuer.jwks.key(key_id, "RS256")


def test_an_issuer_that_accepts_and_never_answers(issuer: JwksServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        jwks = Jwks(f"http://127.0.0.1:{silent.getsockname()[1]}/jwks.json", issuer.clock, timeout_s=0.2)

        with pytest.raises(JwksUnavailable):
            jwks.key("ec", "ES256")
