"""Turn JSON into dataclasses, with errors that say what is wrong and what is expected."""

import dataclasses
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

from apns_simulator.errors import BadInputError


def from_json[T](cls: type[T], data: object, **given: object) -> T:
    """Build the dataclass `cls` from a JSON object; `given` adds fields that do not come from the caller.

    Raises:
        BadInputError: not an object, unknown or missing fields, wrong types, or refused by the class itself.
    """
    if not isinstance(data, dict):
        raise BadInputError(f"expected a JSON object, got {type(data).__name__}")
    hints = {name: _resolve(hint) for name, hint in get_type_hints(cls).items()}
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    settable = fields.keys() - given.keys()
    if unknown := data.keys() - settable:
        raise BadInputError(f"unknown field {_names(unknown)}; expected some of {_names(settable)}")
    for name, value in data.items():
        if not _fits(value, hints[name]):
            raise BadInputError(f"{name} is {value!r}; expected {_describe(hints[name])}")
    required = {name for name in settable if fields[name].default is fields[name].default_factory}
    if missing := required - data.keys():
        raise BadInputError(f"missing field {_names(missing)}")
    return cls(**data, **given)


def _resolve(hint: Any) -> Any:
    return hint.__value__ if isinstance(hint, TypeAliasType) else hint


def _fits(value: object, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, member) for member in get_args(hint))
    if origin is Literal:
        return any(type(value) is type(member) and value == member for member in get_args(hint))
    if origin is list:
        return isinstance(value, list) and all(_fits(item, get_args(hint)[0]) for item in value)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint  # exact, since True is an int to isinstance


def _describe(hint: Any) -> str:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return " or ".join(_describe(member) for member in get_args(hint))
    if origin is Literal:
        return " or ".join(repr(member) for member in get_args(hint))
    if origin is list:
        return f"a list of {_describe(get_args(hint)[0])}"
    return {NoneType: "null", str: "a string", bool: "true or false", int: "an integer"}.get(hint, "a number")


def _names(names: Any) -> str:
    return ", ".join(sorted(names))
