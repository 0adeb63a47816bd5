"""docs/apns-reasons.md has a row for every reason of APNs', and says what the push function does about it."""

import pytest

from ops.stack.directory import ROOT
from push.apns.reactions import _BY_REASON, Reaction, reaction_to
from tests.support.apns.documented_reasons import DOCUMENTED_REASONS
from tests.support.docs.markdown import Page
from tests.support.push.fakes import rejected

TABLES = Page.read(ROOT / "docs" / "apns-reasons.md").tables
ROWS = {reason: (int(status), by_itself) for status, reason, _, by_itself, _ in TABLES["APNs' reasons"]}
WHAT_PUSH_DOES = {
    Reaction.DEVICE_IS_DEAD: "the device is removed",
    Reaction.QUARANTINE: "nothing is sent to the device for an hour",
    Reaction.OTHER_ENVIRONMENT: "the other environment is tried once",
    Reaction.TRY_AGAIN: "tried again while the call rings",
    Reaction.TRY_AGAIN_ON_NEW_CONNECTION: "tried again on new connections",
    Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION: "one more try on a new connection",
    Reaction.NEW_PROVIDER_TOKEN: "a new provider token",
    Reaction.READ_KEY_AGAIN: "the key is read again",
    Reaction.TELL_OPERATOR: "dead-letter queue",
}
DOCUMENTED_BY_APPLE = {reason for answers in DOCUMENTED_REASONS.values() for _, reason in answers}


@pytest.mark.parametrize("reason", sorted(DOCUMENTED_BY_APPLE | set(_BY_REASON)))
def test_a_reason_has_a_row_that_says_what_push_does(reason: str) -> None:
    status, by_itself = ROWS[reason]

    assert by_itself.startswith(WHAT_PUSH_DOES[reaction_to(rejected(status, reason))])


def test_no_row_is_for_a_reason_that_nobody_knows() -> None:
    assert set(ROWS) == DOCUMENTED_BY_APPLE | set(_BY_REASON)
