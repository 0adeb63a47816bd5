"""The template that a stack was deployed from, with its parameters and references filled in."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import yaml

from ops.stack.deployed import DeployedStack

type Json = Any

UNKNOWN = object()
"""A value that only CloudFormation knows. It compares equal to nothing, so nothing is said of it."""

_NOTHING = object()
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


class DeployedTemplate:
    """As it was uploaded, before the SAM transform, in AWS and here alike."""

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack
        _, self._partition, _, self._region, self._account, _ = stack.details["StackId"].split(":", 5)

    def properties(self, logical_id: str) -> dict[str, Json]:
        """Of a resource; empty if the template does not have it, or not under the stack's parameters."""
        resource = self._body["Resources"].get(logical_id, {})
        if "Condition" in resource and not self._condition(resource["Condition"]):
            return {}
        own = resource.get("Properties", {})
        if resource.get("Type") == "AWS::Serverless::Function":
            own = _merged(self._body.get("Globals", {}).get("Function", {}), own)
        properties: dict[str, Json] = self.resolve(own)
        return properties

    def resolve(self, value: Json) -> Json:
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, attribute)
            case {"Fn::GetAtt": str(path)}:
                return self._attribute(*path.split(".", 1))
            case {"Fn::Sub": str(text)}:
                return self._substitute(text, {})
            case {"Fn::Sub": [str(text), dict(own)]}:
                return self._substitute(text, self.resolve(own))
            case {"Fn::If": [condition, yes, no]}:
                return self.resolve(yes if self._condition(condition) else no)
            case dict():
                resolved = {key: self.resolve(each) for key, each in value.items()}
                return {key: each for key, each in resolved.items() if each is not _NOTHING}
            case list():
                return [each for each in map(self.resolve, value) if each is not _NOTHING]
        return value

    @cached_property
    def _body(self) -> dict[str, Json]:
        found = self._stack.client("cloudformation").get_template(StackName=self._stack.name, TemplateStage="Original")
        body = found["TemplateBody"]
        parsed: dict[str, Json] = yaml.load(body, Loader=_Loader) if isinstance(body, str) else body  # noqa: S506
        return parsed

    @cached_property
    def _parameters(self) -> Mapping[str, str]:
        defaults = {name: str(each.get("Default", "")) for name, each in self._body["Parameters"].items()}
        return {**defaults, **self._stack.parameters}

    def _condition(self, condition: Json) -> bool:
        match condition:
            case str(name) | {"Condition": str(name)}:
                return self._condition(self._body["Conditions"][name])
            case {"Fn::Not": [inner]}:
                return not self._condition(inner)
            case {"Fn::Equals": [one, other]}:
                return bool(self.resolve(one) == self.resolve(other))
            case {"Fn::And": parts}:
                return all(map(self._condition, parts))
            case {"Fn::Or": parts}:
                return any(map(self._condition, parts))
        raise NotImplementedError(f"condition {condition}")

    def _ref(self, name: str) -> Json:
        pseudo = {
            "AWS::StackName": self._stack.name,
            "AWS::Region": self._region,
            "AWS::AccountId": self._account,
            "AWS::Partition": self._partition,
            "AWS::NoValue": _NOTHING,
        }
        known = {**self._parameters, **pseudo}
        return known[name] if name in known else self._stack.resources.get(name, UNKNOWN)

    def _attribute(self, name: str, attribute: str) -> Json:
        physical = self._stack.resources.get(name)
        kind = self._body["Resources"].get(name, {}).get("Type", "")
        if physical is None:
            return UNKNOWN
        match kind, attribute:
            case "AWS::SQS::Queue", "QueueName":
                return physical.rpartition("/")[2]
            case "AWS::SQS::Queue", "Arn":
                return self._arn("sqs", physical.rpartition("/")[2])
            case "AWS::DynamoDB::Table", "Arn":
                return self._arn("dynamodb", f"table/{physical}")
            case "AWS::Logs::LogGroup", "Arn":
                return self._arn("logs", f"log-group:{physical}:*")
        return UNKNOWN

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:{self._partition}:{service}:{self._region}:{self._account}:{resource}"

    def _substitute(self, text: str, own: Mapping[str, Json]) -> Json:
        values = {
            name: own[name] if name in own else self.resolve({"Fn::GetAtt": name} if "." in name else {"Ref": name})
            for name in _VARIABLE.findall(text)
        }
        if UNKNOWN in values.values():
            return UNKNOWN
        return _VARIABLE.sub(lambda match: str(values[match[1]]), text)


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms, such as `!Sub`."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Json]:
    value: Json
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def _merged(common: Json, own: Json) -> Json:
    """As SAM merges Globals: maps key by key, lists one after the other, everything else replaced."""
    match common, own:
        case dict(), dict():
            return {**common, **{key: _merged(common[key], own[key]) if key in common else own[key] for key in own}}
        case list(), list():
            return [*common, *own]
    return own
