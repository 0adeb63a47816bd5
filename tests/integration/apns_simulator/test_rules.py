"""What APNs accepts and refuses, request by request."""

import uuid

import pytest

from apns_simulator import ApnsSimulator
from tests.support.apns.pusher import BUNDLE_ID, DEVICE, PAYLOAD, VOIP_TOPIC, Pusher

ALERT = {"apns_topic": BUNDLE_ID, "apns_push_type": "alert"}


def payload_of(size_bytes: int) -> bytes:
    return b'{"x":"' + b"x" * (size_bytes - 8) + b'"}'


def test_an_accepted_push_has_an_empty_body_and_echoes_its_id(pusher, apns):
    apns_id = str(uuid.uuid4())
    answer = pusher.push(apns_id=apns_id)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers == {":status": "200", "apns-id": apns_id}
    [push] = apns.pushes()
    assert (push["accepted"], push["device_token"], push["apns_id"]) == (True, DEVICE, apns_id)


def test_an_id_is_generated_and_the_sandbox_adds_its_own(apns, connect):
    answer = connect(apns, sandbox=True).push()
    assert answer.headers.keys() == {":status", "apns-id", "apns-unique-id"}
    assert str(uuid.UUID(answer.headers["apns-id"])) == answer.headers["apns-id"]
    assert apns.pushes()[0]["environment"] == "sandbox"


@pytest.mark.parametrize(
    "changes",
    [
        {"apns_priority": None, "apns_expiration": None},
        {"apns_priority": "5"},
        {"apns_priority": "1"},
        {"apns_expiration": "1999999999"},
        {"apns_collapse_id": "c" * 64},
        {"apns_id": "EABEAE54-14A8-11E5-B60B-1697F925EC7B"},
        {"device": "ab"},
        {"device": "AB" * 32},
        {"device": "ab" * 80},
        {"device": "ab" * 100},
        {"body": payload_of(5120)},
        ALERT | {"body": payload_of(4096)},
        {"apns_topic": BUNDLE_ID, "apns_push_type": None},
        {"apns_topic": BUNDLE_ID, "apns_push_type": "background", "apns_priority": "5"},
    ],
)
def test_it_accepts(pusher: Pusher, apns: ApnsSimulator, changes: dict[str, str | bytes | None]):
    answer = pusher.push(**changes)  # type: ignore[arg-type]
    assert (answer.status, answer.reason) == (200, None)
    assert apns.counters()["accepted"] == 1


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"apns_topic": None}, 400, "MissingTopic"),
        ({"apns_topic": ""}, 400, "MissingTopic"),
        ({"apns_topic": "com..app voip"}, 400, "BadTopic"),
        ({"apns_topic": "com.other.app.voip"}, 400, "TopicDisallowed"),
        ({"apns_push_type": None}, 400, "InvalidPushType"),
        ({"apns_push_type": "alert"}, 400, "InvalidPushType"),
        ({"apns_push_type": "VOIP"}, 400, "InvalidPushType"),
        ({"apns_topic": BUNDLE_ID}, 400, "InvalidPushType"),
        ({"apns_topic": BUNDLE_ID, "apns_push_type": "telegram"}, 400, "InvalidPushType"),
        ({"apns_priority": "7"}, 400, "BadPriority"),
        ({"apns_priority": "high"}, 400, "BadPriority"),
        ({"apns_topic": BUNDLE_ID, "apns_push_type": "background"}, 400, "BadPriority"),
        ({"apns_expiration": "soon"}, 400, "BadExpirationDate"),
        ({"apns_expiration": "-1"}, 400, "BadExpirationDate"),
        ({"apns_expiration": "1.5"}, 400, "BadExpirationDate"),
        ({"apns_id": "1"}, 400, "BadMessageId"),
        ({"apns_id": "eabeae5414a811e5b60b1697f925ec7b"}, 400, "BadMessageId"),
        ({"apns_collapse_id": "c" * 65}, 400, "BadCollapseId"),
        ({"apns_collapse_id": "ü" * 33}, 400, "BadCollapseId"),
        ({"body": b""}, 400, "PayloadEmpty"),
        ({"body": b"no json"}, 400, "PayloadEmpty"),
        ({"body": payload_of(5121)}, 413, "PayloadTooLarge"),
        ({"body": payload_of(60_000)}, 413, "PayloadTooLarge"),
        (ALERT | {"body": payload_of(4097)}, 413, "PayloadTooLarge"),
        ({"device": "abc"}, 400, "BadDeviceToken"),
        ({"device": "xyz0"}, 400, "BadDeviceToken"),
        ({"device": "ab" * 101}, 400, "BadDeviceToken"),
        ({"device": ""}, 400, "MissingDeviceToken"),
        ({"device": "ab/cd"}, 404, "BadPath"),
    ],
)
def test_it_refuses(pusher: Pusher, apns: ApnsSimulator, changes: dict[str, str | bytes | None], status, reason):
    answer = pusher.push(**changes)  # type: ignore[arg-type]
    assert (answer.status, answer.reason) == (status, reason)
    assert b"timestamp" not in answer.body
    uuid.UUID(answer.headers["apns-id"])
    [push] = apns.pushes()
    assert (push["accepted"], push["status"], push["reason"]) == (False, status, reason)


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", f"/3/device/{DEVICE}", 405, "MethodNotAllowed"),
        ("POST", f"/2/device/{DEVICE}", 404, "BadPath"),
        ("POST", "/3/device", 400, "MissingDeviceToken"),
        ("POST", "/", 404, "BadPath"),
    ],
)
def test_only_a_post_to_the_path_for_devices_is_a_push(pusher, method, path, status, reason):
    answer = pusher.response(pusher.start(path, pusher.headers.items(), PAYLOAD, method))
    assert (answer.status, answer.reason) == (status, reason)


def test_headers_of_apns_come_once(pusher):
    headers = [*pusher.headers.items(), ("apns-topic", VOIP_TOPIC)]
    assert pusher.response(pusher.start(f"/3/device/{DEVICE}", headers, PAYLOAD)).reason == "DuplicateHeaders"


def test_what_is_wrong_outside_is_said_before_what_is_wrong_inside(pusher):
    wrong = {"apns_topic": None, "apns_push_type": None, "body": b"", "device": "xyz"}
    assert pusher.push(**wrong, authorization=None).reason == "MissingProviderToken"
    assert pusher.push(**wrong).reason == "MissingTopic"
    assert pusher.push(body=b"", device="xyz").reason == "PayloadEmpty"
