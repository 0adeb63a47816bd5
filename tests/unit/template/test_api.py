"""The HTTP API: who is asked for what, how often, and what is written down of it."""

import json
from typing import Any

import pytest

from tests.support.aws.translated_template import Stack

WEBHOOK = "POST /webhooks/call"
CALL_STATE = "GET /calls/{uuid}"
FUNCTION_OF = {
    WEBHOOK: "WebhookFunction",
    "PUT /voip-tokens": "TokensFunction",
    "POST /voip-tokens": "TokensFunction",
    "DELETE /voip-tokens": "TokensFunction",
    "DELETE /voip-tokens/{token}": "TokensFunction",
    CALL_STATE: "CallsFunction",
}
ROUTES = FUNCTION_OF.keys()


@pytest.fixture
def routes(stack: Stack) -> dict[str, Any]:
    paths = stack.properties("HttpApi")["Body"]["paths"]
    return {f"{method.upper()} {path}": route for path, methods in paths.items() for method, route in methods.items()}


@pytest.fixture
def stage(stack: Stack) -> dict[str, Any]:
    [properties] = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    return properties


def test_these_are_all_routes(routes: dict[str, Any]) -> None:
    assert set(routes) == ROUTES


@pytest.mark.parametrize("route", sorted(ROUTES - {WEBHOOK}))
def test_every_phone_is_asked_who_its_user_is(routes: dict[str, Any], route: str) -> None:
    assert routes[route]["security"] == [{"TokensAuthorizer": []}]


def test_cometchat_has_no_jwt(routes: dict[str, Any]) -> None:
    assert not routes[WEBHOOK].get("security")


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_route_invokes_the_published_version(routes: dict[str, Any], route: str) -> None:
    integration = routes[route]["x-amazon-apigateway-integration"]

    assert f"${{{FUNCTION_OF[route]}Aliaslive}}" in integration["uri"]["Fn::Sub"]
    assert integration["payloadFormatVersion"] == "2.0"


def test_the_authorizer_says_yes_or_no_to_a_header(stack: Stack) -> None:
    schemes = stack.properties("HttpApi")["Body"]["components"]["securitySchemes"]
    authorizer = schemes["TokensAuthorizer"]["x-amazon-apigateway-authorizer"]

    assert schemes.keys() == {"TokensAuthorizer"}
    assert authorizer["enableSimpleResponses"] is True
    assert authorizer["authorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["identitySource"] == ["$request.header.Authorization"]
    assert authorizer["authorizerResultTtlInSeconds"] <= 300
    assert "AuthorizerFunctionAliaslive" in json.dumps(authorizer["authorizerUri"])


def test_every_route_is_throttled_and_the_webhook_by_itself(stage: dict[str, Any]) -> None:
    default, own = stage["DefaultRouteSettings"], stage["RouteSettings"][WEBHOOK]

    for settings in (default, own, stage["RouteSettings"][CALL_STATE]):
        assert settings["ThrottlingRateLimit"] > 0
        assert settings["ThrottlingBurstLimit"] >= settings["ThrottlingRateLimit"]
    assert own["ThrottlingRateLimit"] > default["ThrottlingRateLimit"]
    assert stage["RouteSettings"].keys() <= ROUTES


def test_the_access_log_has_the_route_and_not_the_path_with_its_device_token(stage: dict[str, Any]) -> None:
    fields = json.loads(stage["AccessLogSettings"]["Format"]).values()

    assert "$context.routeKey" in fields
    assert "$context.requestId" in fields
    # Numbers, names of our own, and what API Gateway itself says; nothing that a caller has sent but their address.
    assert {field.removeprefix("$context.") for field in fields} <= {
        *("requestId", "requestTime", "routeKey", "status", "responseLatency", "responseLength", "identity.sourceIp"),
        *("integrationLatency", "integrationStatus", "integrationErrorMessage", "authorizer.error"),
    }
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["HttpApiLogGroup", "Arn"]}
