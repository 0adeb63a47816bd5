"""The issuer's public keys over HTTP, on this machine only."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.services.http_server import Answer, Request, serve

PATH = "/.well-known/jwks.json"


@contextmanager
def serve_jwks(key_set: object) -> Iterator[str]:
    """Yields the key set's URL."""

    def answer(request: Request) -> Answer:
        return Answer(200, key_set) if request.path == PATH else Answer(404, {})

    with serve(answer) as url:
        yield url + PATH
