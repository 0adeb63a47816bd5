"""What version 0.1 wrote: messages of the queue, items of the calls table, and the ids of its pushes.

`release_0_1.json` was captured from commit e3de519: its `DynamoCalls` wrote the items into the emulator's table, its
`to_json` the messages. Alice calls Bob, who has two phones. Its claims lease them until 7 s after the call began.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_suffix(".json")
_FIRST_MS = 10**12
_FIRST_S = 10**9


class Release01:
    """As if the call had begun at another time."""

    def __init__(self, call_began_at_ms: int) -> None:
        captured = json.loads(_FILE.read_text())
        self._later_ms = call_began_at_ms - captured["call_began_at_ms"]
        self.tokens: Sequence[str] = captured["tokens"]
        self.apns_ids: dict[str, str] = captured["apns_ids"]
        """By token."""
        self.uuid: str = captured["uuid"]
        self._messages: dict[str, dict[str, Any]] = captured["messages"]
        self._items: dict[str, list[dict[str, Any]]] = captured["items"]

    def message(self, name: str) -> str:
        return json.dumps({field: self._shifted(value) for field, value in self._messages[name].items()})

    def items(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                attribute: {kind: str(self._shifted(int(value))) if kind == "N" else value}
                for attribute, typed in item.items()
                for kind, value in typed.items()
            }
            for item in self._items[name]
        ]

    def _shifted(self, value: Any) -> Any:
        if not isinstance(value, int) or value < _FIRST_S:
            return value
        return value + (self._later_ms if value >= _FIRST_MS else self._later_ms // 1000)
