"""A burst at once, then so many a second."""

from hypothesis import given
from hypothesis import strategies as st

from authorizer.token_bucket import TokenBucket
from tests.support.clocks import MovedClock


def took(bucket: TokenBucket) -> bool:
    had_token = bucket.has_token()
    bucket.take()
    return had_token


def test_a_burst_and_then_the_rate() -> None:
    clock = MovedClock()
    bucket = TokenBucket(clock, burst=3, per_s=2)

    assert [took(bucket) for _ in range(5)] == [True, True, True, False, False]
    clock.pass_ms(499)
    assert not bucket.has_token()
    clock.pass_ms(1)
    assert [took(bucket) for _ in range(2)] == [True, False]


def test_it_fills_up_to_the_burst_and_no_further() -> None:
    clock = MovedClock()
    bucket = TokenBucket(clock, burst=3, per_s=2)
    clock.pass_ms(3_600_000)

    assert [took(bucket) for _ in range(4)] == [True, True, True, False]


@given(st.lists(st.integers(0, 2_000), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses_ms: list[int]) -> None:
    clock = MovedClock()
    bucket = TokenBucket(clock, burst=5, per_s=2)
    taken = 0
    for pause_ms in pauses_ms:
        clock.pass_ms(pause_ms)
        taken += took(bucket)

    assert taken <= 5 + sum(pauses_ms) * 2 / 1000
