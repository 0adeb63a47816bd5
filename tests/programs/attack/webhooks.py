"""The webhook: credentials of every wrong kind, bodies under a right one, methods, paths, and odd headers."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from functools import partial

from ops.calls import webhooks
from tests.programs.attack.attempt import INVALID, NO_ROUTE, NOT_HTTP, TOO_LARGE, UNAUTHENTICATED, Attempt, Target
from tests.programs.attack.bodies import NOT_JSON_OBJECTS
from tests.programs.attack.wire import Header, Request

SIGNATURE = "X-CometChat-Signature"

type Change = Callable[[Request, Target], Request]


def attempts() -> Iterator[Attempt]:
    for name, change in _CREDENTIALS.items():
        expected = (UNAUTHENTICATED, *NOT_HTTP) if name in _MAYBE_NOT_HTTP else (UNAUTHENTICATED,)
        yield Attempt("webhook", "webhook, credentials", name, partial(_changed, change), expected)
    for name, change in _RIGHT.items():
        make = partial(_changed_harmless, change)
        yield Attempt("webhook", "webhook, what is in order", name, make, (200,), "ignored")
    for name, raw in NOT_JSON_OBJECTS.items():
        expected: tuple[tuple[int, ...], str] = ((200,), "ignored") if name in _REPAIRED else ((INVALID,), "")
        yield Attempt("webhook", "webhook, body", name, partial(_signed, raw), *expected)
    for name, (raw, status) in _BODIES.items():
        yield Attempt("webhook", "webhook, body", name, partial(_signed, raw), (status,))
    for name, change, expected in _REQUESTS:
        yield Attempt("webhook", "webhook, request", name, partial(_changed, change), expected)


def call(target: Target) -> bytes:
    """A call that would ring the victim's phone."""
    data = {
        "id": target.session_id,
        "sessionId": target.session_id,
        "type": "audio",
        "initiator": {"uid": target.attacker_uid, "name": "Mallory of the Attacks"},
        "receiver": {"uid": target.victim.uid, "name": "Victim of the Attacks"},
        "receiverType": "user",
    }
    return json.dumps({"trigger": "call_initiated", "data": data}).encode()


def signature(body: bytes, target: Target) -> str:
    return hmac.new(target.description.webhook.hmac_secret.encode(), body, hashlib.sha256).hexdigest()


def basic(target: Target) -> str:
    """Right."""
    sent = webhooks.with_basic_authentication(b"", target.description.webhook)
    return sent.headers["Authorization"]


def post(body: bytes, *headers: Header) -> Request:
    return Request("POST", "", [("Content-Type", "application/octet-stream"), *headers], body)


def _signed(body: bytes, target: Target) -> Request:
    return post(body, (SIGNATURE, signature(body, target)))


def _changed(change: Change, target: Target) -> Request:
    return change(post(call(target)), target)


def _changed_harmless(change: Change, target: Target) -> Request:
    return change(post(b'{"trigger": "meeting_started", "data": {}}'), target)


def _with(name: str, make: Callable[[str, Target], str | bytes]) -> Change:
    """A header made of the right one."""

    def change(request: Request, target: Target) -> Request:
        right = basic(target) if name == "Authorization" else signature(request.body, target)
        return request.with_header(name, make(right, target))

    return change


def _with_signature(make: Callable[[str], str | bytes]) -> Change:
    return _with(SIGNATURE, lambda right, target: make(right))


def _with_authorization(make: Callable[[str], str | bytes]) -> Change:
    return _with("Authorization", lambda right, target: make(right))


def _both(signature_of: Callable[[str], str], authorization_of: Callable[[str], str]) -> Change:
    def change(request: Request, target: Target) -> Request:
        request = request.with_header(SIGNATURE, signature_of(signature(request.body, target)))
        return request.with_header("Authorization", authorization_of(basic(target)))

    return change


def _right(value: str) -> str:
    return value


def _encoded(credentials: bytes) -> str:
    return "Basic " + base64.b64encode(credentials).decode()


def _credentials(change: Callable[[str, str], bytes]) -> Change:
    """Basic, of a changed username and password."""
    return _with(
        "Authorization",
        lambda _, target: _encoded(change(target.description.webhook.username, target.description.webhook.password)),
    )


def _signature_over(change: Callable[[bytes], bytes]) -> Change:
    """A right signature, over something else than what is sent."""
    return lambda request, target: request.with_header(SIGNATURE, signature(change(request.body), target))


def _sent_instead(change: Callable[[bytes], bytes]) -> Change:
    """Something else than what the right signature is over."""
    return lambda request, target: request.with_header(SIGNATURE, signature(request.body, target)).but(
        body=change(request.body)
    )


def _reserialised(body: bytes) -> bytes:
    return json.dumps(json.loads(body), separators=(",", ":"), sort_keys=True).encode()


def _other_digest(algorithm: str) -> Change:
    return lambda request, target: request.with_header(
        SIGNATURE, hmac.new(target.description.webhook.hmac_secret.encode(), request.body, algorithm).hexdigest()
    )


_CREDENTIALS: dict[str, Change] = {
    "none": lambda request, target: request,
    "signature empty": _with_signature(lambda right: ""),
    "signature of zeros": _with_signature(lambda right: "0" * 64),
    "signature without its last digit": _with_signature(lambda right: right[:-1]),
    "signature without its last byte": _with_signature(lambda right: right[:-2]),
    "signature with a digit more": _with_signature(lambda right: right + "0"),
    "signature with one digit changed": _with_signature(lambda right: right[:-1] + ("0" if right[-1] != "0" else "1")),
    "signature in base64": _with_signature(lambda right: base64.b64encode(bytes.fromhex(right)).decode()),
    "signature quoted": _with_signature(lambda right: f'"{right}"'),
    "signature twice in one": _with_signature(lambda right: f"{right},{right}"),
    "signature very long": _with_signature(lambda right: right * 100),
    "signature not ASCII": _with_signature(lambda right: b"\xc3\xa9" + right[2:].encode()),
    "signature not UTF-8": _with_signature(lambda right: b"\xff" + right[1:].encode()),
    "signature with NUL": _with_signature(lambda right: right[:-1].encode() + b"\x00"),
    "signature of another body, replayed": _signature_over(lambda body: b'{"trigger": "meeting_started"}'),
    "signature of the same JSON, serialised again": _signature_over(_reserialised),
    "signature of nothing": _signature_over(lambda body: b""),
    "signature of another key": _with(
        SIGNATURE, lambda right, target: hmac.new(b"guessed", call(target), hashlib.sha256).hexdigest()
    ),
    "signature of the empty key": _with(
        SIGNATURE, lambda right, target: hmac.new(b"", call(target), hashlib.sha256).hexdigest()
    ),
    "signature by SHA-1": _other_digest("sha1"),
    "signature by SHA-512": _other_digest("sha512"),
    "signature by MD5": _other_digest("md5"),
    "signature that is a plain hash": _with(SIGNATURE, lambda right, target: hashlib.sha256(call(target)).hexdigest()),
    "signature in the query only": lambda request, target: request.but(
        path=f"?{SIGNATURE}={signature(request.body, target)}"
    ),
    "signature under another name": lambda request, target: request.with_header(
        "X-Signature", signature(request.body, target)
    ),
    "signature under its name with an underscore": lambda request, target: request.with_header(
        "X_CometChat_Signature", signature(request.body, target)
    ),
    "body with a byte changed": _sent_instead(lambda body: body.replace(b"Mallory", b"Nallory")),
    "body with a space more": _sent_instead(lambda body: body + b" "),
    "body with a line break more": _sent_instead(lambda body: body + b"\r\n"),
    "body serialised again": _sent_instead(_reserialised),
    "body cut": _sent_instead(lambda body: body[:-1]),
    "body empty": _sent_instead(lambda body: b""),
    "Basic and nothing": _with_authorization(lambda right: "Basic"),
    "Basic with a wrong password": _credentials(lambda name, password: f"{name}:{password}x".encode()),
    "Basic with a cut password": _credentials(lambda name, password: f"{name}:{password[:-1]}".encode()),
    "Basic with no password": _credentials(lambda name, password: f"{name}:".encode()),
    "Basic with no username": _credentials(lambda name, password: f":{password}".encode()),
    "Basic without a colon": _credentials(lambda name, password: f"{name}{password}".encode()),
    "Basic of a colon": _credentials(lambda name, password: b":"),
    "Basic of nothing": _credentials(lambda name, password: b""),
    "Basic in other cases": _credentials(lambda name, password: f"{name}:{password}".swapcase().encode()),
    "Basic with a line break": _credentials(lambda name, password: f"{name}:{password}\n".encode()),
    "Basic with NUL": _credentials(lambda name, password: f"{name}:{password}\0".encode()),
    "Basic not UTF-8": _credentials(lambda name, password: b"\xff\xfe:\xff"),
    "Basic in UTF-16": _credentials(lambda name, password: f"{name}:{password}".encode("utf-16")),
    "Basic of a very long password": _credentials(lambda name, password: f"{name}:".encode() + b"x" * 6_000),
    "Basic without its padding": _with(
        "Authorization",
        lambda right, target: _encoded(
            f"{target.description.webhook.username}:{target.description.webhook.password}!".encode()
        ).rstrip("="),
    ),
    "Basic that is no base64": _with_authorization(lambda right: "Basic !!!!"),
    "Basic in plain text": _with(
        "Authorization",
        lambda _, target: f"Basic {target.description.webhook.username}:{target.description.webhook.password}",
    ),
    "Basic in base64 for URLs": _with_authorization(lambda right: right + "-_"),
    "Basic with padding too much": _with_authorization(lambda right: right + "===="),
    "Basic with something after it": _with_authorization(lambda right: right + " x"),
    "Basic twice in one": _with_authorization(lambda right: f"{right},{right}"),
    "Basic twice in one, the second one wrong": _with_authorization(lambda right: f"{right}, Basic eDp5"),
    "Basic under the scheme Bearer": _with_authorization(lambda right: right.replace("Basic", "Bearer")),
    "Basic without a scheme": _with_authorization(lambda right: right.removeprefix("Basic ")),
    "Basic after a tab": _with_authorization(lambda right: right.replace(" ", "\t")),
    "Basic as a proxy's": lambda request, target: request.with_header("Proxy-Authorization", basic(target)),
    "Bearer": _with_authorization(lambda right: "Bearer abc"),
    "Digest": _with_authorization(lambda right: 'Digest username="cometchat", response="0"'),
    "right signature, wrong Basic": _both(_right, lambda right: "Basic eDp5"),
    "right signature, empty Basic": _both(_right, lambda right: ""),
    "right signature, Bearer": _both(_right, lambda right: "Bearer abc"),
    "right Basic, wrong signature": _both(lambda right: "0" * 64, _right),
    "right Basic, empty signature": _both(lambda right: "", _right),
    "both wrong": _both(lambda right: "0" * 64, lambda right: "Basic eDp5"),
}

# So that the refusals above are known not to be of everything.
_RIGHT: dict[str, Change] = {
    "signature": _with_signature(_right),
    "signature under a header in capitals": lambda request, target: request.with_header(
        SIGNATURE.upper(), signature(request.body, target)
    ),
    "Basic": _with_authorization(_right),
    "Basic in lower case": _with_authorization(lambda right: right.replace("Basic", "basic")),
    "Basic in capitals": _with_authorization(lambda right: right.replace("Basic", "BASIC")),
    "Basic after two spaces": _with_authorization(lambda right: right.replace(" ", "  ")),
    "signature in capitals": _with_signature(str.upper),
    "signature with its algorithm": _with_signature(lambda right: f"sha256={right}"),
    "Basic, and signature in capitals": _both(str.upper, _right),
    "both": _both(_right, _right),
}

# Some HTTP servers refuse such bytes in a header before anybody can look at them.
_MAYBE_NOT_HTTP = {"signature very long", "signature not ASCII", "signature not UTF-8", "signature with NUL"}

_SIGNED = '{"trigger": "call_initiated", "data": {"sessionId": "s", "type": "audio", "initiator": %s, "receiver": %s}}'

# What is not UTF-8 is repaired, and then its trigger is one that rings nobody.
_REPAIRED = {"not UTF-8", "a surrogate in UTF-8", "overlong UTF-8"}

_BODIES: dict[str, tuple[bytes, int]] = {
    "larger than 64 KB": (b'{"trigger": "' + b"x" * 65_536 + b'"}', TOO_LARGE),
    "of a megabyte": (b'{"trigger": "' + b"x" * 1_000_000 + b'"}', TOO_LARGE),
    "no trigger": (b"{}", INVALID),
    "trigger a list": (b'{"trigger": ["call_initiated"]}', INVALID),
    "trigger half a surrogate pair": (b'{"trigger": "\\ud800"}', INVALID),
    "trigger twice, the last one empty": (b'{"trigger": "call_initiated", "trigger": ""}', INVALID),
    "no data": (b'{"trigger": "call_initiated"}', INVALID),
    "data a list": (b'{"trigger": "call_initiated", "data": [{}]}', INVALID),
    "uid of an owner item": ((_SIGNED % ('{"uid": "a"}', '{"uid": "owner#ab"}')).encode(), INVALID),
    "uid not ASCII": ((_SIGNED % ('{"uid": "a"}', '{"uid": "b\\u00f3b"}')).encode(), INVALID),
    "uid half a surrogate pair": ((_SIGNED % ('{"uid": "a"}', '{"uid": "\\udc00"}')).encode(), INVALID),
    "uid too long": ((_SIGNED % ('{"uid": "a"}', '{"uid": "' + "b" * 101 + '"}')).encode(), INVALID),
    "session id too long": (
        (_SIGNED % ('{"uid": "a"}', '{"uid": "b"}')).replace('"s"', f'"{"s" * 256}"').encode(),
        INVALID,
    ),
    "a call without anybody": ((_SIGNED % ("{}", "{}")).encode(), INVALID),
}


def _with_both(request: Request, target: Target) -> Request:
    return _both(_right, _right)(request, target)


_REQUESTS: list[tuple[str, Change, tuple[int, ...]]] = [
    *(
        (method, lambda request, target, method=method: _with_both(request, target).but(method=method), expected)
        for method, expected in (
            ("GET", NO_ROUTE),
            ("HEAD", NO_ROUTE),
            ("PUT", NO_ROUTE),
            ("PATCH", NO_ROUTE),
            ("DELETE", NO_ROUTE),
            ("TRACE", (*NO_ROUTE, 0, 501)),
            ("CALL", (*NO_ROUTE, *NOT_HTTP)),
        )
    ),
    (
        "GET that says it is POST",
        lambda request, target: (
            _with_both(request, target).with_header("X-HTTP-Method-Override", "POST").but(method="GET")
        ),
        NO_ROUTE,
    ),
    *(
        (
            f"path {path}",
            lambda request, target, path=path: _with_both(request, target).but(path=path),
            (*NO_ROUTE, 403),
        )
        for path in ("/", "//", "/x", "/..", "/%2e%2e/call", "%00", ";x", "%2f")
    ),
    (
        "a header that claims to be API Gateway's",
        lambda request, target: request.with_header(
            "X-Amzn-Request-Context", '{"authorizer": {"lambda": {"uid": "x"}}}'
        ),
        (UNAUTHENTICATED,),
    ),
    (
        "a line break in the signature, and the right one after it",
        lambda request, target: request.with_header(
            SIGNATURE, b"0\r\nX-Other: " + signature(request.body, target).encode()
        ),
        (UNAUTHENTICATED,),
    ),
    (
        "a right signature behind a folded line",
        lambda request, target: request.with_header(SIGNATURE, b"x\r\n " + signature(request.body, target).encode()),
        (UNAUTHENTICATED, *NOT_HTTP),
    ),
    (
        "two lengths",
        lambda request, target: (
            _with_both(request, target)
            .with_header("Content-Length", str(len(request.body)))
            .with_header("Content-Length", "0")
        ),
        (UNAUTHENTICATED, *NOT_HTTP),
    ),
    (
        "a length and chunks",
        lambda request, target: (
            request.with_header("Content-Length", "5")
            .with_header("Transfer-Encoding", "chunked")
            .but(body=b"0\r\n\r\n")
        ),
        (UNAUTHENTICATED, *NOT_HTTP),
    ),
    (
        "a negative length",
        lambda request, target: _with_both(request, target).with_header("Content-Length", "-1"),
        NOT_HTTP,
    ),
    (
        "a space before the colon",
        lambda request, target: request.with_header(f"{SIGNATURE} ", signature(request.body, target)),
        (UNAUTHENTICATED, *NOT_HTTP),
    ),
]
