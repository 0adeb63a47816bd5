"""docs/performance.md has the figures that the code has."""

import re
from pathlib import Path

from push.apns.http2.transport import MAX_CONNECTIONS
from shared import aws, call_ends_table

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"


def test_connections_and_threads() -> None:
    stated = {name: int(number) for name, number in re.findall(r"^\| ([^|]+) \| (\d+) \|", DOCUMENT.read_text(), re.M)}

    assert stated["threads for AWS"] == stated["connections to each AWS service"] == aws.CONNECTIONS
    assert stated["threads for the second name of a call"] == call_ends_table.THREADS
    assert stated["connections to APNs"] == MAX_CONNECTIONS
