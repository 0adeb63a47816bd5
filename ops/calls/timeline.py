"""A tracked call as text: what happened when, what Apple received, and where it got stuck."""

import json
from collections.abc import Sequence
from typing import Any

from ops.calls.narration import Step, describe_entry
from ops.calls.tracker import TrackedCall
from shared.device_tokens import device_hash

_PAYLOAD_LIMIT_BYTES = 4096


def timeline(call: TrackedCall) -> str:
    """One line per step, with milliseconds since the webhook was sent."""
    answer = call.answer
    result = answer.body.get("result") or answer.body.get("error") or answer.text
    steps = [step for entry in call.entries if (step := describe_entry(entry))]
    lines = [
        (0.0, "webhook", "sent"),
        (answer.took_ms, "webhook", f"answered {answer.status} {result}"),
        *((step.at_ms - answer.sent_at_ms, step.stage, told(step)) for step in steps),
    ]
    return "\n".join(
        f"{at_ms:8.0f} ms  {stage:7}  {text}" for at_ms, stage, text in sorted(lines, key=lambda line: line[0])
    )


def told(step: Step) -> str:
    return f"{step.device}: {step.text}" if step.device else step.text


def headers_as_received(push: dict[str, Any]) -> dict[str, str]:
    """Device tokens are shown as hashes, as in logs; the provider token by its team and key."""
    token = push["device_token"]
    headers = {name: value.replace(token, f"<{device_hash(token)}>") for name, value in push["headers"].items()}
    if provider_token := push["provider_token"]:
        headers["authorization"] = f"bearer <JWT of team {provider_token['iss']}, key {provider_token['kid']}>"
    return headers


def push_as_received(push: dict[str, Any]) -> str:
    headers = headers_as_received(push)
    width = max(len(name) for name in headers)
    return "\n".join(
        [
            f"to {_addressee(push)}, {push['payload_bytes']} of {_PAYLOAD_LIMIT_BYTES} bytes:",
            *(f"  {name:{width}}  {value}" for name, value in headers.items()),
            *(f"  {line}" for line in json.dumps(push["payload"], indent=2, ensure_ascii=False).splitlines()),
        ]
    )


def pushes_as_received(pushes: Sequence[dict[str, Any]]) -> str:
    """The first one in full; for others with the same payload only the device."""
    texts = [push_as_received(pushes[0])]
    for push in pushes[1:]:
        same = push["payload"] == pushes[0]["payload"]
        texts.append(f"to {_addressee(push)}: the same payload" if same else push_as_received(push))
    return "\n\n".join(texts)


def _addressee(push: dict[str, Any]) -> str:
    return f"{device_hash(push['device_token'])} ({push['environment']})"
