"""Many environments and one provider token, and what happens when it changes, in Apple's count."""

import pytest

from push.apns.outcomes import Accepted
from push.apns.provider_token import GRID_S
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of
from tests.support.clocks import MovedClock

GRID_MS = GRID_S * 1000


@pytest.fixture
def clock() -> MovedClock:
    """In the middle of a grid."""
    return MovedClock(MovedClock()() // GRID_MS * GRID_MS + GRID_MS // 2)


@pytest.fixture
def apns(start_apns, clock):
    return start_apns(clock=lambda: clock() / 1000)


def tokens(apns) -> list[str]:
    return [push["provider_token"]["sha256"] for push in apns.pushes()]


def test_ten_cold_environments_present_one_token(apns, new_sender, clock):
    senders = [new_sender(apns, clock=clock) for _ in range(10)]
    for _ in range(2):
        for sender in senders:
            assert sender.push() == Accepted()
            clock.pass_ms(60_000)
    assert len(tokens(apns)) == 20
    assert len(set(tokens(apns))) == 1
    assert len(apns.connections()) == 10


def test_no_connection_ever_carries_two_tokens(apns, new_sender, clock):
    sender = new_sender(apns, clock=clock)
    for _ in range(12):
        assert sender.push() == Accepted()
        clock.pass_ms(600_000)
    changes = len(set(tokens(apns)))
    assert changes in (3, 4)
    connections = apns.connections()
    assert len(connections) == changes
    assert [connection["provider_tokens"] for connection in connections] == [1] * changes


@pytest.mark.parametrize("ahead_ms", [-20 * 60_000, -50 * 60_000])
def test_a_clock_that_is_slow_costs_one_push(start_apns, new_sender, clock, ahead_ms):
    """Apple's is right, and takes our token on the grid for expired."""
    apns = start_apns(clock=lambda: (clock() - ahead_ms) / 1000)
    sender = new_sender(apns, clock=clock)
    clock.pass_ms(GRID_MS // 2 - 1_000)
    for sends in (2, 1, 1):
        delivery = sender.deliver()
        assert (delivery.outcome, delivery.sent) == (Accepted(), sends)
    assert len(set(tokens(apns))) == 2
    assert all(connection["provider_tokens"] == 1 for connection in apns.connections())


def test_a_key_replaced_in_secrets_manager_is_picked_up_at_its_first_refusal(apns, new_sender, clock, key):
    sender = new_sender(apns, clock=clock)
    assert sender.push() == Accepted()
    new = SigningKey(key_id="ROTATED123")
    apns.put_key(new.key_id, team_id=new.team_id, pem=new.pem.decode())
    apns.delete_key(key.key_id)
    sender.store.versions["AWSCURRENT"] = secret_of(new)
    clock.pass_ms(60_000)
    delivery = sender.deliver()
    assert (delivery.outcome, delivery.sent) == (Accepted(), 2)
    assert [push["provider_token"]["kid"] for push in apns.pushes()] == ["KEY1234567", "KEY1234567", "ROTATED123"]
    assert sender.deliver().sent == 1
