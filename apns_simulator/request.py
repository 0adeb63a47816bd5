"""One push request as received."""

from dataclasses import dataclass, field

_PATH_PREFIX = "/3/device/"
# More than any limit of APNs; bytes beyond it are counted, not kept.
_KEPT_BODY_BYTES = 64 * 1024


@dataclass(slots=True)
class PushRequest:
    """One request; `headers` in the order received, with pseudo-headers."""

    stream_id: int
    headers: list[tuple[str, str]]
    received_at_s: float
    body: bytearray = field(default_factory=bytearray)
    body_bytes: int = 0
    _by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_name = dict(self.headers)

    def header(self, name: str) -> str | None:
        """Return a header's value, the last one if it was sent twice."""
        return self._by_name.get(name)

    def add_body(self, data: bytes) -> None:
        """Append a part of the payload."""
        self.body_bytes += len(data)
        self.body += data[: max(0, _KEPT_BODY_BYTES - len(self.body))]

    @property
    def device_token(self) -> str | None:
        """The last part of the path: "" if it is empty, None if the path is not for pushes."""
        path = self._by_name.get(":path", "")
        if path == _PATH_PREFIX[:-1]:
            return ""
        token = path.removeprefix(_PATH_PREFIX)
        return None if token == path or "/" in token else token
