"""GET /calls/{uuid}: who is told what."""

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.store import RungCall
from tests.support.clocks import NOON_MS
from tests.support.docs.openapi import assert_documented
from tests.support.functions.calls import RING_ENDS_AT_MS, UUID, FakeCalls, end, ring
from tests.support.http_events import http_event
from tests.support.observed import observed

type Get = Callable[..., tuple[int, dict[str, Any]]]
OTHER_UUID = UUID.replace("7", "8")


@pytest.fixture(scope="module")
def app() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALLS_TABLE", "calls")
        return importlib.import_module("calls.app")


@pytest.fixture
def calls(app: Any, monkeypatch: pytest.MonkeyPatch) -> FakeCalls:
    fake = FakeCalls()
    fake.rung["bob", UUID] = RungCall(ring(), [])
    monkeypatch.setattr(app, "_calls", fake)
    monkeypatch.setattr(app, "now_ms", lambda: NOON_MS + 5_000)
    return fake


@pytest.fixture
def get(app: Any, calls: FakeCalls) -> Get:
    def ask(uuid: str = UUID, *, uid: str = "bob") -> tuple[int, dict[str, Any]]:
        event = http_event("GET /calls/{uuid}")
        event["pathParameters"] = {"uuid": uuid}
        event["requestContext"]["authorizer"] = {"lambda": {"uid": uid}}
        response = app.handler(event, None)
        assert response["headers"] == {"content-type": "application/json", "cache-control": "no-store"}
        status, body = response["statusCode"], json.loads(response["body"])
        assert_documented("GET /calls/{uuid}", status, body)
        return status, body

    return ask


def test_a_call_that_rings(get: Get) -> None:
    with observed() as said:
        assert get() == (200, {"state": "ringing", "expires_at": RING_ENDS_AT_MS})
    assert said.metrics == {"CallStatesRead": 1}


@pytest.mark.parametrize(
    ("trigger", "state"), [("cancelled", "ended"), ("rejected", "ended"), ("participant_joined", "answered")]
)
def test_a_call_that_rings_no_longer(get: Get, calls: FakeCalls, trigger: str, state: str) -> None:
    calls.rung["bob", UUID] = RungCall(ring(), [end(trigger, by_uid="bob")])

    assert get() == (200, {"state": state, "reason": trigger, "expires_at": RING_ENDS_AT_MS})


def test_a_uuid_in_upper_case_is_the_same(get: Get) -> None:
    assert get(UUID.upper())[0] == 200


@pytest.mark.parametrize(
    ("uid", "uuid"), [("carol", UUID), ("alice", UUID), ("bob", OTHER_UUID)], ids=["stranger", "caller", "unknown"]
)
def test_whoever_this_call_did_not_ring_can_not_tell_it_from_one_that_never_was(get: Get, uid: str, uuid: str) -> None:
    with observed() as said:
        assert get(uuid, uid=uid) == (404, {"error": "no such call"})
    assert said.metrics == {"CallStatesNotFound": 1}


@pytest.mark.parametrize(
    "uuid",
    ["", "x", UUID[:-1], f"{UUID}0", f"{UUID}\n", UUID.replace("-", ""), f"{{{UUID}}}", f"bob#{UUID}", "%", "../x"],
)
def test_what_is_no_uuid(get: Get, uuid: str) -> None:
    status, body = get(uuid)

    assert (status, body["field"]) == (400, "uuid")


def test_without_the_table_nothing_is_said_about_the_call(get: Get, calls: FakeCalls) -> None:
    calls.unavailable = True

    with observed() as said:
        assert get() == (503, {"error": "try again"})
    assert said.log[0]["level"] == "ERROR"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_no_path_is_an_unhandled_exception(get: Get, uuid: str) -> None:
    with observed():
        assert get(uuid)[0] == 400
