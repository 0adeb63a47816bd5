"""The issuer's public keys over HTTP, on this machine only."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.services.http_server import Request, Response, serve

PATH = "/.well-known/jwks.json"


@contextmanager
def serve_jwks(key_set: object) -> Iterator[str]:
    """Yields the key set's URL."""

    def response(request: Request) -> Response:
        return Response(200, key_set) if request.path == PATH else Response(404, {})

    with serve(response) as url:
        yield url + PATH
