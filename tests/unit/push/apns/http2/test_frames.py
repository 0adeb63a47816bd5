"""GOAWAY frames are taken out wherever they lie, and nothing else is touched."""

from itertools import pairwise

import pytest
from hyperframe.frame import DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame
from hypothesis import given
from hypothesis import strategies as st

from push.apns.http2.errors import ProtocolViolation
from push.apns.http2.frames import MAX_FRAME_BYTES, FrameSplitter, GoAway

GOAWAY = GoAwayFrame(last_stream_id=7, error_code=11, additional_data=b'{"reason":"Shutdown"}')
other_frames = st.sampled_from(
    [HeadersFrame(1, data=b"abc"), DataFrame(3, data=b""), DataFrame(5, data=b"x" * 300), PingFrame(0)]
)


def feed(data: bytes, cuts: list[int]) -> list[bytes | GoAway]:
    splitter = FrameSplitter()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [piece for start, end in pairwise(edges) if start < end for piece in splitter.feed(data[start:end])]


@given(st.lists(other_frames | st.just(GOAWAY), max_size=8), st.lists(st.integers(0, 4000), max_size=12))
def test_however_the_bytes_arrive_the_frames_are_the_same(frames: list[Frame], cuts: list[int]) -> None:
    pieces = feed(b"".join(frame.serialize() for frame in frames), cuts)
    bytes_between: list[bytes] = [b""]
    for piece in pieces:
        if isinstance(piece, GoAway):
            assert piece == GoAway(7, 11, b'{"reason":"Shutdown"}')
            bytes_between.append(b"")
        else:
            bytes_between[-1] += piece
    expected = [b""]
    for frame in frames:
        if frame is GOAWAY:
            expected.append(b"")
        else:
            expected[-1] += frame.serialize()
    assert bytes_between == expected


def test_only_whole_frames_are_passed_on() -> None:
    frame = DataFrame(1, data=b"abc").serialize()
    splitter = FrameSplitter()
    assert splitter.feed(frame + frame[:-1]) == [frame]
    assert splitter.feed(frame[-1:]) == [frame]


def test_a_frame_that_is_too_large_is_not_waited_for() -> None:
    with pytest.raises(ProtocolViolation):
        FrameSplitter().feed((MAX_FRAME_BYTES + 1).to_bytes(3) + bytes(6))


def test_a_goaway_that_is_too_short() -> None:
    with pytest.raises(ProtocolViolation):
        FrameSplitter().feed((4).to_bytes(3) + b"\x07" + bytes(5) + bytes(4))


@pytest.mark.parametrize(
    ("debug_data", "reason"),
    [
        (b'{"reason":"Shutdown"}', "Shutdown"),
        (b'{"reason":{"a":1}}', "{'a': 1}"),
        (b"Maximum active streams violated for this endpoint.", "Maximum active streams violated for this endpoint."),
        (b"[]", "[]"),
        (b"\xff", "\ufffd"),
        (b"", ""),
        (b"x" * 1000, "x" * 200),
    ],
)
def test_the_reason_of_a_goaway(debug_data: bytes, reason: str) -> None:
    assert GoAway(0, 0, debug_data).reason == reason


def test_the_reserved_bit_is_ignored() -> None:
    assert GoAway.parse(b"\xff\xff\xff\xff" + bytes(4)).last_stream_id == 2**31 - 1
