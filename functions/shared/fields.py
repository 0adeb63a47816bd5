"""Reading typed fields of a JSON body, so that a wrong one is named in the answer."""

import json
from typing import Any, NoReturn, Self

from shared.errors import InvalidBody
from shared.uids import UID_RULE, normalised_uid

MAX_TEXT = 4_000
MAX_ID = 255


class Fields:
    """A JSON object."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value

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

    def _invalid(self, name: str, expected: str) -> InvalidBody:
        return InvalidBody(name, expected)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def is_unicode(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON can hold halves of surrogate pairs."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
