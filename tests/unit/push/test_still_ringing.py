"""Whether a call still rings, by ends that were read less than half a second ago."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from push.ports import Deadlines
from push.still_ringing import StillRinging
from tests.support.aws.secrets_manager import client_error
from tests.support.clocks import MovedClock
from tests.support.push.events import call_ended, ringing
from tests.support.push.fakes import FakeCallEnds
from tests.support.push.rings import ring_of

CALL = ringing()


class Ends(FakeCallEnds):
    def __init__(self, meanwhile: Callable[[], Any] = lambda: None) -> None:
        super().__init__()
        self.readings = 0
        self.at = lambda point: self._read(meanwhile) if point == "before read" else None

    def _read(self, meanwhile: Callable[[], Any]) -> None:
        self.readings += 1
        meanwhile()


def still_ringing(ends: FakeCallEnds, clock: MovedClock) -> StillRinging:
    """Read a moment ago."""
    deadlines = Deadlines.of_invocation(clock() + 11_000)
    return StillRinging(ring_of(clock, CALL, ends=ends, deadlines=deadlines), read_at_ms=clock())


@pytest.mark.parametrize(("age_ms", "readings"), [(0, 0), (499, 0), (500, 1), (5_000, 1)])
def test_what_was_read_counts_for_half_a_second(clock, age_ms, readings):
    ends = Ends()
    ringing = still_ringing(ends, clock)
    clock.pass_ms(age_ms)
    assert asyncio.run(ringing.check()) is True
    assert ends.readings == readings


@pytest.mark.parametrize(("age_ms", "within_s"), [(0, 0.5), (100, 0.4), (499, 0.001), (500, 0), (5_000, 0)])
def test_a_push_is_written_while_it_counts_or_not_at_all(clock, age_ms, within_s):
    ringing = still_ringing(Ends(), clock)
    clock.pass_ms(age_ms)
    assert ringing.write_within_s == pytest.approx(within_s)


def test_a_slow_reading_counts_from_its_beginning(clock):
    ringing = still_ringing(Ends(lambda: clock.pass_ms(400)), clock)
    clock.pass_ms(600)
    assert asyncio.run(ringing.check()) is True
    assert ringing.write_within_s == pytest.approx(0.1)


def test_what_has_ended_has_ended_for_good(clock):
    ends = Ends()
    ringing = still_ringing(ends, clock)
    ends.add(call_ended())
    for _ in range(3):
        clock.pass_ms(600)
        assert asyncio.run(ringing.check()) is False
    assert ends.readings == 1


@pytest.mark.parametrize(
    "error", [client_error("ProvisionedThroughputExceededException", "Query"), ReadTimeoutError(endpoint_url="table")]
)
def test_what_cannot_be_read_is_not_known_and_is_read_again(clock, error):
    failures = [error]

    def fail_once() -> None:
        if failures:
            raise failures.pop()

    ringing = still_ringing(Ends(fail_once), clock)
    clock.pass_ms(600)
    assert asyncio.run(ringing.check()) is None
    assert ringing.write_within_s == 0
    assert asyncio.run(ringing.check()) is True


def test_after_the_deadline_nothing_is_read(clock):
    ends = Ends()
    ringing = still_ringing(ends, clock)
    clock.pass_ms(10_000)
    assert asyncio.run(ringing.check()) is None
    assert ends.readings == 0


def test_the_phones_of_a_call_share_a_reading(clock):
    ends = Ends()
    ringing = still_ringing(ends, clock)
    clock.pass_ms(600)

    async def ask() -> list[bool | None]:
        return await asyncio.gather(*[ringing.check() for _ in range(10)])

    assert asyncio.run(ask()) == [True] * 10
    assert ends.readings == 1
