"""What the page's requests and its switches understand."""

from dataclasses import asdict
from typing import Any

import pytest

from apns_simulator.errors import BadInputError
from apns_simulator.faults import Fault as SimulatedFault
from apns_simulator.json_input import from_json
from local.page import faults
from local.page.inputs import NewCall, NewPhone

CALL: dict[str, Any] = {"caller": "alice", "callee": "bob", "members": []}


def test_a_call() -> None:
    assert from_json(NewCall, CALL) == NewCall(caller="alice", callee="bob", members=[])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("caller", "Alice B"),
        ("callee", "BOB"),
        ("members", ["carol", "d d"]),
        ("members", ["bob"] * 51),
        ("type", "fax"),
        ("shape", "round"),
        ("deliveries", 0),
        ("deliveries", 11),
        ("deliveries", True),
        ("cancel_after_s", -1),
        ("cancel_after_s", 61),
        ("cancel_after_s", "2"),
    ],
)
def test_a_call_that_can_not_be_made_is_told_why(field: str, value: object) -> None:
    with pytest.raises(BadInputError, match=r"expected"):
        from_json(NewCall, CALL | {field: value})


@pytest.mark.parametrize("body", [{}, {"uid": ""}, {"uid": "a b"}, {"uid": "bob", "environment": "staging"}, []])
def test_a_phone_of_nobody(body: object) -> None:
    with pytest.raises(BadInputError):
        from_json(NewPhone, body)


@pytest.mark.parametrize("name", faults.SWITCHES)
def test_every_switch_is_a_fault_that_the_simulator_has_and_shows_as_on(name: str) -> None:
    switch = faults.SWITCHES[name]
    fault = from_json(SimulatedFault, {"action": switch.action, **switch.fields, "count": 2}, id=1)

    view = faults.view([asdict(fault)])

    assert [each["id"] for each in view["switches"] if each["on"]] == [name]
    assert view["others"] == 0
    assert next(each["left"] for each in view["switches"] if each["on"]) == 2


def test_faults_that_others_have_switched_on_are_counted() -> None:
    fault = from_json(SimulatedFault, {"action": "answer", "status": 500, "reason": "InternalServerError"}, id=1)

    view = faults.view([asdict(fault)])

    assert view["others"] == 1
    assert not any(each["on"] for each in view["switches"])
