"""Causes come first, and what they bring about is not counted."""

from ops.doctor.causes import faults
from ops.doctor.findings import Problem
from ops.doctor.findings import ProblemCode as C


def a_problem(code: C, about: str = "") -> Problem:
    return Problem(code, str(code), "do", about=about)


def codes(problems: list[Problem]) -> list[tuple[C, list[C]]]:
    return [(each.cause.code, [problem.code for problem in each.consequences]) for each in faults(problems)]


def test_a_gone_function_explains_what_waits_for_it() -> None:
    found = [a_problem(C.ALARM), a_problem(C.CALLS_WAITING), a_problem(C.FUNCTION_GONE, "push")]

    assert codes(found) == [(C.FUNCTION_GONE, [C.CALLS_WAITING, C.ALARM])]


def test_a_function_that_takes_no_calls_explains_no_waiting_ones() -> None:
    found = [a_problem(C.CALLS_WAITING), a_problem(C.FUNCTION_GONE, "tokens")]

    assert codes(found) == [(C.FUNCTION_GONE, []), (C.CALLS_WAITING, [])]


def test_a_consequence_of_a_consequence_is_none_of_two_faults() -> None:
    found = [a_problem(C.CALLS_WAITING), a_problem(C.CALLS_NOT_PICKED_UP), a_problem(C.EVENT_SOURCE_DISABLED)]

    assert codes(found) == [(C.EVENT_SOURCE_DISABLED, [C.CALLS_NOT_PICKED_UP, C.CALLS_WAITING])]


def test_two_faults_at_once_are_two_and_each_consequence_is_shown_once() -> None:
    found = [a_problem(C.ROLE_CHANGED, "push"), a_problem(C.APNS_KEY_UNKNOWN), a_problem(C.DEAD_LETTERS)]

    assert codes(found) == [(C.APNS_KEY_UNKNOWN, [C.DEAD_LETTERS]), (C.ROLE_CHANGED, [])]


def test_an_alarm_alone_is_a_fault() -> None:
    assert codes([a_problem(C.ALARM), a_problem(C.NOT_ALLOWED)]) == [(C.ALARM, []), (C.NOT_ALLOWED, [])]


def test_no_problem_is_lost() -> None:
    every = [a_problem(code) for code in C]
    shown = [problem for fault in faults(every) for problem in (fault.cause, *fault.consequences)]

    assert sorted(problem.code for problem in shown) == sorted(C)
