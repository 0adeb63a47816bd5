"""CometChat's side of a webhook: its samples, its credentials, its signature."""

import base64
import copy
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "samples" / "cometchat"

HMAC_SECRET = "hmac-secret-of-the-tests"
USERNAME = "cometchat"
PASSWORD = "pass:word-of-the-tests"
CREDENTIALS = {"hmac_secret": HMAC_SECRET, "username": USERNAME, "password": PASSWORD}


def sample(name: str) -> dict[str, Any]:
    """A webhook as CometChat documents it."""
    webhook: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return webhook


def sample_names() -> list[str]:
    return sorted(path.stem for path in SAMPLES.glob("*.json"))


def changed(webhook: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with values set at paths that are written with two underscores for dots; `...` removes one."""
    result = copy.deepcopy(webhook)
    for path, value in values.items():
        *parents, last = path.split("__")
        holder = result
        for parent in parents:
            holder = holder.setdefault(parent, {})
        if value is ...:
            holder.pop(last, None)
        else:
            holder[last] = value
    return result


def signature(body: bytes, secret: str = HMAC_SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def basic(username: str = USERNAME, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
