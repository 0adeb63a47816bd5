"""Limits and times that the documents state are those of the code.

Each is changed on purpose, in both places; most of them are promises to somebody.
"""

import pytest

from authorizer import cometchat_tokens, identity, jwks, jwts
from ops.stack.directory import ROOT
from push import delivery, device_upkeep, payload, queue, ring_call
from push.apns import client, provider_token
from shared import call_ends_table, device_history, devices, ring_items, secrets
from tokens import daily_count, registry
from webhook import receive
from webhook import secret as webhook_secret

MINUTE_MS = 60_000
IN_WORDS = {MINUTE_MS: "a minute", 60 * MINUTE_MS: "an hour", 5 * MINUTE_MS: "5 minutes"}
NUMBERS = {2: "two", 10: "ten"}

STATED = [
    ("security.md", f"with {jwts.LEEWAY_S} s of leeway"),
    ("security.md", f"The set is cached for {IN_WORDS[jwks.CACHE_TTL_MS]}."),
    ("security.md", f"at most once {IN_WORDS[jwks.MIN_REFRESH_MS]}"),
    ("security.md", f"the {receive.MAX_BODY_BYTES // 1024} KB limit"),
    ("security.md", f"at most every {receive.MIN_REFRESH_MS // 1000} s in an environment"),
    ("security.md", f"at most {webhook_secret.CACHE_TTL_MS // 1000} s more"),
    ("security.md", f"{NUMBERS[registry.MAX_DEVICES]} phones a user"),
    ("security.md", f"{daily_count.MAX_NEW_DEVICES_A_DAY} tokens a user and day (UTC)"),
    ("security.md", f"nothing is sent to it for {IN_WORDS[device_upkeep.QUARANTINE_MS]}"),
    (
        "security.md",
        f"at most {cometchat_tokens.BURST} at once and {cometchat_tokens.PER_S:.0f} a second in each environment",
    ),
    ("security.md", f"refusals are cached for {IN_WORDS[cometchat_tokens.REFUSED_FOR_MS]}"),
    ("reliability.md", f"At most {delivery.MAX_PUSHES} pushes per call and phone."),
    (
        "runbooks/commands.md",
        f"kept for {device_history.KEEP_S // 86_400} days, {device_history.MAX_ENTRIES} entries a user",
    ),
    ("api.md", f"registered for {devices.KEEP_S // 86_400} days"),
    ("ios.md", f"At most {payload.MAX_BYTES:,} bytes."),
    ("security.md", f"Within {NUMBERS[ring_items.KEEP_S // 86_400]} days (the calls table's memory)"),
    ("runbooks/keys-and-secrets.md", f"| push | after {IN_WORDS[secrets.CACHE_TTL_MS]} |"),
    ("runbooks/keys-and-secrets.md", f"at most once {IN_WORDS[client.KEY_MAX_AGE_AFTER_REFUSAL_MS]}"),
    ("runbooks/keys-and-secrets.md", f"malformed | after {secrets.UNUSABLE_CACHE_TTL_MS // 1000} s |"),
    ("runbooks/restoring-tables.md", f"for {NUMBERS[ring_items.KEEP_S // 86_400]} days what was rung"),
    ("decisions/0008-queue-times.md", f"after {', '.join(map(str, queue.BACKOFF_S))}, {queue.BACKOFF_S[-1]}… s"),
    ("decisions/0009-ring-time.md", f"the earlier of {ring_call.EXPIRATION_S} s from now and that end"),
    ("decisions/0012-deterministic-provider-token.md", f"a grid of {provider_token.GRID_S // 60} minutes"),
    ("decisions/0012-deterministic-provider-token.md", f"at most once in {provider_token.MIN_RENEWAL_S // 60} minutes"),
]


@pytest.mark.parametrize(("page", "statement"), STATED)
def test_what_a_page_states_is_so(page: str, statement: str) -> None:
    assert statement in " ".join((ROOT / "docs" / page).read_text().split())


def test_ends_are_remembered_as_long_as_rings() -> None:
    assert call_ends_table.KEEP_S == ring_items.KEEP_S


def test_limits_that_come_from_elsewhere() -> None:
    # Apple takes 5 KB, and the phones' developers are promised less.
    assert payload.MAX_BYTES == 4_096
    # API Gateway takes headers of 10,240 bytes together.
    assert identity.MAX_TOKEN_BYTES < 10_240
