"""The issuer's keys, without a network."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from local.phones.credentials import jwks as key_set
from local.phones.credentials import new_jwt_signer
from ops.doctor import jwks as module
from ops.doctor.findings import Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack

URL = "https://issuer.example/jwks.json"


@pytest.fixture
def answer_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[httpx.Response | Exception], list[object]]:
    def examine(answer: httpx.Response | Exception) -> list[object]:
        def respond(request: httpx.Request) -> httpx.Response:
            if isinstance(answer, Exception):
                raise answer
            return answer

        client = httpx.Client(transport=httpx.MockTransport(respond))
        monkeypatch.setattr(module.httpx, "Client", lambda **_: client)
        monkeypatch.setattr(module, "live_variables", lambda *_: {"TOKEN_JWKS_URL": URL})
        return list(module.jwks(DeployedStack("app", lambda _: None)))

    return examine


def test_keys_that_are_there(answer_with: Callable[..., list[object]], tmp_path: Path) -> None:
    (found,) = answer_with(httpx.Response(200, json=key_set(new_jwt_signer(tmp_path / "key.pem"))))

    assert isinstance(found, Ok)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (httpx.ConnectError("no route"), ProblemCode.JWKS_UNREACHABLE),
        (httpx.Response(404), ProblemCode.JWKS_UNREACHABLE),
        (httpx.Response(200, text="<html>"), ProblemCode.JWKS_EMPTY),
        (httpx.Response(200, text="[]"), ProblemCode.JWKS_EMPTY),
        (httpx.Response(200, text="{}"), ProblemCode.JWKS_EMPTY),
        (httpx.Response(200, json={"keys": []}), ProblemCode.JWKS_EMPTY),
    ],
)
def test_keys_that_are_not(answer_with: Callable[..., list[object]], answer: object, name: ProblemCode) -> None:
    (found,) = answer_with(answer)

    assert isinstance(found, Problem)
    assert found.code is name
    assert URL in found.what


def test_keys_without_an_id_can_not_be_chosen(answer_with: Callable[..., list[object]], tmp_path: Path) -> None:
    keys = key_set(new_jwt_signer(tmp_path / "key.pem"))
    del keys["keys"][0]["kid"]

    (found,) = answer_with(httpx.Response(200, text=json.dumps(keys)))

    assert isinstance(found, Problem)
    assert "no key" in found.what
