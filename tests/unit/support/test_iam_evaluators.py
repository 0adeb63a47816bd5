"""Two evaluators of IAM policies, ours and the emulator's, agree on what the roles of the template allow."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.aws import iam, second_evaluator
from tests.support.aws.template import statements_of, translated_template

TEMPLATE = translated_template()
ROLES = [name for name, each in TEMPLATE["Resources"].items() if each["Type"] == "AWS::IAM::Role"]
STATEMENTS = {role: statements_of(TEMPLATE, role) for role in ROLES}
ALL = [statement for statements in STATEMENTS.values() for statement in statements]
ACTIONS = sorted({action for each in ALL for action in iam.as_list(each["Action"])} | {"dynamodb:Scan"})
RESOURCES = sorted({iam.resource_of(resource) for each in ALL for resource in iam.as_list(each["Resource"])} - {"*"})
KEYS = ["bob", "owner#ab", "new#bob", "history#bob", "call#1", ""]
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "dynamodb:LeadingKeys": st.lists(st.sampled_from(KEYS), min_size=1, max_size=2),
        "dynamodb:EnclosingOperation": st.just(["TransactWriteItems"]),
        "secretsmanager:VersionStage": st.lists(st.sampled_from(["AWSCURRENT", "AWSPREVIOUS"]), min_size=1),
    },
)


@given(st.sampled_from(ROLES), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES), CONTEXTS)
def test_they_agree(role: str, action: str, resource: str, context: dict[str, Any]) -> None:
    access = iam.Access(action, resource, context)
    # Ours knows no `*` but as what X-Ray has in place of a resource.
    statements = [each for each in STATEMENTS[role] if each["Resource"] != "*"]

    assert second_evaluator.allows(statements, access) is any(iam.allows(each, access) for each in statements)


def test_they_allow_something_and_refuse_something() -> None:
    """So that agreeing means something."""
    read = iam.Access("dynamodb:Query", "DevicesTable", {"dynamodb:LeadingKeys": ["bob"]})
    owner = iam.Access("dynamodb:Query", "DevicesTable", {"dynamodb:LeadingKeys": ["owner#ab"]})

    assert second_evaluator.allows(STATEMENTS["PushRole"], read)
    assert not second_evaluator.allows(STATEMENTS["PushRole"], owner)
