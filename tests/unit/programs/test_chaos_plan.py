"""The plan of make chaos, and whose processes it interferes with."""

import os
import subprocess
import sys
from itertools import pairwise

from tests.programs.chaos.plan import draw_plan
from tests.programs.chaos.processes import our_processes


def test_a_seed_always_gives_the_same_plan():
    assert draw_plan(7, calls=100, kills=5, hangs=1) == draw_plan(7, calls=100, kills=5, hangs=1)
    assert draw_plan(7, calls=100, kills=5, hangs=1) != draw_plan(8, calls=100, kills=5, hangs=1)


def test_a_plan_has_all_that_is_to_go_wrong():
    plan = draw_plan(1, calls=2_000, kills=20, hangs=10)
    devices = [device for devices in plan.devices.values() for device in devices]
    assert (len(plan.calls), len(plan.kills_at), len(plan.hangs_at)) == (2_000, 20, 10)
    assert all(later - earlier >= 45 for earlier, later in pairwise(plan.kills_at))
    assert any(device.refused for device in devices)
    assert any(device.dead for device in devices)
    assert any(device.registered_in != device.environment for device in devices)
    assert {call.kind for call in plan.calls} == set(type(plan.calls[0].kind))


def test_only_our_own_descendants_are_ours():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        ours = our_processes()
        assert "input()" in ours[child.pid]
        assert os.getpid() not in ours
        assert os.getppid() not in ours
