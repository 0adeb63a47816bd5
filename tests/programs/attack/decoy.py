"""The attacker's own server, with keys that would make every forged token valid. It counts who comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local.services.http_server import Request, Response, serve
from tests.support.jwts import SigningKey


@dataclass(slots=True)
class Decoy:
    key: SigningKey
    url: str = ""
    visits: list[str] = field(default_factory=list)


@contextmanager
def running_decoy(key_id: str) -> Iterator[Decoy]:
    decoy = Decoy(SigningKey(key_id))

    def answer(request: Request) -> Response:
        decoy.visits.append(request.path)
        return Response(200, {"keys": [decoy.key.jwk()]})

    with serve(answer) as url:
        decoy.url = f"{url}/jwks.json"
        yield decoy
