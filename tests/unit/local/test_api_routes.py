"""Routes of the HTTP API, from what the SAM transform makes of the template."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from local.errors import UnsupportedApi
from local.startup.api_routes import Route, create, read_http_api

PROCESSED = json.loads(Path(__file__).with_name("processed_template.json").read_text())
REFERENCES = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "WebhookFunctionAliaslive": "arn:webhook:live",
    "TokensFunctionAliaslive": "arn:tokens:live",
    "AuthorizerFunctionAliaslive": "arn:authorizer:live",
}
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


class FakeApiGateway:
    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def create_authorizer(self, **fields: Any) -> dict[str, str]:
        return self._record("authorizer", fields, "AuthorizerId")

    def create_integration(self, **fields: Any) -> dict[str, str]:
        return self._record("integration", fields, "IntegrationId")

    def create_route(self, **fields: Any) -> dict[str, str]:
        return self._record("route", fields, "RouteId")

    def _record(self, kind: str, fields: dict[str, Any], id_name: str) -> dict[str, str]:
        self.calls.append((kind, fields))
        return {id_name: f"{kind}-{len(self.calls)}"}

    def made(self, kind: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.calls if name == kind]


def test_every_route_of_the_template_is_found() -> None:
    api = read_http_api(PROCESSED, "HttpApi", REFERENCES)

    assert {route.key for route in api.routes} == {
        "POST /webhooks/call",
        "PUT /voip-tokens",
        "POST /voip-tokens",
        "DELETE /voip-tokens",
        "DELETE /voip-tokens/{token}",
    }


def test_a_route_invokes_the_alias_and_has_its_authorizer() -> None:
    routes = {route.key: route for route in read_http_api(PROCESSED, "HttpApi", REFERENCES).routes}

    assert routes["PUT /voip-tokens"] == Route(
        key="PUT /voip-tokens",
        integration_uri=URI.format("arn:tokens:live"),
        payload_format_version="2.0",
        authorizer="TokensAuthorizer",
    )
    assert routes["POST /webhooks/call"].authorizer is None


def test_the_authorizer_is_read() -> None:
    (authorizer,) = read_http_api(PROCESSED, "HttpApi", REFERENCES).authorizers

    assert authorizer.uri == URI.format("arn:authorizer:live")
    assert authorizer.identity_sources == ("$request.header.Authorization",)
    assert authorizer.simple_responses
    assert authorizer.payload_format_version == "2.0"
    assert authorizer.result_ttl_s == 60


def test_a_reference_that_the_stack_does_not_have_is_named() -> None:
    references = {name: value for name, value in REFERENCES.items() if name != "TokensFunctionAliaslive"}

    with pytest.raises(UnsupportedApi, match="TokensFunctionAliaslive"):
        read_http_api(PROCESSED, "HttpApi", references)


def test_an_integration_that_is_no_lambda_proxy_is_refused() -> None:
    processed = copy.deepcopy(PROCESSED)
    paths = processed["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
    paths["/webhooks/call"]["post"]["x-amazon-apigateway-integration"]["type"] = "http_proxy"

    with pytest.raises(UnsupportedApi, match="/webhooks/call"):
        read_http_api(processed, "HttpApi", REFERENCES)


def test_routes_are_made_with_their_integrations_and_authorizer() -> None:
    gateway = FakeApiGateway()

    create(gateway, "api", read_http_api(PROCESSED, "HttpApi", REFERENCES))

    assert len(gateway.made("authorizer")) == 1
    assert len(gateway.made("integration")) == len(gateway.made("route")) == 5
    routes = {fields["RouteKey"]: fields for fields in gateway.made("route")}
    assert routes["PUT /voip-tokens"]["AuthorizationType"] == "CUSTOM"
    assert routes["PUT /voip-tokens"]["AuthorizerId"] == "authorizer-1"
    assert routes["POST /webhooks/call"]["AuthorizationType"] == "NONE"
