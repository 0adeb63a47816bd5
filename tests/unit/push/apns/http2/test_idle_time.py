"""The age of a connection's last word, on clocks that stop or jump."""

import pytest

from push.apns.http2.idle_time import IdleTime


@pytest.mark.parametrize(
    ("monotonic_s", "wall_s", "age_s"),
    [(3, 3, 3), (0, 3, 3), (3, 0, 3), (3, -3600, 3), (0, 3600, 3600)],
    ids=["both go", "monotonic stops", "wall stops", "wall jumps back", "wall jumps on"],
)
def test_the_larger_of_both_clocks_counts(monotonic_s: float, wall_s: int, age_s: float) -> None:
    monotonic, wall_ms = 100.0, 1_700_000_000_000
    idle = IdleTime(lambda: wall_ms, lambda: monotonic)
    monotonic += monotonic_s
    wall_ms += wall_s * 1000
    assert idle.seconds() == age_s
    idle.reset()
    assert idle.seconds() == 0
