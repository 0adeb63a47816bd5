"""CometChat's documented samples, with a callee and a time of one's choice."""

import json
import time
from typing import Any

from tests.support.cometchat import samples


def sample_to(callee: str, name: str) -> dict[str, Any]:
    """The sample as documented, but to this callee and at this time."""
    text = json.dumps(samples.sample(name))
    for documented_callee in ("cometchat-uid-5", "cometchat-uid-2"):
        text = text.replace(f'"{documented_callee}"', f'"{callee}"')
    body: dict[str, Any] = json.loads(text.replace("1696934199", str(int(time.time()))))
    if "notificationDetails" in body["data"]:
        body["data"]["notificationDetails"]["sentAt"] = str(int(time.time() * 1000))
    return body
