"""What a function says while it runs: log lines and metrics."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from shared.observability import logger


class Observed:
    def __init__(self) -> None:
        self._log = io.StringIO()
        self._output = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self._log.getvalue() + self._output.getvalue()

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    @property
    def metrics(self) -> dict[str, float]:
        """The sums of the metrics in CloudWatch's embedded metric format."""
        sums: dict[str, float] = {}
        for line in self.text.splitlines():
            record = json.loads(line)
            for directive in record.get("_aws", {}).get("CloudWatchMetrics", ()):
                assert directive["Namespace"] == "VoipPush"
                for metric in directive["Metrics"]:
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(record[metric["Name"]])
        return sums

    @property
    def counted(self) -> dict[str, float]:
        """The metrics that are not zero."""
        return {name: number for name, number in self.metrics.items() if number}


@contextmanager
def observed(left_out: frozenset[str] = frozenset()) -> Iterator[Observed]:
    """Fails if a line had fields that the logger does not let through, except for those expected to be left out."""
    result = Observed()
    handler = logger.registered_handler
    # Not setStream, which flushes the stream before: pytest has closed that one, if it ran in this process already.
    former, handler.stream = handler.stream, result._log  # type: ignore[attr-defined]
    try:
        with redirect_stdout(result._output):
            yield result
    finally:
        handler.stream = former  # type: ignore[attr-defined]
    missing = {name for line in result.log for name in line.get("left_out_fields", ())}
    assert missing == left_out, f"the logger lets no {missing} through: see shared.observability.FIELDS"
