"""What the push function has logged and counted in a run, and which pushes its verdicts are about."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ops.stack.logs import Entry, parse
from shared.log_messages import LogMessage
from tests.programs.chaos.pushes import INVOCATION_MS, Push
from tests.support.aws.emf import samples

_VERDICTS = (LogMessage.PUSH_ACCEPTED, LogMessage.PUSH_FAILED, LogMessage.DEVICE_NOT_RUNG)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sender is done with a phone for this delivery, and knows what came of the last `sends` pushes."""

    at_ms: int
    sends: int


@dataclass(frozen=True, slots=True)
class Said:
    """Of one phone of a call, and of notes that could not be written for the call."""

    verdicts: Sequence[Verdict] = ()
    not_recorded_at_ms: Sequence[int] = ()


class PushLog:
    def __init__(self, lines: Iterable[str]) -> None:
        self.settled: set[str] = set()
        """The correlation ids of calls that came to an end."""
        self.not_recorded_at_ms: defaultdict[str, list[int]] = defaultdict(list)
        """By call."""
        self.metrics: Counter[str] = Counter()
        self._verdicts: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
        kept = list(lines)
        for sample in samples(kept):
            self.metrics[sample.name] += int(sample.value)
        for entry in filter(None, map(parse, kept)):
            self._read(entry)

    def said_of(self, call: str, device: str) -> Said:
        """Of a phone, by the hashes of call and device token."""
        return Said(self._verdicts[call, device], self.not_recorded_at_ms[call])

    def _read(self, entry: Entry) -> None:
        fields, at_ms = entry.fields, round(entry.at_ms)
        match entry.message:
            case LogMessage.CALL_SETTLED:
                self.settled.add(fields["correlation_id"])
            case LogMessage.CALL_NOT_RECORDED:
                self.not_recorded_at_ms[fields["call"]].append(at_ms)
            case message if message in _VERDICTS:
                self._verdicts[fields["call"], fields["device"]].append(Verdict(at_ms, fields["sends"]))


def known_at_ms(pushes: Sequence[Push], verdicts: Sequence[Verdict]) -> Mapping[int, int]:
    """By sequence number, when the sender of a push had its verdict. A sender who was killed before had none."""
    known: dict[int, int] = {}
    for verdict in sorted(verdicts, key=lambda each: each.at_ms):
        own = [
            push["sequence"]
            for push in pushes
            if push["sequence"] not in known and 0 <= verdict.at_ms - push["received_at_ms"] <= INVOCATION_MS
        ]
        known |= dict.fromkeys(own[max(0, len(own) - verdict.sends) :], verdict.at_ms)
    return known
