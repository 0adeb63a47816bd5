"""What can become of a request that was not answered.

`RequestNotSent` and `NoTimeToSend`: the server certainly has not acted on it. Everything else is unknown: it was
written, at least in part, and no answer came.
"""

import httpx


class RequestNotSent(httpx.ConnectError):
    """No connection, or a server that says it has not looked at the request (GOAWAY, REFUSED_STREAM)."""


class RequestReturned(RequestNotSent):
    """The server has said several times in a row that it has not looked at the request."""


class NoTimeToSend(httpx.ConnectTimeout):
    """No connection had room for it by the time at which it was to be written."""


class ResponseTimeout(httpx.ReadTimeout):
    """The deadline passed before the answer was complete."""


class ConnectionLost(httpx.ReadError):
    """The connection ended before the answer was complete."""


class StreamReset(httpx.RemoteProtocolError):
    """The server reset the stream."""

    def __init__(self, error_code: int) -> None:
        super().__init__(f"the server reset the stream, error code {error_code}")
        self.error_code = error_code


class ProtocolViolation(Exception):
    """The server does not keep to HTTP/2; nothing that it says on this connection can be used any more."""
