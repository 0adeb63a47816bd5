"""How many streams a connection may have open, which at APNs depends on the answers so far."""

from apns_simulator.config import SimulatorConfig


class StreamLimit:
    """MAX_CONCURRENT_STREAMS of one connection."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._allows_many = False
        self.current = config.initial_max_concurrent_streams

    def follow_answer(self, status: int, config: SimulatorConfig) -> None:
        """Take note of an answer. 410 is no error condition for Apple, and 5xx is not the sender's."""
        if status == 200:
            self._allows_many = True
        elif 400 <= status < 500 and status != 410 and config.throttle_after_error:
            self._allows_many = False

    def update(self, config: SimulatorConfig) -> bool:
        """Bring `current` up to date; True if that is news for the client."""
        before = self.current
        self.current = config.max_concurrent_streams if self._allows_many else config.initial_max_concurrent_streams
        return self.current != before
