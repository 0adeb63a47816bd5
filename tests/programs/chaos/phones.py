"""The phones, as APNs saw them, against the plan and the rules of ringing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from push.claims import RESERVED_PUSHES
from push.delivery import GAPS_S, MAX_PUSHES
from push.still_ringing import MAX_AGE_MS
from shared.call_keys import call_hash
from shared.call_results import CallResult
from shared.device_tokens import device_hash
from shared.ring_items import PhoneState
from tests.programs.chaos.plan import Device, Plan, PlannedCall
from tests.programs.chaos.push_log import PushLog, Said, known_at_ms
from tests.programs.chaos.pushes import Interruptions, Pair, Push, is_answered, is_rung
from tests.programs.chaos.reconciliation import Reconciliation

# From being written until APNs has it, and from the webhook's answer until the program has it, on a busy machine.
ON_THE_WAY_MS = 750
RING_MS = 45_000
# At most, of a wait before a push.
JITTER = 1.25


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of one planned call, and the pushes to it in the order in which APNs got them."""

    call: PlannedCall
    device: Device
    pushes: Sequence[Push]
    noted: PhoneState
    """In the calls table."""
    said: Said
    """In the log."""

    @property
    def outcome(self) -> str:
        return self.noted.outcome

    @property
    def accepted(self) -> list[Push]:
        return [push for push in self.pushes if push["accepted"]]

    @property
    def must_ring(self) -> bool:
        return self.call.must_ring and not self.device.dead and not self.device.refused

    def why_again(self, push: Push, interruptions: Interruptions) -> str | None:
        """Why this push, which APNs accepted, may be followed by another one; None if there is no need."""
        known_at_ms = self.known_at_ms.get(push["sequence"])
        if known_at_ms is None or interruptions.keep_from_noting(known_at_ms, self.said.not_recorded_at_ms):
            return "not noted"
        if not is_answered(push) or interruptions.lose_answer(push):
            return "unknown"
        return None

    @property
    def known_at_ms(self) -> Mapping[int, int]:
        return known_at_ms(self.pushes, self.said.verdicts)

    def __str__(self) -> str:
        endings = ", ".join(f"{push['status'] or push['ending']} at {push['received_at_ms']}" for push in self.pushes)
        outcome = self.outcome or "no outcome"
        return f"call {self.call.number} ({self.call.kind}), device {self.device.token[:8]}: [{endings}], {outcome}"


@dataclass(frozen=True, slots=True)
class _NamedBySession:
    session_id: str
    conversation_id: str = ""
    caller_uid: str = ""


def all_phones(
    plan: Plan, pairs: Mapping[Pair, list[Push]], noted: Mapping[Pair, PhoneState], log: PushLog
) -> Iterator[Phone]:
    """`noted` has the hashes of tokens, as the calls table."""
    for call in plan.calls:
        call_name = call_hash(_NamedBySession(call.session_id))
        for device in (device for callee in call.callees for device in plan.devices[callee]):
            pushes = pairs.get((call.session_id, device.token), [])
            device_name = device_hash(device.token)
            state = noted.get((call.session_id, device_name), PhoneState())
            yield Phone(call, device, pushes, state, log.said_of(call_name, device_name))


def check_rings(reconciliation: Reconciliation, phones: Sequence[Phone], interruptions: Interruptions) -> None:
    must_ring = [phone for phone in phones if phone.must_ring]
    silent = [phone for phone in must_ring if not phone.accepted]
    reconciliation.row("(call, device) pairs that should ring", len(must_ring))
    for what, is_excuse in (
        ("  unconfirmed after all pushes that are allowed", _is_rightly_unconfirmed),
        ("  for which the ring time ended before the next push", _is_out_of_time),
    ):
        excused = [phone for phone in silent if _is_plausible(phone, interruptions) and is_excuse(phone)]
        silent = [phone for phone in silent if phone not in excused]
        reconciliation.row(what, len(excused))
    reconciliation.demand("  that did not", silent)
    wrong = [phone for phone in phones if phone.accepted and (phone.device.dead or not phone.call.may_ring)]
    reconciliation.demand("rung and should not have", wrong)


def check_repeats(reconciliation: Reconciliation, phones: Sequence[Phone], interruptions: Interruptions) -> int:
    """Returns how many repeats were sent by invocations that lived to count them."""
    reasons: Counter[str | None] = Counter()
    twice, too_often, other_ids = [], [], []
    counted = after_answer = 0
    for phone in phones:
        why = [phone.why_again(push, interruptions) for push in phone.accepted[:-1]]
        reasons.update(why)
        twice += [phone] * (None in why)
        # One resend after an unknown outcome, of which nothing is left if its sender has not noted it.
        too_often += [phone] * (why.count("unknown") > 1)
        other_ids += [phone] * (len({(push["payload"]["uuid"], push["apns_id"]) for push in phone.pushes}) > 1)
        again = _after_first(phone.pushes, phone.accepted[:1])
        counted += sum(not interruptions.may_kill_sender(push) for push in again)
        after_answer += len(_after_first(phone.pushes, [push for push in phone.pushes if is_rung(push)]))
    reconciliation.demand("rung twice without need", twice)
    reconciliation.row("rung again after an unknown outcome", reasons["unknown"])
    reconciliation.demand("  more than once", too_often)
    reconciliation.row("rung again, the outcome was not noted", reasons["not noted"])
    gone = [phone for phone in phones if any(_vanished(phone, push, interruptions) for push in phone.pushes)]
    reconciliation.demand("pushes whose senders vanished and were not killed", gone)
    reconciliation.demand("other uuid or apns-id than before", other_ids)
    reconciliation.row("pushes repeated after they were answered with 200", after_answer)
    return counted


def check_budget(reconciliation: Reconciliation, phones: Sequence[Phone]) -> None:
    reconciliation.row("most pushes to one phone for one call", max(len(phone.pushes) for phone in phones))
    reconciliation.demand("  phones with more than allowed", [each for each in phones if len(each.pushes) > MAX_PUSHES])
    refused = [phone for phone in phones if phone.call.must_ring and phone.device.refused and phone.pushes]
    spread = Counter(len(phone.pushes) for phone in refused)
    reconciliation.row("phones that APNs refuses for good, by pushes", dict(sorted(spread.items())))
    reconciliation.row("  recorded as", dict(Counter(phone.outcome or "no outcome" for phone in refused)))


def check_ends(reconciliation: Reconciliation, phones: Sequence[Phone], noted_at_ms: Mapping[str, int]) -> None:
    """`noted_at_ms`: when an end was answered with `noted`, by session."""
    late = [
        (max(push["received_at_ms"] for push in phone.pushes) - noted_at_ms[phone.call.session_id], phone)
        for phone in phones
        if phone.pushes and phone.call.session_id in noted_at_ms
    ]
    reconciliation.row("ends that were noted at once", len(noted_at_ms))
    reconciliation.row("  last push after that, ms", max((late_ms for late_ms, _ in late), default=None))
    too_late = [f"{phone}, {late_ms} ms" for late_ms, phone in late if late_ms > MAX_AGE_MS + ON_THE_WAY_MS]
    reconciliation.demand("  pushes later than 0.5 s", too_late)


def _vanished(phone: Phone, push: Push, interruptions: Interruptions) -> bool:
    return push["sequence"] not in phone.known_at_ms and not interruptions.may_kill_sender(push)


def _is_plausible(phone: Phone, interruptions: Interruptions) -> bool:
    """Whether the pushes that were noted are those that APNs saw.

    An owner who is killed uses up what it had reserved, and one push may have been written into a connection that was
    just ending. It is unknown, and after a second such one there is no third.
    """
    if not phone.pushes:
        return False
    ring_ends_at_ms = _ring_ends_at_ms(phone)
    kills = interruptions.kills_between(ring_ends_at_ms - RING_MS, ring_ends_at_ms)
    return _unseen(phone) <= RESERVED_PUSHES * kills + 1


def _is_rightly_unconfirmed(phone: Phone) -> bool:
    if phone.outcome != CallResult.UNCONFIRMED:
        return False
    unknown = sum(not is_answered(push) for push in phone.pushes) + _unseen(phone)
    return phone.noted.pushes >= MAX_PUSHES or (phone.noted.unknown and unknown > 1)


def _is_out_of_time(phone: Phone) -> bool:
    if phone.outcome or phone.noted.pushes >= MAX_PUSHES:
        return False
    longest_wait_ms = GAPS_S[max(phone.noted.pushes, 1) - 1] * JITTER * 1000
    return bool(phone.pushes[-1]["received_at_ms"] + longest_wait_ms >= _ring_ends_at_ms(phone))


def _unseen(phone: Phone) -> int:
    return max(0, phone.noted.pushes - len(phone.pushes))


def _ring_ends_at_ms(phone: Phone) -> int:
    return int(phone.pushes[0]["payload"]["expiresAt"])


def _after_first(pushes: Sequence[Push], of: Sequence[Push]) -> Sequence[Push]:
    """What followed the first of these; nothing if there is none."""
    return pushes[pushes.index(of[0]) + 1 :] if of else []
