"""An APNs key that was stored in another form than Apple's file: recognised, and brought back to it."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from push.apns.key import parse_keys
from push.errors import ApnsKeyUnusable
from shared.devices import APNS_ENVIRONMENTS

_BEGIN, _END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Repair:
    what_is_wrong: str
    value: Mapping[str, Any]
    """What the secret has to hold."""


def repaired(text: str) -> Repair | None:
    """None if it is in order, or if nothing that is known here would put it in order."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for what_is_wrong, change in _CHANGES.items():
        candidate = _with_changed_keys(value, change)
        if candidate != value and _is_usable(candidate):
            return Repair(what_is_wrong, candidate)
    return None


def _from_literal_newlines(key: str) -> str:
    return key.replace("\\r", "").replace("\\n", "\n")


def _from_base64(key: str) -> str:
    """Of the whole file, or only of what stands between its first and last line."""
    try:
        decoded = base64.b64decode("".join(key.split()), validate=True)
    except (binascii.Error, ValueError):
        return key
    if _BEGIN.encode() in decoded:
        return decoded.decode(errors="replace")
    return f"{_BEGIN}\n{base64.encodebytes(decoded).decode()}{_END}\n"


def _from_one_line(key: str) -> str:
    """Spaces where the lines ended."""
    inner = key.strip().removeprefix(_BEGIN).removesuffix(_END)
    return "\n".join([_BEGIN, *inner.split(), _END, ""])


_CHANGES: Mapping[str, Callable[[str], str]] = {
    r"the .p8 in the secret has the two characters \n where its lines should end": _from_literal_newlines,
    "the .p8 in the secret is encoded in base64": _from_base64,
    "the .p8 in the secret is on one line": _from_one_line,
}


def _with_changed_keys(value: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("private_key"), str):
        return {**value, "private_key": change(value["private_key"])}
    return {
        name: _with_changed_keys(each, change) if name in APNS_ENVIRONMENTS else each for name, each in value.items()
    }


def _is_usable(value: Any) -> bool:
    try:
        parse_keys(json.dumps(value))
    except ApnsKeyUnusable:
        return False
    return True
