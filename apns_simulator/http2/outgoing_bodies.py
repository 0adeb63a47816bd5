"""Response bodies, sent as fast as the client's flow-control windows allow."""

from h2.connection import H2Connection


class OutgoingBodies:
    """Bodies that are not completely sent, by stream."""

    def __init__(self, h2: H2Connection) -> None:
        self._h2 = h2
        self._bodies: dict[int, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._bodies)

    def send(self, stream_id: int, body: bytes) -> None:
        """Send a body that is not empty and end its stream, now or when `resume` is called."""
        self._bodies[stream_id] = body
        self._pump(stream_id)

    def resume(self) -> None:
        """Continue after the client has opened a window."""
        for stream_id in list(self._bodies):
            self._pump(stream_id)

    def drop(self, stream_id: int) -> None:
        """Forget a body: its stream is gone."""
        self._bodies.pop(stream_id, None)

    def _pump(self, stream_id: int) -> None:
        while body := self._bodies.get(stream_id):
            size = min(self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size, len(body))
            if size <= 0:
                return
            self._bodies[stream_id] = body[size:]
            self._h2.send_data(stream_id, body[:size], end_stream=size == len(body))
        self.drop(stream_id)
