"""The deployed routes answer as docs/openapi.yaml says, whatever is sent; requests of docs/api.md work as typed.

Bounded: 25 requests for each route, valid and invalid.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import schemathesis
from hypothesis import settings
from requests.auth import HTTPBasicAuth
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.phones.credentials import sign_jwt
from local.phones.phone import new_device_token
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT
from tests.support.docs.openapi import document
from tests.support.stack.calls import a_user

SCHEMA = schemathesis.openapi.from_dict(document())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
API_MD = (ROOT / "docs" / "api.md").read_text()
# A request of docs/api.md, and the status that its comment names.
REQUESTS = re.findall(r"```sh\n# (\d{3}).*?\n(.+?)```", API_MD, re.DOTALL)


def api(stack: StackDescription) -> str:
    return stack.webhook_url.removesuffix("/webhooks/call")


@SCHEMA.parametrize()
@settings(max_examples=25)
def test_every_answer_is_described(case: Case, stack: StackDescription) -> None:
    if case.operation.path == "/webhooks/call":
        auth = {"auth": HTTPBasicAuth(stack.webhook.username, stack.webhook.password)}
        case.call_and_validate(base_url=api(stack), checks=CHECKS, **auth)
    else:
        headers = {"Authorization": f"Bearer {sign_jwt(stack.jwt, 'openapi-user')}"}
        case.call_and_validate(base_url=api(stack), checks=CHECKS, headers=headers)


@pytest.mark.parametrize(("status", "command"), REQUESTS)
def test_a_request_of_the_docs_gets_its_answer(
    stack: StackDescription, tmp_path: Path, status: str, command: str
) -> None:
    for program in ("curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} on this machine")
    (tmp_path / ".curlrc").write_text('silent\nshow-error\nnoproxy = "*"\nwrite-out = "\\n%{http_code}"\n')
    variables = {
        "API": api(stack),
        "WEBHOOK_USERNAME": stack.webhook.username,
        "WEBHOOK_PASSWORD": stack.webhook.password,
        "HMAC_SECRET": stack.webhook.hmac_secret,
        "JWT": sign_jwt(stack.jwt, a_user()),
        "DEVICE_TOKEN": new_device_token(),
        "CURL_HOME": str(tmp_path),
    }

    typed = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert typed.returncode == 0, typed.stderr
    assert typed.stdout.splitlines()[-1] == status, typed.stdout


def test_the_docs_have_a_request_for_every_route() -> None:
    assert len(REQUESTS) > len(document()["paths"])
    for path in document()["paths"]:
        assert any(path.split("{")[0] in command for _, command in REQUESTS), path
