"""A tracked call as text: what happened when, what Apple received, and where it got stuck."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ops.calls.tracker import TrackedCall
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage

_PAYLOAD_LIMIT_BYTES = 4096
_SHOWN_FIELDS = ("devices", "device", "environment", "status", "reason", "outcome", "result", "sends")


def timeline(call: TrackedCall) -> str:
    """One line per step, with milliseconds since the webhook was sent."""
    answer = call.answer
    result = answer.body.get("result") or answer.body.get("error") or answer.text
    lines = [
        (0.0, "webhook sent"),
        (answer.took_ms, f"webhook answered: {answer.status} {result}"),
        *((entry.at_ms - answer.sent_at_ms, _step(entry.message, entry.fields)) for entry in call.entries),
    ]
    return "\n".join(f"{at_ms:8.0f} ms  {text}" for at_ms, text in sorted(lines, key=lambda line: line[0]))


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


def problem(call: TrackedCall, devices: Sequence[str]) -> str | None:
    """Where the call got stuck on its way to these devices (hashes as in logs); None if all of them rang."""
    silent = [device for device in devices if device not in call.rung]
    if devices and not silent:
        return None
    return "\n".join(_diagnosis(call, silent))


def _diagnosis(call: TrackedCall, silent: Sequence[str]) -> Iterator[str]:
    answer = call.answer
    picked_up = call.first(LogMessage.CALL_RECEIVED)
    if answer.status != 200:
        yield f"the webhook was refused: {answer.status} {answer.text}"
    elif answer.correlation_id is None:
        yield f"the webhook was accepted, and nothing was queued: {answer.text}"
    elif picked_up is None and call.settled is None:
        yield "the call was queued, and the push function has not picked it up"
    elif call.settled is None:
        yield "the push function has picked the call up, and not settled it"
    else:
        yield f"the call was settled: {_details(call.settled.fields)}"
    for device in silent:
        yield f"device {device}: {_last_step(call, device)}"
    if call.dead_letters:
        yield f"{call.dead_letters} message(s) came to the dead-letter queue"
    if answer.correlation_id and call.settled is None:
        yield f"the calls queue holds {call.waiting} message(s)"
        yield "the push function's last lines:"
        yield from (f"  {line}" for line in call.push_log or ["(none)"])


def _last_step(call: TrackedCall, device: str) -> str:
    steps = [entry for entry in call.entries if entry.fields.get("device") == device]
    return _step(steps[-1].message, {**steps[-1].fields, "device": None}) if steps else "not tried"


def _step(message: str, fields: dict[str, Any]) -> str:
    details = _details(fields)
    return f"{message}: {details}" if details else message


def _details(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name} {fields[name]}" for name in _SHOWN_FIELDS if fields.get(name) is not None)
