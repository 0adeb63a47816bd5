"""When and under which id a webhook came in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    at_ms: int
    correlation_id: str

    def not_after(self, time_ms: int) -> int:
        """A time of CometChat's, or where it is 0 that of the receipt.

        A clock of CometChat's that is ahead of ours must not make an event last longer.
        """
        return min(time_ms or self.at_ms, self.at_ms)
