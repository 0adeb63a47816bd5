"""h2's server connection, changed in the three places where APNs behaves differently."""

from h2.config import H2Configuration
from h2.connection import ConnectionInputs, ConnectionState, H2Connection, H2ConnectionStateMachine
from h2.events import Event
from h2.settings import SettingCodes, Settings
from hyperframe.frame import Frame, PingFrame

_UNLIMITED = 2**32 - 1
# What APNs announces, as clients have logged it.
_HEADER_TABLE_BYTES = 4096
_INITIAL_WINDOW_BYTES = 65535
_MAX_FRAME_BYTES = 16384
_MAX_HEADER_LIST_BYTES = 8000


class _DrainingStateMachine(H2ConnectionStateMachine):
    # RFC 9113 6.8: streams up to GOAWAY's last stream id go on. h2 closes at once (python-hyper/h2 issue 1181).
    _transitions = H2ConnectionStateMachine._transitions | {
        (state, goaway): (None, state)
        for state in (ConnectionState.IDLE, ConnectionState.SERVER_OPEN)
        for goaway in (ConnectionInputs.SEND_GOAWAY, ConnectionInputs.RECV_GOAWAY)
    }


class _AnnouncedSettings(Settings):
    # The limit that h2 enforces: it would end the connection over one stream too many. We refuse only that stream.
    @property  # type: ignore[misc]
    def max_concurrent_streams(self) -> int:
        return _UNLIMITED


class ApnsH2Connection(H2Connection):
    """Server side. Stays open after a GOAWAY, does not enforce the stream limit, and can ignore PINGs."""

    def __init__(self, max_concurrent_streams: int) -> None:
        super().__init__(H2Configuration(client_side=False))
        self.answer_pings = True
        self.state_machine = _DrainingStateMachine()
        self.local_settings = _AnnouncedSettings(
            client=False,
            initial_values={
                SettingCodes.HEADER_TABLE_SIZE: _HEADER_TABLE_BYTES,
                SettingCodes.MAX_CONCURRENT_STREAMS: max_concurrent_streams,
                SettingCodes.INITIAL_WINDOW_SIZE: _INITIAL_WINDOW_BYTES,
                SettingCodes.MAX_FRAME_SIZE: _MAX_FRAME_BYTES,
                SettingCodes.MAX_HEADER_LIST_SIZE: _MAX_HEADER_LIST_BYTES,
            },
        )
        for not_announced in (SettingCodes.ENABLE_PUSH, SettingCodes.ENABLE_CONNECT_PROTOCOL):
            del self.local_settings[not_announced]
        self.decoder.max_header_list_size = _MAX_HEADER_LIST_BYTES

    def is_open(self, stream_id: int) -> bool:
        """Whether a stream that the client opened is still open."""
        stream = self.streams.get(stream_id)
        return stream is not None and not stream.closed

    def _receive_ping_frame(self, frame: PingFrame) -> tuple[list[Frame], list[Event]]:
        frames, events = super()._receive_ping_frame(frame)
        return frames if self.answer_pings else [], events
