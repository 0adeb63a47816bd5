"""Each fault, as a client sees it on the wire and as the record tells it."""

import json

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import ContinuationFrame, GoAwayFrame

from apns_simulator import ApnsSimulator
from tests.support.apns.pusher import DEVICE, PAYLOAD
from tests.support.apns.raw_h2_client import StreamResetError

ANY_STREAM = 2**31 - 1
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, ENHANCE_YOUR_CALM = 0, 2, 7, 11


@pytest.fixture
def warm(apns, connect):
    return connect(apns, warm=True)


def last(apns: ApnsSimulator) -> dict:
    """The latest push."""
    return apns.pushes()[-1]


def outcome(apns: ApnsSimulator) -> tuple[bool, int | None, str]:
    """What happened to the latest push: accepted, status, ending."""
    push = last(apns)
    return push["accepted"], push["status"], push["ending"]


# Which pushes


def test_a_fault_for_the_next_pushes_of_one_device(apns, warm):
    apns.add_fault("answer", status=429, reason="TooManyRequests", device_token=DEVICE.upper(), count=2)
    statuses = [warm.push().status, warm.push(device="ab").status, warm.push().status, warm.push().status]
    assert statuses == [429, 200, 429, 200]
    assert apns.faults() == []


def test_a_fault_for_one_environment_until_it_is_cleared(apns, connect):
    fault_id = apns.add_fault("answer", status=503, reason="Shutdown", environment="sandbox")
    sandbox = connect(apns, sandbox=True)
    assert [sandbox.push().status, sandbox.push().status, connect(apns).push().status] == [503, 503, 200]
    assert [push["fault_id"] for push in apns.pushes()] == [fault_id, fault_id, None]
    apns.clear_faults(fault_id)
    assert sandbox.push().status == 200


def test_a_fault_with_a_probability_is_repeatable(start, connect):
    def statuses(seed: int) -> list[int]:
        apns = start(seed=seed)
        apns.add_fault("answer", status=500, reason="InternalServerError", probability=0.5)
        pusher = connect(apns)
        return [pusher.push().status for _ in range(20)]

    assert set(statuses(1)) == {200, 500}
    assert statuses(1) == statuses(1)


def test_the_first_fault_that_matches_is_applied(apns, warm):
    apns.add_fault("answer", status=500, reason="InternalServerError", count=1)
    apns.add_fault("answer", status=503, reason="Shutdown", count=1)
    assert [warm.push().status, warm.push().status, warm.push().status] == [500, 503, 200]


# Answers


def test_another_answer_with_a_timestamp(apns, warm):
    apns.add_fault("answer", status=410, reason="ExpiredToken", timestamp_ms=1_700_000_000_000, count=1)
    answer = warm.push()
    assert (answer.status, json.loads(answer.body)) == (410, {"reason": "ExpiredToken", "timestamp": 1_700_000_000_000})
    assert outcome(apns) == (False, 410, "answered")


def test_an_error_although_the_push_was_accepted(apns, warm):
    apns.add_fault("answer", status=500, reason="InternalServerError", accepted=True, count=1)
    assert warm.push().status == 500
    assert outcome(apns) == (True, 500, "answered")


def test_a_body_that_is_no_json(apns, warm):
    apns.add_fault("answer", status=502, body="<html>Bad gateway</html>", count=1)
    answer = warm.push()
    assert (answer.status, answer.body) == (502, b"<html>Bad gateway</html>")


def test_a_body_waits_for_the_window(apns, connect):
    initial_window_size = 4
    pusher = connect(apns, settings={initial_window_size: 10})
    apns.add_fault("answer", status=500, body="0123456789abcdefghij", count=1)
    stream_id = pusher.begin()
    pusher.ping()
    assert not pusher.is_answered(stream_id)
    pusher.open_window(stream_id, 10)
    assert pusher.response(stream_id).body == b"0123456789abcdefghij"


def test_a_late_answer_does_not_hold_up_others(apns, warm):
    apns.add_fault("none", latency_ms=100, count=1)
    slow = warm.begin()
    fast = warm.begin()
    warm.response(fast)
    assert not warm.is_answered(slow)
    assert apns.pushes()[1]["accepted"]
    assert apns.pushes()[1]["answered_at_ms"] is None
    assert warm.response(slow).status == 200
    assert last(apns)["answered_at_ms"] is not None
    assert apns.pushes()[1]["answered_at_ms"] >= apns.pushes()[1]["received_at_ms"] + 100


def test_an_answer_byte_by_byte(apns, warm):
    warm.ping()
    apns.add_fault("answer", status=400, reason="BadTopic", trickle_ms=1, count=1)
    reads = len(warm.read_sizes)
    slow = warm.begin()
    other = warm.begin()
    assert warm.response(slow).reason == "BadTopic"
    assert warm.response(other).status == 200
    assert warm.read_sizes[reads:].count(1) >= 40


def test_a_huge_header_block(apns, warm):
    apns.add_fault("none", header_bytes=30_000, count=1)
    answer = warm.push()
    assert (answer.status, len(answer.headers["x-padding"])) == (200, 30_000)
    assert any(isinstance(frame, ContinuationFrame) for frame in warm.frames)


# Streams


@pytest.mark.parametrize("accepted", [True, False])
def test_silence_for_one_stream(apns, warm, accepted):
    apns.add_fault("silence", accepted=accepted, count=1)
    silent = warm.begin()
    assert warm.push().status == 200
    warm.ping()
    assert not warm.is_answered(silent)
    silenced = apns.pushes()[1]
    assert (silenced["accepted"], silenced["status"], silenced["ending"]) == (accepted, None, "silence")


def test_silence_for_all_until_cleared(apns, warm):
    apns.add_fault("silence")
    streams = [warm.begin(), warm.begin()]
    warm.ping()
    apns.clear_faults()
    assert warm.push().status == 200
    assert not any(warm.is_answered(stream) for stream in streams)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_reset_stream(apns, warm, accepted):
    apns.add_fault("reset", error_code=INTERNAL_ERROR, accepted=accepted, count=1)
    with pytest.raises(StreamResetError) as reset:
        warm.push()
    assert reset.value.error_code == INTERNAL_ERROR
    assert outcome(apns) == (accepted, None, "reset")
    assert warm.push().status == 200


def test_a_refused_stream_was_not_processed(apns, warm):
    apns.add_fault("refuse", count=1)
    with pytest.raises(StreamResetError) as refused:
        warm.push()
    assert refused.value.error_code == REFUSED_STREAM
    assert outcome(apns) == (False, None, "refused")


def test_what_the_rules_refuse_is_not_accepted_by_a_fault(apns, warm):
    apns.add_fault("silence", accepted=True, count=1)
    warm.begin(device="xyz")
    warm.ping()
    assert outcome(apns) == (False, None, "silence")


# Connections


@pytest.mark.parametrize("accepted", [True, False])
def test_the_connection_is_dropped(apns, warm, accepted):
    apns.add_fault("close", how="fin", accepted=accepted, count=1)
    with pytest.raises(EOFError):
        warm.push()
    assert outcome(apns) == (accepted, None, "closed")


@pytest.mark.parametrize("accepted", [True, False])
def test_the_connection_is_reset(apns, warm, accepted):
    apns.add_fault("close", how="rst", accepted=accepted, count=1)
    with pytest.raises(ConnectionResetError):
        warm.push()
    assert outcome(apns) == (accepted, None, "closed")


def test_other_streams_end_with_the_connection(apns, warm):
    apns.add_fault("none", latency_ms=60_000, count=1)
    warm.begin()
    apns.add_fault("close", count=1)
    with pytest.raises(EOFError):
        warm.push()
    waiting = apns.pushes()[1]
    assert (waiting["accepted"], waiting["ending"]) == (True, "closed")


def test_what_comes_together_with_the_last_push_is_not_seen(apns, warm):
    apns.add_fault("close", accepted=True, count=1)
    headers = [*warm.headers.items()]
    both = [warm.request_frames(n, f"/3/device/{DEVICE}", headers, PAYLOAD, "POST") for n in (3, 5)]
    warm.send(*both[0], *both[1])
    with pytest.raises(EOFError):
        warm.response(5)
    assert [push["stream_id"] for push in apns.pushes()] == [1, 3]


def test_goaway_lets_the_current_stream_finish_and_then_closes(apns, warm):
    apns.add_fault("goaway", reason="Shutdown", error_code=NO_ERROR, count=1)
    stream_id = warm.begin()
    assert warm.wait_for_goaway() == (stream_id, NO_ERROR, {"reason": "Shutdown"})
    assert warm.response(stream_id).status == 200
    warm.wait_for_end()
    assert outcome(apns) == (True, 200, "answered")
    assert apns.connections()[0]["goaways_sent"] == 1


@pytest.mark.parametrize("last_stream_id", [0, "previous"])
def test_goaway_before_the_current_stream_means_that_it_was_not_processed(apns, warm, last_stream_id):
    apns.add_fault("goaway", last_stream_id=last_stream_id, error_code=ENHANCE_YOUR_CALM, count=1)
    stream_id = warm.begin()
    announced, error_code, debug_data = warm.wait_for_goaway()
    assert announced == (stream_id - 2 if last_stream_id == "previous" else 0)
    assert (error_code, debug_data) == (ENHANCE_YOUR_CALM, None)
    warm.wait_for_end()
    assert not warm.is_answered(stream_id)
    assert outcome(apns) == (False, None, "goaway")


def test_goaway_takes_back_what_it_says_was_not_processed(apns, warm):
    apns.add_fault("none", latency_ms=60_000, count=2)
    apns.add_fault("goaway", last_stream_id=3, close_when_drained=False, count=1)
    streams = [warm.begin() for _ in range(3)]
    assert streams == [3, 5, 7]
    warm.wait_for_goaway()
    warm.ping()
    assert [push["accepted"] for push in apns.pushes()] == [True, True, False, False]
    assert [push["ending"] for push in apns.pushes()] == ["answered", "pending", "goaway", "goaway"]
    assert apns.counters()["accepted"] == 2


def test_two_goaways_in_a_row(apns, warm):
    apns.add_fault("goaway", last_stream_id=[ANY_STREAM, "current"], close_when_drained=False, count=1)
    stream_id = warm.begin()
    assert warm.response(stream_id).status == 200
    goaways = [frame.last_stream_id for frame in warm.frames if isinstance(frame, GoAwayFrame)]
    assert goaways == [ANY_STREAM, stream_id]
    ignored = warm.begin()
    warm.ping()
    assert not warm.is_answered(ignored)
    assert apns.connections()[0]["streams_ignored"] == 1
    assert len(apns.pushes()) == 2


def test_goaway_for_any_stream_goes_on_with_new_ones(apns, warm):
    apns.add_fault("goaway", last_stream_id=ANY_STREAM, close_when_drained=False, count=1)
    assert warm.push().status == 200
    assert warm.push().status == 200


def test_an_answer_and_then_goaway(apns, warm):
    apns.add_fault("goaway", order="answer_first", last_stream_id="previous", count=1)
    stream_id = warm.begin()
    assert warm.response(stream_id).status == 200
    assert not any(isinstance(frame, GoAwayFrame) for frame in warm.frames)
    assert warm.wait_for_goaway()[0] == stream_id - 2
    assert outcome(apns) == (True, 200, "answered")


def test_the_client_s_goaway_does_not_cost_it_its_answer(apns, warm):
    apns.add_fault("none", latency_ms=20, count=1)
    stream_id = warm.begin()
    warm.send(GoAwayFrame(last_stream_id=0))
    assert warm.response(stream_id).status == 200


def test_a_client_that_breaks_the_protocol_is_told_and_cut_off(warm):
    warm.send(ContinuationFrame(stream_id=1, data=b""))
    assert warm.wait_for(GoAwayFrame).error_code == ErrorCodes.PROTOCOL_ERROR
    warm.wait_for_end()


# Connections at rest


def test_idle_connections_end_on_command(apns, connect):
    apns.add_fault("silence", device_token="b0")
    idle, busy, sandbox = connect(apns, warm=True), connect(apns, warm=True), connect(apns, sandbox=True, warm=True)
    busy.begin(device="b0")
    busy.ping()
    assert apns.close_connections("fin", idle_only=True, environment="production") == [1]
    idle.wait_for_end()
    assert apns.close_connections("rst", idle_only=True) == [3]
    with pytest.raises(ConnectionResetError):
        sandbox.wait_for_end()
    assert busy.push().status == 200
    assert apns.close_connections("fin", connection_id=2) == [2]
    busy.wait_for_end()


def test_goaway_on_command(apns, warm):
    apns.close_connections("goaway", reason="Shutdown", error_code=NO_ERROR)
    assert warm.wait_for_goaway() == (1, NO_ERROR, {"reason": "Shutdown"})
    warm.wait_for_end()


def test_goaway_on_a_connection_that_was_never_used(apns, pusher):
    pusher.ping()
    apns.close_connections("goaway", last_stream_id=[ANY_STREAM, 0])
    assert pusher.wait_for_goaway()[0] == ANY_STREAM
    pusher.wait_for_end()


def test_pings_can_go_unanswered(apns, connect):
    pusher = connect(apns, warm=True, timeout_s=0.2)
    pusher.ping()
    apns.change_settings(answer_pings=False)
    with pytest.raises(TimeoutError):
        pusher.ping()
    connection = apns.connections()[0]
    assert (connection["pings_received"], connection["pings_answered"]) == (2, 1)
