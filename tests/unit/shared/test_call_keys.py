"""Under which names a call is known."""

import pytest

from shared.call_keys import claim_key, fact_keys
from tests.support.push.events import call_ended, ringing

SESSION, CONVERSATION = "session#s1", "conversation#c1#alice"


@pytest.mark.parametrize(
    ("session_id", "conversation_id", "caller_uid", "names"),
    [
        ("s1", "c1", "alice", [SESSION, CONVERSATION]),
        ("s1", "", "alice", [SESSION]),
        ("s1", "c1", "", [SESSION]),
        ("", "c1", "alice", [CONVERSATION]),
        ("", "c1", "", []),
        ("", "", "", []),
    ],
)
def test_a_conversation_names_a_call_only_together_with_its_caller(
    session_id: str, conversation_id: str, caller_uid: str, names: list[str]
) -> None:
    event = call_ended(session_id=session_id, conversation_id=conversation_id, caller_uid=caller_uid)

    assert fact_keys(event) == names


def test_a_call_without_a_session_is_named_by_its_second_and_its_message() -> None:
    call = ringing(session_id="", conversation_id="c1", initiated_at_ms=1_700_000_000_999, message_id=7)

    assert claim_key(call) == f"{CONVERSATION}#1700000000#7"
