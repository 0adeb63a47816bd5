"""The functions' clients ask their servers themselves, even where the environment names a proxy."""

import os
import subprocess
import sys

from ops.stack.directory import ROOT
from tests.support.jwks_server import JwksServer

# Nothing listens there.
NO_PROXY_THERE = "http://127.0.0.1:9"
ENVIRONMENT = {"http_proxy": NO_PROXY_THERE, "https_proxy": NO_PROXY_THERE, "no_proxy": "", "PYTHONPATH": "functions"}


def with_a_proxy(code: str) -> str:
    """What it prints. A process of its own, since proxies are read when modules are imported."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True
    ).stdout.strip()


def test_the_issuer_of_jwts_is_asked_directly(issuer: JwksServer) -> None:
    issuer.publish()

    headers = {"accept": "application/json"}
    code = f"from authorizer.http_get import get; print(get({issuer.url!r}, {headers}, timeout_s=5).status)"
    assert with_a_proxy(code) == "200"


def test_aws_is_asked_directly(issuer: JwksServer) -> None:
    """The server knows no POST and says so: a ClientError. Through the proxy there would be no answer at all."""
    code = f"""
import os
os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:{issuer.server_port}"
from shared import aws, time_limits
try:
    aws.client("secretsmanager", time_limits.READ_SECRET).get_secret_value(SecretId="secret")
except Exception as error:
    print(type(error).__name__)
"""
    assert with_a_proxy(code) == "ClientError"
