"""Takes secrets and device tokens out of texts that others wrote, before they are logged.

Our own log lines are made of constant messages and of fields that `shared.observability` lists. What is left are the
messages of errors, which may quote what their raiser was given.
"""

import json
import re
from collections import deque
from typing import Any

# Shorter values may be part of ordinary words.
_MIN_LENGTH = 8
_NOT_SECRET = {"username", "key_id", "team_id"}
_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), "<key>"),
    # But not "wrong basic credentials".
    (re.compile(r"\b((?i:bearer|basic)) +(?=[^\s\"',]*[A-Z0-9=])[^\s\"',]+"), r"\1 <hidden>"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), "<JWT>"),
    # Device tokens, signatures, and the tails of CometChat's auth tokens and session ids.
    (re.compile(r"[0-9A-Fa-f]{32,}"), "<hex>"),
)

_hidden: deque[str] = deque(maxlen=64)


def hide_values(secret: str) -> None:
    """No value of this secret is logged from here on. Its text may be JSON."""
    try:
        value = json.loads(secret)
    except (ValueError, RecursionError):
        value = None
    for text in (secret, *_strings(value)):
        if len(text) >= _MIN_LENGTH and text not in _hidden:
            _hidden.append(text)


def redact(text: str) -> str:
    for hidden in _hidden:
        text = text.replace(hidden, "<secret>")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def describe(error: BaseException) -> str:
    """The type of an error, and its message if that quotes only names of resources, codes and addresses."""
    name = type(error).__name__
    return f"{name}: {redact(str(error))}" if _is_discreet(error) else name


def _is_discreet(error: BaseException) -> bool:
    # By names, since the authorizer has no other use for botocore, which would be half of its cold start.
    if type(error).__name__ == "ParamValidationError":  # quotes the parameters
        return False
    return isinstance(error, OSError) or type(error).__module__.startswith(_DISCREET)


_DISCREET = tuple(
    f"{package}." for package in ("authorizer", "botocore", "calls", "push", "shared", "tokens", "webhook")
)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, item in value.items() if name not in _NOT_SECRET for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
