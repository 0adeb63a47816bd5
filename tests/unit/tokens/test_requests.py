"""What a phone may ask for when it registers."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.device_tokens import WELL_FORMED
from shared.errors import ConfigurationError, InvalidBody
from tests.support.functions.tokens import BUNDLE_ID, SETTINGS, TOPIC
from tokens.config import Config
from tokens.errors import ForeignUid
from tokens.requests import Registration, parse_registration, parse_token

TOKEN = "a1" * 32
CONFIG = Config.read(SETTINGS)
DEV_BUNDLE_ID = f"{BUNDLE_ID}.dev"
DEV_TOPIC = f"{DEV_BUNDLE_ID}.voip"
TWO_APPS = Config.read(SETTINGS | {"BUNDLE_ID": f"{BUNDLE_ID}, {DEV_BUNDLE_ID}"})
WRONG: list[Any] = [True, 0, 5, 1.5, [], {}, ["x"], "\ud800"]


def parsed(signed_in: str = "alice", /, **body: Any) -> Registration:
    return parse_registration(json.dumps(body).encode(), signed_in, CONFIG)


@pytest.mark.parametrize(
    ("body", "environment"),
    [
        ({}, "production"),
        ({"environment": None, "topic": None, "uid": None}, "production"),
        ({"environment": "production"}, "production"),
        ({"environment": "sandbox"}, "sandbox"),
        ({"environment": "SANDBOX"}, "sandbox"),
        ({"topic": TOPIC}, "production"),
        ({"topic": ""}, "production"),
        ({"bundle_id": BUNDLE_ID}, "production"),
        ({"bundle_id": BUNDLE_ID, "topic": TOPIC}, "production"),
        ({"bundle_id": "", "topic": TOPIC}, "production"),
        ({"uid": "alice"}, "production"),
        ({"uid": "Alice"}, "production"),
        ({"uid": ""}, "production"),
        ({"platform": "ios", "token2": 5}, "production"),
    ],
)
def test_only_the_token_is_required(body: dict[str, Any], environment: str) -> None:
    assert parsed(token=TOKEN, **body) == Registration(TOKEN, environment, TOPIC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        ({}, TOPIC),
        ({"bundle_id": BUNDLE_ID}, TOPIC),
        ({"bundle_id": DEV_BUNDLE_ID}, DEV_TOPIC),
        ({"topic": DEV_TOPIC}, DEV_TOPIC),
        ({"bundle_id": DEV_BUNDLE_ID, "topic": DEV_TOPIC}, DEV_TOPIC),
    ],
)
def test_a_device_registers_for_one_of_several_apps(body: dict[str, Any], topic: str) -> None:
    assert parse_registration(json.dumps({"token": TOKEN} | body).encode(), "alice", TWO_APPS).topic == topic


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"bundle_id": "com.example.other"}, f"bundle_id must be {BUNDLE_ID} or {DEV_BUNDLE_ID}"),
        ({"topic": "com.example.other.voip"}, f"topic must be {TOPIC} or {DEV_TOPIC}"),
        ({"bundle_id": DEV_BUNDLE_ID, "topic": TOPIC}, f"topic must be {DEV_TOPIC}"),
    ],
)
def test_an_app_that_is_not_of_the_stack(body: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidBody) as raised:
        parse_registration(json.dumps({"token": TOKEN} | body).encode(), "alice", TWO_APPS)
    assert str(raised.value) == problem


@pytest.mark.parametrize("value", ["", " ", ",", " , "])
def test_at_least_one_app_must_be_configured(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"BUNDLE_ID (is missing|must name at least one app$)"):
        Config.read(SETTINGS | {"BUNDLE_ID": value})


def test_tokens_in_upper_case_are_the_same_tokens() -> None:
    assert parsed(token=TOKEN.upper()).token == TOKEN


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *[(name, wrong) for name in ("token", "environment", "topic", "bundle_id", "uid") for wrong in WRONG],
        *[("token", wrong) for wrong in (None, "", "a", "xyz", f"{TOKEN} ", f"<{TOKEN}>", "ab" * 101, "x" * 5000)],
        *[("environment", wrong) for wrong in ("", "development", "prod")],
        *[("topic", wrong) for wrong in ("com.example.app", TOPIC.upper(), "com.example.other.voip")],
        *[("uid", wrong) for wrong in ("a b", "owner#x", "x" * 101, "älice")],
    ],
)
def test_a_wrong_field_is_named(field: str, wrong: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        parsed(**({"token": TOKEN} | {field: wrong}))
    assert raised.value.field == field


def test_a_token_in_a_path() -> None:
    assert parse_token(TOKEN.upper()) == TOKEN
    with pytest.raises(InvalidBody) as raised:
        parse_token(TOKEN[1:])
    assert (raised.value.field, raised.value.expected) == ("token", WELL_FORMED)


def test_the_token_must_be_there() -> None:
    with pytest.raises(InvalidBody) as raised:
        parsed(environment="sandbox")
    assert raised.value.field == "token"


@given(st.from_regex(r"\A[a-z0-9_-]{1,100}\Z"), st.from_regex(r"\A[A-Za-z0-9_-]{1,100}\Z"))
def test_nobody_registers_for_somebody_else(signed_in: str, named: str) -> None:
    if named.lower() == signed_in:
        assert parsed(signed_in, token=TOKEN, uid=named).token == TOKEN
    else:
        with pytest.raises(ForeignUid):
            parsed(signed_in, token=TOKEN, uid=named)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["token", "uid"]), inner),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bodies_are_refused_and_raise_nothing_else(body: bytes) -> None:
    with suppress(InvalidBody, ForeignUid):
        assert parse_registration(body, "alice", CONFIG).token in body.decode().lower()


@given(JSON, JSON, JSON)
def test_arbitrary_values_raise_nothing_else(environment: Any, topic: Any, uid: Any) -> None:
    with suppress(InvalidBody, ForeignUid):
        registration = parsed(token=TOKEN, environment=environment, topic=topic, uid=uid)
        assert (registration.token, registration.topic) == (TOKEN, TOPIC)
