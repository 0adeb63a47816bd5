"""Apple's rules for a push, in the order they are applied.

Reasons and statuses: "Handling notification responses from APNs"; headers and sizes: "Sending notification requests
to APNs". Apple documents no order: from the outside (method, path, who) to the inside (payload, device) is ours.
"""

import json
import re
from collections import Counter

from apns_simulator.errors import Rejection
from apns_simulator.provider_token import ProviderToken
from apns_simulator.request import PushRequest

MAX_PAYLOAD_BYTES = 4096
MAX_VOIP_PAYLOAD_BYTES = 5120
MAX_COLLAPSE_ID_BYTES = 64
PUSH_TYPES = frozenset(
    {
        "alert",
        "background",
        "complication",
        "controls",
        "fileprovider",
        "liveactivity",
        "location",
        "mdm",
        "pushtotalk",
        "voip",
        "widgets",
    }
)
_PRIORITIES = frozenset({"1", "5", "10"})
_VOIP_SUFFIX = ".voip"
_TOPIC = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGITS = re.compile(r"[0-9]+")


def is_canonical_uuid(value: str) -> bool:
    """Tell whether APNs accepts and returns this apns-id."""
    return _UUID.fullmatch(value) is not None


def check_target(request: PushRequest) -> None:
    """Check method and path, and that no APNs header occurs twice.

    Raises:
        Rejection: 405 MethodNotAllowed, 404 BadPath, 400 MissingDeviceToken, 400 DuplicateHeaders.
    """
    if request.header(":method") != "POST":
        raise Rejection(405, "MethodNotAllowed")
    if request.device_token is None:
        raise Rejection(404, "BadPath")
    if not request.device_token:
        raise Rejection(400, "MissingDeviceToken")
    names = Counter(name for name, _ in request.headers if name == "authorization" or name.startswith("apns-"))
    if names and max(names.values()) > 1:
        raise Rejection(400, "DuplicateHeaders")


def check_headers(request: PushRequest, token: ProviderToken) -> str:
    """Check the APNs headers and return the topic.

    Raises:
        Rejection: 400 with the reason for the first header that is wrong.
    """
    topic = _checked_topic(request.header("apns-topic"), token)
    push_type = request.header("apns-push-type")
    if push_type not in PUSH_TYPES and not (push_type is None and not topic.endswith(_VOIP_SUFFIX)):
        raise Rejection(400, "InvalidPushType")
    if topic.endswith(_VOIP_SUFFIX) != (push_type == "voip"):
        raise Rejection(400, "InvalidPushType")
    priority = request.header("apns-priority")
    # Apple: it is an error to send a background push with priority 10.
    if priority not in _PRIORITIES | {None} or (push_type == "background" and priority == "10"):
        raise Rejection(400, "BadPriority")
    expiration = request.header("apns-expiration")
    if expiration is not None and not _DIGITS.fullmatch(expiration):
        raise Rejection(400, "BadExpirationDate")
    apns_id = request.header("apns-id")
    if apns_id is not None and not is_canonical_uuid(apns_id):
        raise Rejection(400, "BadMessageId")
    if len((request.header("apns-collapse-id") or "").encode()) > MAX_COLLAPSE_ID_BYTES:
        raise Rejection(400, "BadCollapseId")
    return topic


def check_payload(request: PushRequest, topic: str) -> None:
    """Check that there is a payload, and its size.

    Raises:
        Rejection: 400 PayloadEmpty (also for what is not a JSON object: Apple names no reason for that),
            413 PayloadTooLarge.
    """
    limit_bytes = MAX_VOIP_PAYLOAD_BYTES if topic.endswith(_VOIP_SUFFIX) else MAX_PAYLOAD_BYTES
    if request.body_bytes > limit_bytes:
        raise Rejection(413, "PayloadTooLarge")
    if not isinstance(decoded_payload(request), dict):
        raise Rejection(400, "PayloadEmpty")


def decoded_payload(request: PushRequest) -> object:
    """Return the payload's JSON, None if it is not JSON."""
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _checked_topic(topic: str | None, token: ProviderToken) -> str:
    if not topic:
        raise Rejection(400, "MissingTopic")
    if not _TOPIC.fullmatch(topic):
        raise Rejection(400, "BadTopic")
    if token.key and token.key.topics is not None and topic not in token.key.topics:
        raise Rejection(400, "TopicDisallowed")
    return topic
