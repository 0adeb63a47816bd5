"""The arithmetic of docs/capacity.md: what a million calls cost, and at how many calls a second which limit is reached.

`python -m tests.programs.bench.capacity` prints the tables, `--write` puts them into the document. For the durations of
another deployment, as its dashboard shows them: `--webhook-ms`, `--ring-ms`, `--end-ms`.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from ops.stack.directory import ROOT

DOCUMENT = ROOT / "docs" / "capacity.md"

# USD, us-east-1, list prices without the free tier: docs/capacity.md says where from.
HTTP_API_REQUEST = 1.00 / 1e6
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_S = 0.0000133334  # arm64
SQS_REQUEST = 0.40 / 1e6
WRITE_UNIT = 0.625 / 1e6
READ_UNIT = 0.125 / 1e6
LOG_GB = 0.50
OUT_GB = 0.09

WEBHOOK_GB, PUSH_GB = 1024 / 1024, 1024 / 1024

LOADS = (10, 1_000, 50_000)
BATCH = 10


@dataclass(frozen=True, slots=True)
class Call:
    """An ordinary call: it begins, is answered or not, and ends."""

    webhooks: int = 3
    phones: float = 1.5
    # Those that say that the call was answered or is over come with its session id alone, so each is one item.
    names_of_an_end: int = 1
    # Half of the calls are over so long after they rang that nothing has to be written.
    late_ends: float = 0.5
    # Measured with tests.programs.bench.per_call on the emulator: no network lies between our code, DynamoDB and SQS.
    webhook_ms: float = 9
    ring_ms: float = 32
    end_ms: float = 12
    # Assumed, until a deployment in AWS has been measured.
    network_ms: float = 55
    """Added to a ring: the way to APNs and its answer, and three requests to DynamoDB one after the other."""
    cpu_ms: float = 15
    """What each further call of a batch adds to the invocation: 9 ms of CPU, at 0.58 of a vCPU."""
    # Ours are measured as well. API Gateway's is the template's format with usual values.
    webhook_log_bytes: float = 510
    ring_log_bytes: float = 1_710
    phone_log_bytes: float = 365
    """Of each phone beyond the first."""
    end_log_bytes: float = 600
    access_log_bytes: float = 250
    push_bytes_out: float = 1_500
    # A phone asks whether the call still rings after 0, 2, 4 and 8 s, and then somebody has answered.
    questions: float = 4
    question_ms: float = 9
    question_log_bytes: float = 420

    @property
    def ends(self) -> int:
        return self.webhooks - 1

    @property
    def webhooks_ms(self) -> float:
        """Of all of a call's webhooks: the first one is queued, the others are noted."""
        return self.webhook_ms + self.ends * self.end_ms

    @property
    def read_units(self) -> float:
        """The devices, and what is known of the call under its two names: consistent, up to 4 KB each."""
        return 3

    @property
    def write_units(self) -> float:
        """Claim and note of the ring, however many phones it has, and the ends."""
        return 2 + (self.ends - self.late_ends) * self.names_of_an_end

    @property
    def batch_ms(self) -> float:
        """Of a full batch, whose messages are worked on side by side on one processor."""
        return self.ring_ms + self.network_ms + (BATCH - 1) * self.cpu_ms


def costs(call: Call) -> Iterator[tuple[str, str, float]]:
    """What, how much of it a call takes, USD for a million calls. Batches of one message, as at low traffic."""
    million = 1_000_000
    webhook_gb_s = call.webhooks_ms / 1000 * WEBHOOK_GB
    push_gb_s = (call.ring_ms + call.network_ms) / 1000 * PUSH_GB
    log_bytes = (
        call.webhook_log_bytes
        + call.ends * call.end_log_bytes
        + call.webhooks * call.access_log_bytes
        + call.ring_log_bytes
        + (call.phones - 1) * call.phone_log_bytes
    )
    invocations = call.webhooks + 1
    yield "HTTP API", f"{call.webhooks} requests", call.webhooks * HTTP_API_REQUEST * million
    yield "Lambda, requests", f"{invocations} invocations", invocations * LAMBDA_REQUEST * million
    yield "Lambda, webhook", f"{webhook_gb_s:.3f} GB-s", webhook_gb_s * LAMBDA_GB_S * million
    yield "Lambda, push", f"{push_gb_s:.3f} GB-s", push_gb_s * LAMBDA_GB_S * million
    yield "SQS", "4 requests (send, receive, extend visibility, delete)", 4 * SQS_REQUEST * million
    yield "DynamoDB, reads", f"{call.read_units:g} units", call.read_units * READ_UNIT * million
    yield "DynamoDB, writes", f"{call.write_units:g} units", call.write_units * WRITE_UNIT * million
    yield "CloudWatch Logs", f"{log_bytes / 1000:.1f} KB", log_bytes / 1e9 * LOG_GB * million
    out_kb = call.phones * call.push_bytes_out / 1000
    yield "Data to APNs", f"{out_kb:.1f} KB", out_kb / 1e6 * OUT_GB * million


def questions_usd(call: Call) -> float:
    """For a million calls, what phones that ask `GET /calls/{uuid}` cost. API Gateway asks the authorizer once a phone.

    Three read units: the ring, and the ends under the call's two names.
    """
    each = HTTP_API_REQUEST + LAMBDA_REQUEST + call.question_ms / 1000 * WEBHOOK_GB * LAMBDA_GB_S + 3 * READ_UNIT
    log_bytes = call.question_log_bytes + call.access_log_bytes
    authorizer = LAMBDA_REQUEST + call.question_ms / 1000 * WEBHOOK_GB * LAMBDA_GB_S
    return call.phones * (call.questions * (each + log_bytes / 1e9 * LOG_GB) + authorizer) * 1e6


def needs(call: Call, per_s: int) -> Iterator[tuple[str, float]]:
    """What is in use at once, or a second, at so many calls a second."""
    yield "webhooks/s", per_s * call.webhooks
    yield "webhook environments busy", per_s * call.webhooks_ms / 1000
    yield "messages/s", per_s
    yield "push environments busy, one message each", per_s * (call.ring_ms + call.network_ms) / 1000
    yield "push environments busy, full batches", per_s / BATCH * call.batch_ms / 1000
    yield "DynamoDB read units/s", per_s * call.read_units
    yield "DynamoDB write units/s, calls table", per_s * call.write_units
    yield "pushes/s to APNs", per_s * call.phones
    yield "USD/hour", sum(cost for _, _, cost in costs(call)) / 1e6 * per_s * 3600


def limits(call: Call) -> list[tuple[str, str, float, str]]:
    """What, its limit, at how many calls a second it is reached, and what moves it."""
    webhooks_s, batch_s = call.webhooks_ms / 1000, call.batch_ms / 1000
    batches = 1 / BATCH
    write_units = call.write_units
    found = [
        (
            "webhook route, throttled by us",
            "2,000 requests/s",
            2_000 / call.webhooks,
            "`RouteSettings` in template.yaml",
        ),
        ("HTTP API, account and region", "10,000 requests/s", 10_000 / call.webhooks, "a quota increase"),
        ("Lambda, synchronous requests", "10/s for each of 1,000", 10_000 / call.webhooks, "a quota increase"),
        (
            "Lambda, concurrency of the account",
            "1,000 at once",
            1_000 / (webhooks_s + batches * batch_s),
            "a quota increase; reserved concurrency to share it out",
        ),
        (
            "batches pushed at once",
            "`PushMaximumConcurrency` 50",
            50 / (batches * batch_s),
            "the parameter, up to 1,000",
        ),
        (
            "event source without provisioned pollers",
            "`PushMaximumConcurrency` 1,000",
            1_000 / (batches * batch_s),
            "`PushMinimumPollers`: up to 20,000 at once",
        ),
        ("calls table when new", "4,000 write units/s", 4_000 / write_units, "warm throughput; it doubles by itself"),
        ("calls table, quota", "40,000 write units/s", 40_000 / write_units, "a quota increase"),
        (
            "SQS, messages in flight",
            "120,000",
            120_000 / batch_s,
            "more queues; nothing else comes this far",
        ),
    ]
    return sorted(found, key=lambda limit: limit[2])


def tables(call: Call) -> str:
    lines = ["| per million calls | a call takes | USD |", "|---|---|---:|"]
    lines += [f"| {what} | {takes} | {usd:.2f} |" for what, takes, usd in costs(call)]
    lines += [f"| **together** | | **{sum(usd for _, _, usd in costs(call)):.2f}** |"]
    asked = f"{call.phones * call.questions:g} requests"
    lines += [f"| besides: phones ask whether the call still rings | {asked} | {questions_usd(call):.2f} |", ""]
    lines += ["| at calls/s | " + " | ".join(f"{load:,}" for load in LOADS) + " |", "|---|" + "---:|" * len(LOADS)]
    for rows in zip(*(needs(call, load) for load in LOADS), strict=True):
        lines.append(f"| {rows[0][0]} | " + " | ".join(_number(value) for _, value in rows) + " |")
    lines += ["", "| limit | default | reached at calls/s | lever |", "|---|---|---:|---|"]
    lines += [f"| {what} | {limit} | {_number(at)} | {lever} |" for what, limit, at, lever in limits(call)]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def written(document: str, text: str) -> str:
    pattern = re.compile(r"(<!-- tests\.programs\.bench\.capacity -->\n).*?(\n<!-- end -->)", re.DOTALL)
    replaced, count = pattern.subn(lambda match: match[1] + text + match[2], document)
    if count != 1:
        raise ValueError(f"the document has {count} places for the tables, expected one")
    return replaced


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programs.bench.capacity")
    parser.add_argument("--write", action="store_true", help="into docs/capacity.md")
    for name in ("webhook", "ring", "end"):
        parser.add_argument(f"--{name}-ms", type=float, default=getattr(Call(), f"{name}_ms"))
    parser.add_argument("--network-ms", type=float, default=Call().network_ms, help="0 if --ring-ms has it in it")
    given = vars(parser.parse_args())
    write = given.pop("write")
    text = tables(Call(**given))
    if write:
        DOCUMENT.write_text(written(DOCUMENT.read_text(), text))
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
