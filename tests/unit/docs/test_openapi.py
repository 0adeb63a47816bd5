"""docs/openapi.yaml is valid, has the routes that are deployed, and examples that it describes itself.

That the functions answer as it says: every answer of the unit tests of webhook and tokens is checked against it
(`tests/support/functions`), and `tests/e2e/test_openapi.py` does so on the deployed stack.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from ops.version import project_version
from tests.support.aws.template import load_template
from tests.support.docs.openapi import assert_documented, document, operations, validator


def deployed_routes() -> set[str]:
    events = [
        event["Properties"]
        for resource in load_template()["Resources"].values()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    return {f"{event['Method']} {event['Path']}" for event in events}


def examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every schema that has an example beside it, and that example."""
    if isinstance(node, dict):
        if "schema" in node:
            named = [each["value"] for each in node.get("examples", {}).values()]
            yield from ((node["schema"], example) for example in [*named, *filter(None, [node.get("example")])])
        for child in node.values():
            yield from examples(child)


EXAMPLES = list(examples(document()))


def test_it_is_valid() -> None:
    validate(document())


def test_it_has_the_project_s_version() -> None:
    assert document()["info"]["version"] == project_version()


def test_it_has_the_routes_that_are_deployed() -> None:
    assert set(operations()) == deployed_routes()


@pytest.mark.parametrize(("schema", "example"), EXAMPLES)
def test_an_example_is_what_its_schema_says(schema: dict[str, Any], example: Any) -> None:
    assert [error.message for error in validator(schema).iter_errors(example)] == []


def test_there_is_an_example_of_every_answer() -> None:
    contents = [
        response["content"]["application/json"]
        for operation in operations().values()
        for response in [*operation["responses"].values(), *document()["components"]["responses"].values()]
        if "$ref" not in response
    ]

    assert contents
    assert all("example" in content or "examples" in content for content in contents)


def test_an_answer_that_is_not_described_is_seen() -> None:
    with pytest.raises(AssertionError, match="no answer 418"):
        assert_documented("PUT /voip-tokens", 418, {})
    with pytest.raises(AssertionError, match="another answer 200"):
        assert_documented("PUT /voip-tokens", 200, {"result": "registered"})
