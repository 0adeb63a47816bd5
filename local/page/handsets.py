"""What somebody did on a phone, which no backend knows: it is told only what CometChat makes of it."""

from typing import Literal

type Deed = Literal["answered", "declined", "hung up"]


class Handsets:
    def __init__(self) -> None:
        self._deeds: dict[tuple[str, str], Deed] = {}

    def did(self, token: str, uuid: str, deed: Deed) -> None:
        self._deeds[token, uuid] = deed

    def of(self, token: str, uuid: str) -> Deed | None:
        return self._deeds.get((token, uuid))
