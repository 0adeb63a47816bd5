"""What the functions have counted and timed during a run, kept for `make charts`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ops.stack.description import StackDescription
from ops.stack.directory import ROOT
from tests.support.aws.emf import Sample, samples
from tests.support.aws.function_logs import log_lines
from tests.support.aws.monitoring import Metric

FILE = ROOT / ".local" / "chaos-metrics.json"


@dataclass(frozen=True, slots=True)
class Measured:
    title: str
    stack_name: str
    samples: Sequence[Sample]

    @classmethod
    def of_stack(cls, description: StackDescription, title: str, since_ms: int) -> Self:
        groups = (description.log_groups.webhook, description.log_groups.push)
        found = [
            sample for group in groups for sample in samples(log_lines(description, group)) if sample.at_ms >= since_ms
        ]
        return cls(title, description.stack_name, found)

    def of(self, metric: Metric) -> list[Sample]:
        namespace = metric.namespace.replace("${AWS::StackName}", self.stack_name)
        return [
            sample
            for sample in self.samples
            if (sample.namespace, sample.name, sample.dimensions) == (namespace, metric.name, metric.dimensions)
        ]

    def write(self, file: Path = FILE) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, file: Path = FILE) -> Self:
        """Raises `FileNotFoundError`."""
        fields = json.loads(file.read_text())
        return cls(**{**fields, "samples": [Sample(**sample) for sample in fields["samples"]]})
