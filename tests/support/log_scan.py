"""Looks for what must never be in a log: secrets, device tokens, bearer tokens, bodies, names of people.

Each is looked for as it is and in every form in which a library or a mistake might print it: base64 of both alphabets
and at any offset, hex, the bytes behind a hex string, URL-encoded, escaped in JSON or by repr. Upper and lower case are
the same.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from ops.stack.description import StackDescription
from tests.support.aws.function_logs import Line

# What is shorter is found by chance.
MIN_LENGTH = 8
# A body is found by any such piece of it. Shorter ones may be uids and session ids, which logs may hold.
PIECE = 48
STEP = 16


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    form: str
    where: str

    def __str__(self) -> str:
        """Without the thing itself, which would only leak further."""
        return f"{self.what}, {self.form}, in {self.where}"


class LogScan:
    def __init__(self) -> None:
        self._wanted: dict[str, tuple[str, str]] = {}

    @property
    def size(self) -> int:
        """How many strings are looked for."""
        return len(self._wanted)

    def add(self, what: str, *values: str) -> None:
        for value in values:
            if len(value) < MIN_LENGTH:
                raise ValueError(f"{what}: {value!r} is too short to be looked for")
            for form, text in _forms(value):
                self._wanted.setdefault(text.lower(), (what, form))

    def add_body(self, what: str, body: bytes, step: int = STEP) -> None:
        """Found even if only a part of it is logged, of `PIECE + step` characters."""
        text = body.decode(errors="replace")
        for start in range(0, max(1, len(text) - PIECE + 1), step):
            if len(piece := text[start : start + PIECE]) >= PIECE // 2:
                self.add(what, piece)

    def add_description(self, description: StackDescription) -> None:
        """The stack's own secrets."""
        webhook = description.webhook
        self.add("the HMAC key", webhook.hmac_secret)
        self.add("the webhook's username or password", webhook.username, webhook.password)
        self.add("the Basic credentials", f"{webhook.username}:{webhook.password}")
        self.add("the REST key", description.cometchat_api.rest_api_key)
        for what, file in (
            ("the APNs key", description.apns.key_file),
            ("the JWT key", description.jwt.private_key_file),
        ):
            lines = Path(file).read_text().splitlines()
            self.add(what, *(line for line in lines if not line.startswith("-") and len(line) >= MIN_LENGTH))

    def findings(self, lines: Iterable[Line]) -> list[Finding]:
        """One for each thing, form and place."""
        texts: dict[str, list[str]] = {}
        for where, line in lines:
            texts.setdefault(where, []).append(line.lower())
        found = {(wanted, where) for where, text in texts.items() for wanted in self._in("\n".join(text))}
        return [Finding(*self._wanted[wanted], where) for wanted, where in sorted(found)]

    def _in(self, text: str) -> Iterator[str]:
        """By their beginnings, so that the time taken hardly depends on how many are looked for."""
        by_beginning: dict[str, list[str]] = {}
        for wanted in self._wanted:
            by_beginning.setdefault(wanted[:MIN_LENGTH], []).append(wanted)
        for at in range(len(text) - MIN_LENGTH + 1):
            if candidates := by_beginning.get(text[at : at + MIN_LENGTH]):
                yield from (wanted for wanted in candidates if text.startswith(wanted, at))


def _forms(value: str) -> Iterator[tuple[str, str]]:
    raw = value.encode(errors="surrogatepass")
    yield "as it is", value
    yield from _of_bytes("", raw)
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){8,}", value):
        yield from _of_bytes("the bytes of its hex digits, ", bytes.fromhex(value))
    yield "URL-encoded", quote(value, safe="", errors="replace")
    yield "URL-encoded as in a form", quote_plus(value, errors="replace")
    yield "URL-encoded, but for slashes", quote(value, errors="replace")
    escaped = json.dumps(value)[1:-1]
    yield "in JSON", escaped
    yield "in JSON, not ASCII", json.dumps(value, ensure_ascii=False)[1:-1]
    yield "in JSON in JSON", json.dumps(escaped)[1:-1]
    yield "by repr", repr(value)[1:-1]
    yield "by repr in JSON", json.dumps(repr(value)[1:-1])[1:-1]


def _of_bytes(prefix: str, raw: bytes) -> Iterator[tuple[str, str]]:
    yield f"{prefix}in hex", raw.hex()
    yield f"{prefix}by repr", repr(raw)[2:-1]
    yield f"{prefix}by repr in JSON", json.dumps(repr(raw)[2:-1])[1:-1]
    # Within something longer, base64 looks like one of three, but for its ends.
    for offset in range(3):
        padded = base64.b64encode(bytes(offset) + raw).decode().rstrip("=")
        middle = padded[(offset * 8 + 5) // 6 : len(padded) - 1]
        if len(middle) >= MIN_LENGTH:
            yield f"{prefix}in base64", middle
            yield f"{prefix}in base64 for URLs", middle.replace("+", "-").replace("/", "_")
