"""template.yaml as CloudFormation will see it."""

import json
from pathlib import Path
from typing import Any

import yaml
from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
CODE = "s3://bucket/key"


class _Loader(yaml.SafeLoader):
    pass


def _function(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)


def load_template() -> dict[str, Any]:
    """As it is written, with CloudFormation's functions in their long form."""
    template: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506
    return template


def table_schema(logical_id: str) -> dict[str, Any]:
    """What DynamoDB's CreateTable needs to make this table, except for its name."""
    properties = load_template()["Resources"][logical_id]["Properties"]
    return {name: properties[name] for name in ("AttributeDefinitions", "KeySchema", "BillingMode")}


def translated_template(code: str = CODE, layers: str = CODE, release: str = "", **parameters: str) -> dict[str, Any]:
    """What the SAM transform makes of it, with every parameter at its default unless it is given."""
    template = load_template()
    of_functions = template["Globals"]["Function"]
    of_functions["CodeUri"] = code
    of_functions["Environment"]["Variables"]["RELEASE"] = release
    for resource in template["Resources"].values():
        if "ContentUri" in resource["Properties"]:
            resource["Properties"]["ContentUri"] = layers
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=Session())
    # As plain dicts and strings; SAM's are of its own types.
    translated: dict[str, Any] = json.loads(
        json.dumps(translator.translate(template, parameter_values={"BundleId": "com.example.app", **parameters}))
    )
    return translated


def statements_of(translated: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """What a role allows, under any condition of the template's."""
    found = []
    for policy in translated["Resources"][role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            branches = statement["Fn::If"][1:] if "Fn::If" in statement else [statement]
            found += [branch for branch in branches if branch != {"Ref": "AWS::NoValue"}]
    return found
