"""An HTTP/2 client for APNs under httpx's types.

`Http2Transport` is an `httpx.AsyncBaseTransport` for one origin, `errors` says what it raises. From the outside in:
`transport` (httpx's types, which connection) - `connection` (one socket) - `session` (the protocol, jh2).

Stock httpx can't be used with APNs: it hangs when the server lowers MAX_CONCURRENT_STREAMS, as APNs does after each
4xx, fails pushes that a GOAWAY has accepted, leaks streams, and does not see that a connection has died.
"""

from push.apns.http2.transport import Http2Transport

__all__ = ["Http2Transport"]
