"""Every message that the functions log. The page, the commands and the tests find lines by these."""

from enum import StrEnum


class LogMessage(StrEnum):
    # webhook or push
    CALL_END_NOTED = "call end noted"

    # webhook
    CALL_QUEUED = "call queued"
    CALL_END_QUEUED = "call end queued"
    CALL_END_TOO_LATE = "call end after the ring time"
    WEBHOOK_IGNORED = "webhook ignored"
    WEBHOOK_REFUSED = "webhook refused"
    WEBHOOK_NOT_ACCEPTED = "webhook not accepted"

    # push: the call
    CALL_RECEIVED = "call received"
    CALL_SETTLED = "call settled"
    GROUP_FANNED_OUT = "group call fanned out"
    GROUP_NOT_CONFIGURED = "group members not configured"
    GROUP_MEMBERS_UNAVAILABLE = "group members unavailable"
    GROUP_MEMBERS_REFUSED = "group members refused"

    # push: one device
    PUSH_ACCEPTED = "push accepted"
    PUSH_FAILED = "push failed"
    PUSHING_AGAIN = "pushing again after an unknown outcome"
    DEVICE_NOT_RUNG = "device not rung"
    CLAIMED_ELSEWHERE = "claimed by another delivery"

    APNS_KEY_UNUSABLE = "APNs key unusable"
    CALL_NOT_RECORDED = "could not record the call's result"
    ENDS_UNAVAILABLE = "could not read whether the call has ended"
    DEVICE_NOT_UPDATED = "could not update the device"

    # push: the queue
    MESSAGE_FAILED = "message processing failed"
    VISIBILITY_NOT_EXTENDED = "could not extend visibility timeout"
    RETRY_DELAY_NOT_SET = "could not set retry delay"
    DEAD_LETTERED = "message sent to dead-letter queue"
    NOT_DEAD_LETTERED = "could not send message to dead-letter queue"

    # tokens
    DEVICE_REGISTERED = "device registered"
    DEVICE_REMOVED = "device removed"
    ALL_DEVICES_REMOVED = "all devices removed"
    REQUEST_REFUSED = "request refused"
    DEVICES_UNAVAILABLE = "devices table unavailable"

    # calls
    CALLS_UNAVAILABLE = "calls table unavailable"

    # authorizer
    AUTHORIZER_NOT_CONFIGURED = "authorizer not configured"
    CREDENTIAL_REFUSED = "credential refused"
    CREDENTIAL_NOT_CHECKED = "credential could not be checked"

    # tokens and push
    HISTORY_NOT_WRITTEN = "device history not written"

    # every function
    HANDLER_FAILED = "handler failed"
