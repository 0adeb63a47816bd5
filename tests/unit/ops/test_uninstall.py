"""make uninstall: what it deletes, in which order, and what stays."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from ops.commands.uninstall import DATA, uninstall
from ops.errors import StepFailed
from ops.stack.deployed import DeployedStack
from tests.support.aws.template import translated_template

OUTPUTS = {
    "DevicesTableName": "devices-1",
    "CallsTableName": "calls-1",
    "WebhookSecretArn": "arn:webhook",
    "ApnsKeySecretArn": "arn:apns-key",
}


class Aws:
    """All services in one, and what was done, in order."""

    def __init__(self, protected: set[str] = frozenset(), deletable: bool = True) -> None:  # type: ignore[assignment]
        self.done: list[str] = []
        self._protected = protected
        self._deletable = deletable
        self.meta = SimpleNamespace(region_name="eu-west-1")

    def describe_stacks(self, **_: Any) -> Any:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()]
        return {"Stacks": [{"StackId": "arn:stack/id", "Outputs": outputs}]}

    def get_caller_identity(self) -> Any:
        return {"Account": "123456789012"}

    def describe_table(self, TableName: str) -> Any:
        return {"Table": {"DeletionProtectionEnabled": TableName in self._protected}}

    def update_table(self, TableName: str, DeletionProtectionEnabled: bool) -> None:
        assert not DeletionProtectionEnabled
        self.done.append(f"unprotect {TableName}")

    def delete_stack(self, StackName: str) -> None:
        self.done.append(f"delete {StackName}")

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=self._wait)

    def _wait(self, StackName: str) -> None:
        if not self._deletable:
            raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})
        self.done.append(f"wait for {StackName}")

    def delete_table(self, TableName: str) -> None:
        self.done.append(f"delete {TableName}")

    def delete_secret(self, SecretId: str, RecoveryWindowInDays: int) -> None:
        assert RecoveryWindowInDays >= 7
        self.done.append(f"delete {SecretId}")


def run(aws: Aws, typed: str = "voip-push", *, keep_data: bool = True) -> int:
    return uninstall(DeployedStack("voip-push", lambda _: aws), keep_data=keep_data, ask=lambda _: typed)


def test_nothing_is_deleted_unless_the_name_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws()

    assert run(aws, "yes") == 1
    assert aws.done == []
    assert "Nothing was deleted." in capsys.readouterr().out


def test_devices_and_secrets_stay(capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws(protected={"devices-1", "calls-1"})

    assert run(aws) == 0
    assert aws.done == ["unprotect calls-1", "delete arn:stack/id", "wait for arn:stack/id"]
    printed = capsys.readouterr().out
    assert "123456789012, eu-west-1" in printed
    assert all(OUTPUTS[name] in printed for name in ("DevicesTableName", "WebhookSecretArn", "ApnsKeySecretArn"))
    assert "make restore-devices" in printed


def test_data_goes_after_the_stack_if_that_is_wanted() -> None:
    aws = Aws(protected={"devices-1"})

    assert run(aws, keep_data=False) == 0
    assert aws.done == [
        "unprotect devices-1",
        "delete arn:stack/id",
        "wait for arn:stack/id",
        "delete devices-1",
        "delete arn:webhook",
        "delete arn:apns-key",
    ]


def test_data_stays_if_the_stack_can_not_be_deleted() -> None:
    aws = Aws(deletable=False)

    with pytest.raises(StepFailed, match="could not delete"):
        run(aws, keep_data=False)
    assert aws.done == ["delete arn:stack/id"]


def test_it_knows_all_that_cloudformation_keeps() -> None:
    template = translated_template()
    kept = {
        name
        for name, each in template["Resources"].items()
        if each.get("DeletionPolicy") == "RetainExceptOnCreate" and each["Type"] != "AWS::Lambda::Version"
    }

    assert {template["Outputs"][output]["Value"]["Ref"] for output in DATA} == kept
