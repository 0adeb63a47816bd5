"""template.yaml after the SAM transform, with shortcuts to what the tests ask for."""

from dataclasses import dataclass
from typing import Any

from tests.support.aws.template import statements_of

FUNCTIONS = ["WebhookFunction", "PushFunction", "TokensFunction", "CallsFunction", "AuthorizerFunction"]


@dataclass
class Stack:
    template: dict[str, Any]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        resources: dict[str, dict[str, Any]] = self.template["Resources"]
        return resources

    def properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.resources[logical_id]["Properties"]
        return properties

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Their properties by logical id."""
        found = {name: resource["Properties"] for name, resource in self.resources.items() if resource["Type"] == kind}
        assert found, f"there is no {kind}"
        return found

    def default(self, parameter: str) -> Any:
        return self.template["Parameters"][parameter]["Default"]

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What the role of a function may do, under any condition."""
        return statements_of(self.template, role)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
