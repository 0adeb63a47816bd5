"""What to do about each of APNs' answers: all of Apple's reasons, and some that Apple does not name."""

import pytest

from push.apns.reactions import Reaction, reaction_to
from tests.support.apns.documented_reasons import DOCUMENTED_REASONS
from tests.support.push.fakes import rejected

# What Apple does not document, and bodies without a reason, as from something between us and Apple.
BY_STATUS = {
    Reaction.DEVICE_IS_DEAD: [410],
    Reaction.TRY_AGAIN: [408, 429, 500, 502, 503, 504, 599],
    Reaction.TELL_OPERATOR: [301, 400, 401, 403, 404, 418],
}


@pytest.mark.parametrize(
    ("status", "reason", "reaction"),
    [(status, reason, reaction) for reaction, answers in DOCUMENTED_REASONS.items() for status, reason in answers],
)
def test_every_reason_of_apples(status, reason, reaction):
    assert reaction_to(rejected(status, reason)) is reaction


@pytest.mark.parametrize("reason", ["", "SomethingNew"])
@pytest.mark.parametrize(
    ("status", "reaction"), [(status, reaction) for reaction, statuses in BY_STATUS.items() for status in statuses]
)
def test_other_answers_by_their_status(status, reason, reaction):
    assert reaction_to(rejected(status, reason)) is reaction
