"""Reading typed fields of a webhook, so that nothing refuses a call but what is needed to ring.

What is needed and can't be used raises `InvalidBody`, which names it by its path. What is optional and can't be used
counts as absent, or is repaired where that is obvious; its path is remembered.
"""

import json
import math
import re
from typing import Any, NoReturn, Self

from shared.errors import InvalidBody
from shared.fields import MAX_ID, MAX_TEXT
from shared.uids import UID_RULE, normalised_uid
from webhook.texts import repaired

# Parsers limit how deeply they nest; Apple's to 512 levels.
MAX_BRACKETS = 200
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BODY = "the body"
# Longer numbers are no ids and no times. Python refuses to read them from some 4,000 digits on.
_MAX_DIGITS = 40


class Fields:
    """A JSON object and the path that leads to it. `ignored` are paths of the whole body."""

    def __init__(self, value: dict[str, Any], path: str = "", ignored: list[str] | None = None) -> None:
        self._value = value
        self._path = path
        self.ignored: list[str] = [] if ignored is None else ignored

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Raises `InvalidBody`."""
        text = body.removeprefix(_BYTE_ORDER_MARK).decode(errors="replace")
        try:
            # Infinity and NaN are no JSON. PHP and Python write them all the same.
            value = json.loads(text, parse_int=_integer)
        except (ValueError, RecursionError) as error:
            raise InvalidBody("", "JSON in UTF-8") from error
        if not isinstance(value, dict):
            raise InvalidBody("", "a JSON object")
        fields = cls(value)
        if text.encode() != body.removeprefix(_BYTE_ORDER_MARK):
            fields.ignored.append(_BODY)
        return fields

    def has(self, name: str) -> bool:
        return self._value.get(name) is not None

    def object(self, name: str) -> "Fields":
        value = self._value.get(name)
        if not isinstance(value, dict):
            self.refuse(name, "an object")
        return Fields(value, f"{self._path}{name}.", self.ignored)

    def optional_object(self, name: str) -> "Fields":
        """The object, or an empty one. PHP writes an empty object as []."""
        value = self._value.get(name)
        if isinstance(value, dict):
            return self.object(name)
        self._ignore(name, value is not None)
        return Fields({}, f"{self._path}{name}.", self.ignored)

    def is_object(self, name: str) -> bool:
        return isinstance(self._value.get(name), dict)

    def word(self, name: str) -> str:
        """One of CometChat's own words."""
        value = self._value.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or repaired(value) != value:
            self.refuse(name, f"a string of 1 to {MAX_ID} characters")
        return value

    def optional_text(self, name: str) -> str:
        """For people to read. Half a character becomes U+FFFD."""
        value = self._value.get(name)
        text = repaired(value) if isinstance(value, str) else _digits(value)
        self._ignore(name, value is not None and text != value)
        if len(text) > MAX_TEXT:
            self._ignore(name, True)
            return ""
        return text

    def optional_id(self, name: str) -> str:
        """A whole number is the same id as its digits as text."""
        value = self._value.get(name)
        text = value if isinstance(value, str) else _digits(value)
        usable = len(text) <= MAX_ID and repaired(text) == text
        self._ignore(name, value is not None and (text != value or not usable))
        return text if usable else ""

    def one_of[Choice: str](self, name: str, choices: tuple[Choice, ...]) -> Choice:
        return self.optional_one_of(name, choices) or self.refuse(name, " or ".join(choices))

    def optional_one_of[Choice: str](self, name: str, choices: tuple[Choice, ...]) -> Choice | None:
        value = self._value.get(name)
        chosen = next((each for each in choices if isinstance(value, str) and value.lower() == each), None)
        self._ignore(name, value is not None and chosen is None)
        return chosen

    def uid(self, name: str) -> str:
        uid = self.optional_uid(name)
        if not uid:
            self.refuse(name, UID_RULE)
        return uid

    def optional_uid(self, name: str) -> str:
        value = self._value.get(name)
        text = value if isinstance(value, str) else _digits(value)
        uid = normalised_uid(text) or ""
        self._ignore(name, value not in (None, "") and (text != value or not uid))
        return uid

    def optional_time_ms(self, name: str) -> int:
        """A time since the epoch, in seconds or milliseconds, as a number or as text; 0 where there is none."""
        value = self._value.get(name)
        number = value
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,9})?", value):
            number = float(value)
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 1e16:
            self._ignore(name, value is not None)
            return 0
        # 1e11 s is in the year 5138, 1e11 ms in 1973.
        return int(number if number >= 1e11 else number * 1000)

    def message_id(self, name: str) -> int:
        """CometChat's id of a message, a decimal number; 0 where there is none or another kind of id."""
        value = self._value.get(name)
        text = value if isinstance(value, str) else _digits(value)
        usable = re.fullmatch(r"[0-9]{1,18}", text) is not None
        self._ignore(name, value is not None and (text != value or not usable))
        return int(text) if usable else 0

    def object_as_json(self, name: str, *, max_bytes: int) -> str:
        """The object as compact JSON; empty where there is none, or one that not everybody could read again."""
        value = self._value.get(name)
        text = _as_json(value) if isinstance(value, dict) and value else ""
        if len(text.encode()) > max_bytes or sum(map(text.count, "[{")) > MAX_BRACKETS:
            text = ""
        self._ignore(name, value not in (None, {}) and not text)
        return text

    def refuse(self, name: str, expected: str) -> NoReturn:
        """Raises `InvalidBody` for a field of this object."""
        raise InvalidBody(f"{self._path}{name}", expected)

    def _ignore(self, name: str, ignored: bool) -> None:
        path = f"{self._path}{name}"
        if ignored and path not in self.ignored:
            self.ignored.append(path)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf


def _digits(value: Any) -> str:
    """A whole number as text, since PHP can be told to write all numeric strings as numbers; else nothing."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else ""


def _as_json(value: dict[str, Any]) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    # Infinite numbers, halves of surrogate pairs, objects nested too deeply.
    except (ValueError, RecursionError):
        return ""
    return text
