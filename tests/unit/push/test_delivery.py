"""One device: how often it is tried, where, and when that ends."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, NotSent, Outcome, Unknown
from push.delivery import ATTEMPT_S, FIRST_WAIT_S, Delivery, deliver
from tests.support.clocks import MovedClock
from tests.support.push.events import TOKEN, TOPIC
from tests.support.push.fakes import ScriptedApns, rejected

PUSH = VoipPush(TOKEN, TOPIC, "apns-id-1", b"{}", 0)
BAD_TOKEN = rejected(400, "BadDeviceToken")
BUSY = rejected(503, "ServiceUnavailable")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch, clock: MovedClock) -> list[float]:
    """The waits between attempts, which pass on the test's clock alone."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.pass_ms(round(seconds * 1000))

    monkeypatch.setattr("push.delivery.asyncio.sleep", sleep)
    return waits


def delivered(clock: MovedClock, script: Any, within_ms: int = 5_000, **options: Any) -> tuple[Delivery, ScriptedApns]:
    apns = ScriptedApns(script, clock, **options)
    return asyncio.run(deliver(apns, PUSH, "production", deadline_ms=clock() + within_ms, clock=clock)), apns


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize(
    ("script", "steps"),
    [
        ([Accepted()], []),
        ([rejected(429, "TooManyRequests"), Accepted()], []),
        ([rejected(500, "InternalServerError"), Accepted()], []),
        ([NotSent("ConnectError"), Accepted()], []),
        ([BUSY, Accepted()], ["new connection production"]),
        ([rejected(429, "TooManyProviderTokenUpdates"), Accepted()], ["new connection production"]),
        ([rejected(403, "ExpiredProviderToken"), Accepted()], ["new provider token production"]),
        ([rejected(403, "InvalidProviderToken"), Accepted()], ["read key again production"]),
        ([rejected(403, "BadEnvironmentKeyInToken"), Accepted()], ["read key again production"]),
    ],
)
def test_what_is_done_before_the_attempt_that_succeeds(clock, script, steps):
    delivery, apns = delivered(clock, script)
    attempts = ["push production"] * len(script)
    assert apns.steps == [attempts[0], *steps, *attempts[1:]]
    assert delivery == Delivery(Accepted(), "production", sends=len(script))


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize(
    "outcome",
    [
        rejected(410, "Unregistered", 1),
        rejected(400, "TopicDisallowed"),
        rejected(400, "DeviceTokenNotForTopic"),
        rejected(413, "PayloadTooLarge"),
        rejected(403, "Forbidden"),
        rejected(404, ""),
    ],
)
def test_what_nothing_helps_against_is_tried_once(clock, outcome):
    delivery, apns = delivered(clock, [outcome, Accepted()])
    assert delivery == Delivery(outcome, "production", sends=1)
    assert apns.steps == ["push production"]


@pytest.mark.usefixtures("slept")
def test_every_attempt_has_the_same_ids(clock):
    _, apns = delivered(clock, [BUSY, Unknown("ReadError"), BAD_TOKEN, Accepted()])
    assert [push for push, _, _ in apns.pushes] == [PUSH] * 4


@pytest.mark.parametrize(
    ("script", "delivery"),
    [
        ([BAD_TOKEN, Accepted()], Delivery(Accepted(), "sandbox", sends=2)),
        ([BAD_TOKEN, BAD_TOKEN], Delivery(BAD_TOKEN, "sandbox", sends=2)),
        # Dead is news about the device, a wrong key of the other environment is not.
        ([BAD_TOKEN, rejected(410, "Unregistered", 7)], Delivery(rejected(410, "Unregistered", 7), "sandbox", sends=2)),
        ([BAD_TOKEN, rejected(403, "Forbidden")], Delivery(BAD_TOKEN, "sandbox", sends=2)),
    ],
)
def test_a_bad_token_is_tried_once_in_the_other_environment_at_once(clock, slept, script, delivery):
    found, apns = delivered(clock, script)
    assert found == delivery
    assert apns.steps == ["push production", "push sandbox"]
    assert slept == [0, 0]


@pytest.mark.usefixtures("slept")
def test_a_retry_in_the_other_environment_stays_there(clock):
    delivery, apns = delivered(clock, [BAD_TOKEN, BUSY, Accepted()])
    assert apns.steps == ["push production", "push sandbox", "new connection sandbox", "push sandbox"]
    assert delivery.environment == "sandbox"


@pytest.mark.usefixtures("slept")
def test_an_environment_without_a_key_is_not_tried(clock):
    delivery, apns = delivered(clock, [BAD_TOKEN, Accepted()], key_environments=("production",))
    assert delivery == Delivery(BAD_TOKEN, "production", sends=1)
    assert apns.steps == ["push production"]


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("reason", ["ExpiredProviderToken", "InvalidProviderToken"])
def test_token_and_key_are_replaced_once(clock, reason):
    outcome = rejected(403, reason)
    delivery, _ = delivered(clock, [outcome] * 9, renewals=[True] * 9, replaced_keys=[True] * 9)
    assert delivery == Delivery(outcome, "production", sends=2)


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("reason", ["ExpiredProviderToken", "InvalidProviderToken"])
def test_without_another_token_or_key_there_is_no_second_attempt(clock, reason):
    outcome = rejected(403, reason)
    delivery, _ = delivered(clock, [outcome, Accepted()], renewals=[], replaced_keys=[])
    assert delivery == Delivery(outcome, "production", sends=1)


def test_a_token_and_a_key_can_both_be_replaced(clock, slept):
    script = [rejected(403, "ExpiredProviderToken"), rejected(403, "InvalidProviderToken"), Accepted()]
    delivery, _ = delivered(clock, script)
    assert delivery.outcome == Accepted()
    assert len(slept) == 3


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize(
    ("script", "resends"),
    [
        ([Unknown("a"), Accepted()], 1),
        ([Unknown("a"), Unknown("b"), Accepted()], 2),
        ([Unknown("a"), BUSY, NotSent("c"), Accepted()], 3),
        ([BUSY, Unknown("a"), rejected(410, "Unregistered", 1)], 1),
    ],
)
def test_pushes_after_an_unknown_outcome_are_counted(clock, script, resends):
    delivery, _ = delivered(clock, script, within_ms=30_000)
    assert (delivery.outcome, delivery.sends, delivery.resends) == (script[-1], len(script), resends)
    assert delivery.maybe_rung


@pytest.mark.parametrize("outcome", [BUSY, NotSent("ConnectError"), Unknown("ReadTimeout")])
@pytest.mark.parametrize("takes_ms", [1, 700])
def test_attempts_go_on_with_growing_waits_until_the_deadline(clock, slept, outcome, takes_ms):
    deadline_ms = clock() + 5_000
    delivery, apns = delivered(clock, [outcome], takes_ms=takes_ms)
    assert delivery.outcome == outcome
    assert delivery.sends == len(apns.pushes) > 3
    assert slept[0] == 0
    assert FIRST_WAIT_S / 2 <= slept[1] <= FIRST_WAIT_S
    assert all(later == min(2 * earlier, 1.0) for earlier, later in pairwise(slept[1:]))
    # It stops only because the next wait would have ended too late.
    assert clock() - takes_ms < deadline_ms <= clock() + 1_000


@pytest.mark.usefixtures("slept")
def test_no_attempt_may_take_longer_than_what_is_left(clock):
    _, apns = delivered(clock, [Unknown("ReadTimeout")], within_ms=3_000, takes_ms=1_900)
    timeouts = [timeout_s for _, _, timeout_s in apns.pushes]
    assert timeouts[0] == ATTEMPT_S
    assert 0 < timeouts[1] <= 1.1
    assert len(timeouts) == 2


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("within_ms", [0, -1, -10_000])
def test_nothing_is_sent_at_or_after_the_deadline(clock, within_ms):
    delivery, apns = delivered(clock, [Accepted()], within_ms=within_ms)
    assert delivery == Delivery(NotSent("no time left"), "production")
    assert apns.pushes == []


@pytest.mark.parametrize("script", [[BUSY, Accepted()], [Unknown("ReadError"), Accepted()]])
def test_whoever_was_stalled_while_waiting_sends_nothing_after_the_deadline(monkeypatch, clock, script):
    async def stalled_sleep(seconds: float) -> None:
        clock.pass_ms(10_000 if seconds else 0)

    monkeypatch.setattr("push.delivery.asyncio.sleep", stalled_sleep)
    outcome: Outcome = script[0]
    delivery, apns = delivered(clock, script)
    assert (delivery.outcome, len(apns.pushes)) == (outcome, 1)


def test_outcomes_of_one_device_are_no_business_of_another(clock):
    apns = ScriptedApns(lambda push, _: BAD_TOKEN if push.token == TOKEN else Accepted(), clock)
    other = VoipPush("b2", TOPIC, "apns-id-2", b"{}", 0)

    async def both() -> Sequence[Delivery]:
        steps = [deliver(apns, push, "production", deadline_ms=clock() + 900, clock=clock) for push in (PUSH, other)]
        return await asyncio.gather(*steps)

    assert [delivery.outcome for delivery in asyncio.run(both())] == [BAD_TOKEN, Accepted()]
