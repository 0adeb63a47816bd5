"""The triggers that a webhook of CometChat's needs for this stack."""

CALL = "call_initiated"
# Without these a phone may ring for a call that is over.
ENDS = (
    "call_cancelled",
    "call_rejected",
    "call_unanswered",
    "call_busy",
    "call_started",
    "call_participant_joined",
    "call_ended",
)
TRIGGERS = (CALL, *ENDS)
