"""Reading typed fields of a JSON body, so that a wrong one is named by its path in the answer."""

import json
import math
import re
from typing import Any, NoReturn, Self

from shared.uids import UID_RULE, normalised_uid

MAX_TEXT = 4_000
MAX_ID = 255
# Parsers limit how deeply they nest; Apple's to 512 levels.
MAX_BRACKETS = 200


class InvalidBody(Exception):
    """The body is not what it should be. `field` is its path ("" for the whole body), `expected` what belongs there."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field or 'the body'} must be {expected}")
        self.field = field
        self.expected = expected


class Fields:
    """A JSON object and the path that leads to it."""

    def __init__(self, value: dict[str, Any], path: str = "") -> None:
        self._value = value
        self._path = path

    @classmethod
    def parse(cls, body: bytes) -> Self:
        try:
            value = json.loads(body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidBody("", "JSON in UTF-8") from error
        if not isinstance(value, dict):
            raise InvalidBody("", "a JSON object")
        return cls(value)

    def has(self, name: str) -> bool:
        return self._value.get(name) is not None

    def object(self, name: str) -> "Fields":
        value = self._value.get(name)
        if not isinstance(value, dict):
            raise self._invalid(name, "an object")
        return Fields(value, f"{self._path}{name}.")

    def optional_object(self, name: str) -> "Fields":
        """The object, or an empty one where there is none."""
        return self.object(name) if self.has(name) else Fields({}, f"{self._path}{name}.")

    def text(self, name: str, *, max_length: int = MAX_TEXT) -> str:
        value = self._value.get(name)
        if not isinstance(value, str) or not value or len(value) > max_length or not is_unicode(value):
            raise self._invalid(name, f"a string of 1 to {max_length} characters")
        return value

    def optional_text(self, name: str, *, max_length: int = MAX_TEXT) -> str:
        """The string, or an empty one where there is none."""
        value = self._value.get(name)
        return "" if value is None or value == "" else self.text(name, max_length=max_length)

    def one_of[Choice: str](self, name: str, choices: tuple[Choice, ...]) -> Choice:
        value = self._value.get(name)
        for choice in choices:
            if isinstance(value, str) and value.lower() == choice:
                return choice
        raise self._invalid(name, " or ".join(choices))

    def uid(self, name: str) -> str:
        uid = normalised_uid(self._value.get(name))
        if uid is None:
            raise self._invalid(name, UID_RULE)
        return uid

    def optional_uid(self, name: str) -> str:
        return self.uid(name) if self.has(name) and self._value[name] != "" else ""

    def time_ms(self, name: str) -> int:
        """A time since the epoch, which CometChat writes as seconds or as milliseconds, as a number or as a string."""
        value = self._value.get(name)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,9})?", value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e16 or math.isnan(value):
            raise self._invalid(name, "a time since the epoch, in seconds or milliseconds")
        # 1e11 s is in the year 5138, 1e11 ms in 1973.
        return int(value if value >= 1e11 else value * 1000)

    def optional_time_ms(self, name: str) -> int:
        """The time, or 0 where there is none."""
        return self.time_ms(name) if self.has(name) else 0

    def object_as_json(self, name: str, *, max_bytes: int) -> str:
        """The object as compact JSON; empty where there is none, or one that not everybody could read again."""
        value = self._value.get(name)
        if not isinstance(value, dict) or not value:
            return ""
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            size = len(text.encode())
        # Infinite numbers, halves of surrogate pairs, objects nested too deeply.
        except (ValueError, RecursionError):
            return ""
        return text if size <= max_bytes and text.count("[") + text.count("{") <= MAX_BRACKETS else ""

    def message_id(self, name: str) -> int:
        """CometChat's id of a message, a decimal string; 0 where there is none or another kind of id."""
        value = self._value.get(name)
        return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else 0

    def _invalid(self, name: str, expected: str) -> InvalidBody:
        return InvalidBody(f"{self._path}{name}", expected)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def is_unicode(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON can hold halves of surrogate pairs."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
