"""docs/openapi.yaml, and whether an answer is one that it describes."""

from functools import cache
from typing import Any

import yaml
from openapi_schema_validator import OAS31Validator

from ops.stack.directory import ROOT

FILE = ROOT / "docs" / "openapi.yaml"


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def operations() -> dict[str, dict[str, Any]]:
    """By route, as API Gateway writes it: `PUT /voip-tokens`."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def assert_documented(route: str, status: int, body: object) -> None:
    """That this answer is among those of the route."""
    response = _resolved(operations()[route]["responses"].get(str(status), {}))
    assert response, f"docs/openapi.yaml has no answer {status} for {route}"
    problems = [
        error.message for error in validator(response["content"]["application/json"]["schema"]).iter_errors(body)
    ]
    assert not problems, f"docs/openapi.yaml describes another answer {status} for {route}: {problems}"


def validator(schema: dict[str, Any]) -> OAS31Validator:
    return OAS31Validator({**schema, "components": document()["components"]})


def _resolved(response: dict[str, Any]) -> dict[str, Any]:
    name = response.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document()["components"]["responses"][name] if name else response
    return found
