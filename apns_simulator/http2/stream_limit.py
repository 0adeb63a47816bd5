"""How many streams a connection may have open: at APNs this depends on its responses so far."""

from apns_simulator.config import SimulatorConfig


class StreamLimit:
    """MAX_CONCURRENT_STREAMS of one connection."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._allows_many = False
        self.current = config.initial_max_concurrent_streams

    def follow_response(self, status: int, config: SimulatorConfig) -> None:
        """Adjust to a response. A 410 is no error for Apple, and a 5xx is not the sender's error."""
        if status == 200:
            self._allows_many = True
        elif 400 <= status < 500 and status != 410 and config.throttle_after_error:
            self._allows_many = False

    def update(self, config: SimulatorConfig) -> bool:
        """Bring `current` up to date; True if it changed and has to be announced."""
        before = self.current
        self.current = config.max_concurrent_streams if self._allows_many else config.initial_max_concurrent_streams
        return self.current != before
