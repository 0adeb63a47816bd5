"""Are the functions' roles as template.yaml has them? Statement by statement, for all services."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.iam_policy import Statement, listed, statements
from ops.stack.deployed import DeployedStack
from ops.stack.template import UNKNOWN, DeployedTemplate


def roles(stack: DeployedStack) -> Iterator[Finding]:
    template = DeployedTemplate(stack)
    findings = [
        finding
        for logical_id in stack.resources
        if logical_id.endswith("Role") and template.properties(logical_id)
        for finding in _compared(stack, template, logical_id)
    ]
    if not any(isinstance(each, Problem) for each in findings):
        yield Ok("the functions' roles are as template.yaml has them")
    yield from findings


def statements_of_role(stack: DeployedStack, role: str) -> list[Statement]:
    """Of its own policies and of those that are attached to it. `role` is a name or an ARN."""
    iam, name = stack.client("iam"), role.rpartition("/")[2]
    found: list[Statement] = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
        for policy in page["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            found += statements(_parsed(document))
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name):
        for attached in page["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            found += statements(_parsed(document))
    return found


def _compared(stack: DeployedStack, template: DeployedTemplate, logical_id: str) -> Iterator[Finding]:
    function = logical_id.removesuffix("Role").lower()
    deployed = statements_of_role(stack, stack.resources[logical_id])
    by_sid = {statement.get("Sid"): statement for statement in deployed}
    expected = {each["Sid"]: each for each in _expected(template, logical_id)}
    for sid, statement in expected.items():
        difference = _difference(statement, by_sid.get(sid))
        if difference:
            yield _problem(function, f"{sid}: {difference}")
    for statement in deployed:
        if statement.get("Sid") in expected:
            continue
        if statement["Effect"] == "Deny":
            yield _problem(function, f"a statement that denies {_actions(statement)} was added")
        else:
            yield Note(f"the role of {function} also allows {_actions(statement)}, which template.yaml does not")


def _expected(template: DeployedTemplate, logical_id: str) -> Iterator[Statement]:
    for policy in template.properties(logical_id)["Policies"]:
        yield from statements(policy["PolicyDocument"])


def _difference(expected: Statement, deployed: Statement | None) -> str:
    """Empty if there is none."""
    if deployed is None:
        return f"the statement that allows {_actions(expected)} is missing"
    changed = [
        f"{element} is {_shown(deployed.get(element))}; template.yaml has {_shown(expected.get(element))}"
        for element in ("Effect", "Action", "Resource", "Condition")
        if not _has_unknown(expected.get(element)) and _normal(expected.get(element)) != _normal(deployed.get(element))
    ]
    return ", ".join(changed)


def _problem(function: str, what: str) -> Problem:
    return Problem(
        ProblemCode.ROLE_CHANGED,
        f"the role of {function} was changed by hand: {what}",
        "make deploy PARAMETERS=… does not undo a change that it does not know of: IAM console, the role, restore the "
        "statement as the runbook shows, then make doctor",
        about=function,
    )


def _actions(statement: Statement) -> str:
    return ", ".join(map(str, listed(statement.get("Action", statement.get("NotAction", "everything")))))


def _normal(element: Any) -> Any:
    """One value and a list of one value mean the same, and order means nothing."""
    if isinstance(element, Mapping):
        return {key: _normal(value) for key, value in element.items()}
    return sorted(map(str, listed(element)))


def _has_unknown(element: Any) -> bool:
    if isinstance(element, Mapping):
        return any(map(_has_unknown, element.values()))
    return UNKNOWN in listed(element)


def _shown(element: Any) -> str:
    return json.dumps(element) if isinstance(element, (Mapping, Sequence)) else str(element)


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document
