"""A raw HTTP/2 client that knows what a correct VoIP push looks like."""

import json
from pathlib import Path
from typing import Any

from tests.support.apns.raw_h2_client import RawH2Client, RawResponse

BUNDLE_ID = "com.example.app"
VOIP_TOPIC = f"{BUNDLE_ID}.voip"
DEVICE = "a1" * 32
PAYLOAD = json.dumps({"aps": {}, "sessionId": "session-1"}).encode()


class Pusher(RawH2Client):
    """Sends correct pushes, or such with some headers changed."""

    def __init__(self, url: str, ca_file: Path, token: str, **options: Any) -> None:
        super().__init__(url, ca_file, **options)
        self.headers = {
            "authorization": f"bearer {token}",
            "apns-topic": VOIP_TOPIC,
            "apns-push-type": "voip",
            "apns-priority": "10",
            "apns-expiration": "0",
        }

    def begin(self, device: str = DEVICE, body: bytes = PAYLOAD, **headers: str | None) -> int:
        """Send a push and return its stream id; in header names - is written _, None leaves one out."""
        changed = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        present = [(name, value) for name, value in changed.items() if value is not None]
        return self.start(f"/3/device/{device}", present, body)

    def push(self, device: str = DEVICE, body: bytes = PAYLOAD, **headers: str | None) -> RawResponse:
        """Send a push and return the answer to it."""
        return self.response(self.begin(device, body, **headers))
