"""SETTINGS: how many streams a connection may have, and what happens to one too many."""

import pytest
from h2.settings import SettingCodes
from hyperframe.frame import RstStreamFrame, SettingsFrame

from apns_simulator import SimulatorConfig
from tests.support.apns.pusher import DEVICE, PAYLOAD
from tests.support.apns.raw_h2_client import StreamResetError

LIMIT = SettingCodes.MAX_CONCURRENT_STREAMS
REFUSED_STREAM, CANCEL = 7, 8


def announced(pusher) -> list[int]:
    """The limits in the order the client was told them."""
    frames = [frame for frame in pusher.frames if isinstance(frame, SettingsFrame)]
    return [frame.settings[LIMIT] for frame in frames if LIMIT in frame.settings]


def test_the_first_settings_are_those_of_apns(pusher):
    assert pusher.wait_for(SettingsFrame).settings == {
        SettingCodes.HEADER_TABLE_SIZE: 4096,
        SettingCodes.MAX_CONCURRENT_STREAMS: 1,
        SettingCodes.INITIAL_WINDOW_SIZE: 65535,
        SettingCodes.MAX_FRAME_SIZE: 16384,
        SettingCodes.MAX_HEADER_LIST_SIZE: 8000,
    }


def test_many_streams_after_the_first_accepted_push_and_one_after_an_error(pusher, apns):
    apns.put_device("dead", dead_since_ms=1)
    steps = [
        ({"authorization": None}, [1]),
        ({}, [1, 1000]),
        ({"device": "dead"}, [1, 1000]),
        ({"device": "xyz"}, [1, 1000, 1]),
        ({"device": "dead"}, [1, 1000, 1]),
        ({}, [1, 1000, 1, 1000]),
    ]
    for push, limits in steps:
        pusher.push(**push)
        pusher.ping()
        assert announced(pusher) == limits
    sent = apns.connections()[0]["settings_sent"]
    assert [settings["MAX_CONCURRENT_STREAMS"] for settings in sent] == [1, 1000, 1, 1000]


def test_an_error_of_the_server_does_not_lower_the_limit(pusher, apns):
    pusher.push()
    apns.add_fault("answer", status=503, reason="ServiceUnavailable", count=1)
    assert pusher.push().status == 503
    pusher.ping()
    assert announced(pusher) == [1, 1000]


def test_a_stream_too_many_is_refused_and_not_seen(pusher, apns):
    requests = [
        pusher.request_frames(n, f"/3/device/{DEVICE}", pusher.headers.items(), PAYLOAD, "POST") for n in (1, 3)
    ]
    (first_headers, first_body), (second_headers, second_body) = requests
    pusher.send(first_headers, second_headers, first_body, second_body)
    assert pusher.response(1).status == 200
    with pytest.raises(StreamResetError) as refused:
        pusher.response(3)
    assert refused.value.error_code == REFUSED_STREAM
    assert len(apns.pushes()) == 1
    assert apns.connections()[0]["streams_refused"] == 1


def test_open_streams_count_until_they_end(start, connect):
    apns = start(SimulatorConfig(max_concurrent_streams=3))
    pusher = connect(apns, warm=True)
    apns.add_fault("silence", count=2)
    for _ in range(2):
        pusher.begin()
    assert pusher.push().status == 200
    assert pusher.push().status == 200
    apns.add_fault("silence", count=1)
    pusher.begin()
    with pytest.raises(StreamResetError):
        pusher.push()


def test_a_stream_that_the_client_gives_up_is_free_again(start, connect):
    apns = start(SimulatorConfig(max_concurrent_streams=1))
    pusher = connect(apns, warm=True)
    apns.add_fault("silence", count=1)
    stream_id = pusher.begin()
    pusher.ping()
    pusher.reset(stream_id)
    assert pusher.push().status == 200
    assert apns.connections()[0]["resets_received"] == 1
    assert apns.pushes()[1]["ending"] == "silence"


def test_a_reset_in_the_same_bytes_as_its_push(apns, connect):
    pusher = connect(apns, warm=True)
    push = pusher.request_frames(3, f"/3/device/{DEVICE}", pusher.headers.items(), PAYLOAD, "POST")
    pusher.send(*push, RstStreamFrame(3, error_code=CANCEL))
    pusher.ping()
    assert apns.pushes()[1]["ending"] == "reset_by_client"
    assert pusher.push().status == 200


def test_refused_streams_give_the_window_back(start, connect):
    apns = start(SimulatorConfig(max_concurrent_streams=0))
    pusher = connect(apns, warm=True)
    for stream_id in (3, 5, 7):
        frames = pusher.request_frames(stream_id, f"/3/device/{DEVICE}", pusher.headers.items(), b"x" * 40_000, "POST")
        pusher.send(*frames)
        with pytest.raises(StreamResetError):
            pusher.response(stream_id)
        pusher.ping()
    assert apns.connections()[0]["streams_refused"] == 3


def test_the_limit_can_change_while_streams_are_open(apns, connect):
    pusher = connect(apns, warm=True)
    apns.add_fault("none", latency_ms=200, count=3)
    streams = [pusher.begin() for _ in range(3)]
    pusher.ping()
    apns.change_settings(max_concurrent_streams=2)
    assert [pusher.response(stream).status for stream in streams] == [200, 200, 200]
    assert announced(pusher) == [1, 1000, 2]
    assert pusher.push().status == 200
    assert announced(pusher) == [1, 1000, 2]
    apns.change_settings(max_concurrent_streams=1000)
    pusher.ping()
    assert announced(pusher) == [1, 1000, 2, 1000]


def test_the_changes_can_be_switched_off(start, connect):
    apns = start(SimulatorConfig(initial_max_concurrent_streams=1000, throttle_after_error=False))
    pusher = connect(apns)
    pusher.push(device="xyz")
    pusher.push()
    pusher.ping()
    assert announced(pusher) == [1000]
