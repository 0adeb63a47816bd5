"""Inputs made of others, by small changes that keep most of their shape."""

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

_TEXTS = [
    *("", " ", "\x00", "\n", "\ud800", "\udfff", "é", "\u0660", "\u212a", "\uff42", "\u202e", "😀", "\\", '"', "%00"),
    *("0", "1", "-1", "1e999", "NaN", "null", "true", "007", "9" * 30, "1696934199", "1744960000000"),
    *("owner#ab", "../x", "a b", "a/b", "alice", "bob", "BOB", "x" * 100, "x" * 101, "x" * 256, "x" * 4_001),
    *("call_initiated", "call_ended", "initiated", "ongoing", "cancelled", "call", "user", "group", "audio", "video"),
    *("production", "sandbox", "ab" * 32, "ab" * 100, "ab" * 101, "zz"),
]
_NUMBERS = [0, 1, -1, 0.5, -0.0, 255, 2**31, 2**53, 2**63, 2**64, 10**11, 10**13, 10**15, 10**16, 10**30, 1e16, 1e308]
_OTHERS = [None, True, False, [], {}, [[]], [{}], {"uid": "bob"}]
# JSON that json.dumps does not write, or Python reads and others do not.
_RAW = [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"9" * 400, b"9" * 5_000, b"[" * 2_000, b'{"a":' * 2_000]
_RAW += [b'"\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b"'x'", b"0x10", b"01", b"tru", b"//", b"\xef\xbb\xbf", b'"\n"']
_PLACEHOLDER = "\ue000raw\ue000"


class Mutator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self._names = ["x"]
        self._texts = list(_TEXTS)

    def learn(self, value: Any) -> None:
        """The names and texts of a sample, to be used elsewhere."""
        if isinstance(value, dict):
            self._names += value.keys()
            for inner in value.values():
                self.learn(inner)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner)
        elif isinstance(value, str):
            self._texts.append(value)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def one_of[T](self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def changed(self, value: Any) -> Any:
        """A copy of a JSON value with a few changes."""
        root = [copy.deepcopy(value)]
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 3, 6))):
            holder, key = self.one_of(self._places(root))
            self._change(holder, key, root)
        return root[0]

    def encoded(self, value: Any) -> bytes:
        """As JSON, mostly."""
        raw = self.one_of(_RAW) if self.chance(0.05) else None
        if raw is not None:
            root = [copy.deepcopy(value)]
            holder, key = self.one_of(self._places(root))
            holder[key] = _PLACEHOLDER
            value = root[0]
        text = json.dumps(value, ensure_ascii=self.chance(0.5), indent=self.one_of((None, None, 1)))
        data = text.encode(errors="surrogatepass")
        if raw is not None:
            for written in (json.dumps(_PLACEHOLDER), json.dumps(_PLACEHOLDER, ensure_ascii=False)):
                data = data.replace(written.encode(), raw)
        return self.data(data) if self.chance(0.2) else data

    def data(self, data: bytes) -> bytes:
        """Bytes with a few changes."""
        for _ in range(self.random.choice((1, 1, 2, 4))):
            at, end = sorted(self.random.randint(0, len(data)) for _ in range(2))
            piece = bytes(self.random.randrange(256) for _ in range(self.random.randint(1, 4)))
            match self.random.randrange(6):
                case 0:
                    data = data[:at] + piece + data[at:]
                case 1:
                    data = data[:at] + piece + data[at + len(piece) :]
                case 2:
                    data = data[:at] + data[end:]
                case 3:
                    data = data[:end] + data[at:end] + data[end:]
                case 4:
                    data = data[:at]
                case _:
                    data = data[:at] + self.one_of(_RAW) + data[at:]
        return data

    def text(self, text: str) -> str:
        at, end = sorted(self.random.randint(0, len(text)) for _ in range(2))
        match self.random.randrange(7):
            case 0:
                return self.one_of(self._texts)
            case 1:
                return text[:at] + self.one_of(self._texts)[:8] + text[at:]
            case 2:
                return text[:at] + text[end:]
            case 3:
                return text[:end] + text[at:end] + text[end:]
            case 4:
                return text.swapcase()
            case 5:
                return (
                    text[:at] + chr(self.random.choice((self.random.randrange(128), 0x2028, 0xD800))) + text[at + 1 :]
                )
            case _:
                return text[:at]

    def _places(self, root: list[Any]) -> list[tuple[Any, Any]]:
        """Every place in a value that can be changed: what holds it, and its key there."""
        places: list[tuple[Any, Any]] = []
        open_ = [root]
        while open_:
            holder: Any = open_.pop()
            for key in holder if isinstance(holder, dict) else range(len(holder)):
                places.append((holder, key))
                if isinstance(holder[key], dict | list):
                    open_.append(holder[key])
        return places

    def _change(self, holder: Any, key: Any, root: list[Any]) -> None:
        value = holder[key]
        match self.random.randrange(9):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[self.one_of(self._names)] = value
            case 2:
                holder[key] = self.one_of(self._texts)
            case 3:
                holder[key] = self.one_of(_NUMBERS)
            case 4:
                holder[key] = copy.deepcopy(self.one_of(_OTHERS))
            case 5:
                other, there = self.one_of(self._places(root))
                holder[key] = copy.deepcopy(other[there])
            case 6:
                holder[key] = [value] if self.chance(0.5) else {self.one_of(self._names): value}
            case 7 if isinstance(value, dict):
                value[self.one_of(self._names)] = self.one_of(self._texts)
            case _ if isinstance(value, str):
                holder[key] = self.text(value)
            case _ if isinstance(value, int | float) and not isinstance(value, bool):
                holder[key] = value + self.one_of((-1, 1, 1_000, -(10**6), 10**9))
