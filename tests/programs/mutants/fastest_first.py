"""A plugin of pytest: the fastest tests first, as mutmut has measured them: one that notices is enough."""

import gc
import json
from pathlib import Path

import pytest

# Where mutmut runs pytest.
MEASURED = Path("mutmut-stats.json")
# Within a step the order is that of the files, so that fixtures of a module are set up once.
STEPS_S = (0.05, 0.5)


def pytest_sessionstart() -> None:
    """What mutmut's server has imported is no garbage. Looking at it would copy its memory into each worker."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    durations: dict[str, float] = {}
    if MEASURED.exists():
        durations = json.loads(MEASURED.read_text())["duration_by_test"]

    def place(item: pytest.Item) -> tuple[int, str]:
        duration_s = durations.get(item.nodeid, 0)
        return sum(duration_s > step_s for step_s in STEPS_S), item.nodeid

    items.sort(key=place)
