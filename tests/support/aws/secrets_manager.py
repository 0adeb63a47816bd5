"""Secrets Manager as far as one secret goes."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


class ResourceNotFoundException(ClientError):
    pass


class FakeSecretsManager:
    """`versions` maps stages to texts, or to the whole answer; `failure` is what every call raises instead."""

    class exceptions:
        ResourceNotFoundException = ResourceNotFoundException

    def __init__(self, versions: dict[str, str | dict[str, Any]] | None = None) -> None:
        self.versions = versions or {}
        self.failure: Exception | None = None
        self.before_answer: Callable[[], object] = lambda: None
        self.asked: list[str] = []

    def get_secret_value(self, *, SecretId: str, VersionStage: str = "AWSCURRENT") -> dict[str, Any]:
        self.asked.append(VersionStage)
        self.before_answer()
        if self.failure:
            raise self.failure
        if VersionStage not in self.versions:
            raise ResourceNotFoundException(aws_error("ResourceNotFoundException"), "GetSecretValue")
        value = self.versions[VersionStage]
        return value if isinstance(value, dict) else {"ARN": SecretId, "SecretString": value}


def aws_error(code: str) -> Any:
    return {"Error": {"Code": code, "Message": f"{SECRET_ARN} said {code}"}}


SECRET_ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:test"


def client_error(code: str, operation: str) -> ClientError:
    return ClientError(aws_error(code), operation)
