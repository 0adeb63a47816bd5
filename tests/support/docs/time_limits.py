"""The policy of time as the table in docs/reliability.md."""

from shared.time_limits import POLICY, TimeLimits

HEAD = "| dependency (function) | a request gets | in all | why | used up |\n|---|---|---|---|---|"


def table() -> str:
    rows = [
        f"| {each.dependency} | {_limits(each.limits)} | {each.whole} | {each.why} | {each.used_up} |"
        for each in POLICY
    ]
    return "\n".join([HEAD, *rows])


def _limits(limits: TimeLimits | None) -> str:
    if limits is None:
        return ""
    attempts = "one attempt" if limits.attempts == 1 else f"{limits.attempts} attempts"
    return f"{limits.connect_s:g} s to connect, {limits.read_s:g} s for each read, {attempts}"
