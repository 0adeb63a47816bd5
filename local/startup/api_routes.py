"""Routes, integrations and authorizers of the HTTP API.

SAM writes them into the API as an OpenAPI body, which the emulator ignores. They are read from the deployed template
and made by calls to API Gateway, one by one.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

from local.errors import UnsupportedApi
from ops.stack import emulated_aws

type Json = Any

# What AWS switches on for some accounts first is news to nobody here.
logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)

_METHODS = ("get", "head", "put", "post", "patch", "delete", "options", "x-amazon-apigateway-any-method")
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Authorizer:
    name: str
    uri: str
    identity_sources: tuple[str, ...]
    payload_format_version: str
    simple_responses: bool
    result_ttl_s: int


@dataclass(frozen=True, slots=True)
class Route:
    key: str
    """As API Gateway writes it: `POST /webhooks/call`."""
    integration_uri: str
    payload_format_version: str
    authorizer: str | None


@dataclass(frozen=True, slots=True)
class HttpApi:
    routes: tuple[Route, ...]
    authorizers: tuple[Authorizer, ...]


def processed_template(template_body: str | dict[str, Json]) -> dict[str, Json]:
    """A deployed template after the SAM transform. botocore parses one that is JSON."""
    text = template_body if isinstance(template_body, str) else json.dumps(template_body)
    # The transform asks boto for the region, which only the environment has.
    os.environ.setdefault("AWS_DEFAULT_REGION", emulated_aws.REGION)
    processed: dict[str, Json] = transform(yaml_parse(text), {}, SimpleNamespace(load=dict))
    return processed


def read_http_api(processed: Mapping[str, Json], logical_id: str, references: Mapping[str, str]) -> HttpApi:
    """`references` has what `Ref` gives for resources and pseudo parameters. Raises `UnsupportedApi`."""
    body = processed["Resources"][logical_id]["Properties"]["Body"]
    schemes = body.get("components", {}).get("securitySchemes", {})
    return HttpApi(
        routes=tuple(
            _route(method, path, operation, references)
            for path, operations in sorted(body["paths"].items())
            for method, operation in sorted(operations.items())
            if method in _METHODS
        ),
        authorizers=tuple(_authorizer(name, scheme, references) for name, scheme in sorted(schemes.items())),
    )


def create(client: Any, api_id: str, api: HttpApi) -> None:
    """`client` is boto3's for apigatewayv2."""
    authorizer_ids = {
        authorizer.name: client.create_authorizer(
            ApiId=api_id,
            Name=authorizer.name,
            AuthorizerType="REQUEST",
            AuthorizerUri=authorizer.uri,
            AuthorizerPayloadFormatVersion=authorizer.payload_format_version,
            EnableSimpleResponses=authorizer.simple_responses,
            AuthorizerResultTtlInSeconds=authorizer.result_ttl_s,
            IdentitySource=list(authorizer.identity_sources),
        )["AuthorizerId"]
        for authorizer in api.authorizers
    }
    for route in api.routes:
        integration = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=route.integration_uri,
            PayloadFormatVersion=route.payload_format_version,
        )
        authorization = (
            {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer_ids[route.authorizer]}
            if route.authorizer
            else {"AuthorizationType": "NONE"}
        )
        client.create_route(
            ApiId=api_id,
            RouteKey=route.key,
            Target=f"integrations/{integration['IntegrationId']}",
            **authorization,
        )


def _route(method: str, path: str, operation: Mapping[str, Json], references: Mapping[str, str]) -> Route:
    integration = operation["x-amazon-apigateway-integration"]
    if integration["type"] != "aws_proxy":
        raise UnsupportedApi(f"{method} {path}: only aws_proxy integrations are supported, not {integration['type']}")
    security = [name for requirement in operation.get("security", []) for name in requirement if name != "NONE"]
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    return Route(
        key=f"{verb} {path}",
        integration_uri=_resolve(integration["uri"], references),
        payload_format_version=integration["payloadFormatVersion"],
        authorizer=security[0] if security else None,
    )


def _authorizer(name: str, scheme: Mapping[str, Json], references: Mapping[str, str]) -> Authorizer:
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    if authorizer["type"] != "request":
        raise UnsupportedApi(f"{name}: only Lambda authorizers (type request) are supported, not {authorizer['type']}")
    return Authorizer(
        name=name,
        uri=_resolve(authorizer["authorizerUri"], references),
        identity_sources=tuple(authorizer["identitySource"]),
        payload_format_version=authorizer["authorizerPayloadFormatVersion"],
        simple_responses=authorizer["enableSimpleResponses"],
        result_ttl_s=authorizer["authorizerResultTtlInSeconds"],
    )


def _resolve(value: Json, references: Mapping[str, str]) -> str:
    """The text that CloudFormation makes of a string, `Ref` or `Fn::Sub`."""
    match value:
        case str():
            return value
        case {"Ref": str(name)} if name in references:
            return references[name]
        case {"Fn::Sub": str(text)}:
            return _substitute(text, references)
        case {"Fn::Sub": [str(text), dict(own)]}:
            return _substitute(text, {**references, **{name: _resolve(own[name], references) for name in own}})
    raise UnsupportedApi(f"cannot resolve {value} in the HTTP API's definition")


def _substitute(text: str, references: Mapping[str, str]) -> str:
    unknown = set(_VARIABLE.findall(text)) - set(references)
    if unknown:
        raise UnsupportedApi(f"the HTTP API's definition names {', '.join(sorted(unknown))}, which is not in the stack")
    return _VARIABLE.sub(lambda match: references[match[1]], text)
