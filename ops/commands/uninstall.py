"""make uninstall: deletes a stack. Its devices and secrets stay, unless they are to go as well."""

from collections.abc import Callable, Sequence

from botocore.exceptions import WaiterError

from ops.errors import StepFailed
from ops.stack.deployed import DeployedStack

# The resources that CloudFormation keeps, by the outputs that name them.
DATA = {
    "DevicesTableName": "devices",
    "WebhookSecretArn": "CometChat's webhook credentials",
    "ApnsKeySecretArn": "Apple's key",
    "CometChatApiSecretArn": "CometChat's REST API key",
}
_RECOVERY_DAYS = 7


def uninstall(stack: DeployedStack, *, keep_data: bool, ask: Callable[[str], str] = input) -> int:
    """Raises `StackUnknown` and `StepFailed`."""
    found = [(name, stack.outputs[name]) for name in DATA if name in stack.outputs]
    account = stack.client("sts").get_caller_identity()["Account"]
    region = stack.client("cloudformation").meta.region_name
    print(f"This deletes the stack {stack.name} in account {account}, {region}. No call rings any more.")
    print("These stay:" if keep_data else "These go as well:")
    for name, value in found:
        print(f"  {DATA[name]}: {value}")
    if ask("Type the stack's name to go on: ").strip() != stack.name:
        print("Nothing was deleted.")
        return 1
    _unprotect(stack, [stack.tables.calls, *([] if keep_data else [stack.tables.devices])])
    _delete(stack)
    if not keep_data:
        _delete_data(stack, found)
    print(_TO_COME_BACK if keep_data else _GONE)
    return 0


_TO_COME_BACK = """
The stack is gone. To come back under the same name, at the earliest after a minute:
  make deploy
  make restore-devices STACK=<stack> RESTORED=<the table above>
  aws secretsmanager put-secret-value --secret-id <new secret> --secret-string \\
    "$(aws secretsmanager get-secret-value --secret-id <secret above> --query SecretString --output text)"
What is not needed any more: aws dynamodb delete-table, aws secretsmanager delete-secret."""

_GONE = f"""
The stack is gone, and its data. For {_RECOVERY_DAYS} days aws secretsmanager restore-secret brings a secret back."""


def _unprotect(stack: DeployedStack, tables: Sequence[str]) -> None:
    """CloudFormation fails to delete a protected table."""
    dynamodb = stack.client("dynamodb")
    for table in tables:
        if dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)


def _delete(stack: DeployedStack) -> None:
    cloudformation = stack.client("cloudformation")
    # By its id, by which a deleted stack can still be asked for.
    stack_id = stack.details["StackId"]
    cloudformation.delete_stack(StackName=stack_id)
    print("Deleting the stack. This takes some minutes.", flush=True)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    except WaiterError as error:
        raise StepFailed(f"CloudFormation could not delete the stack; its events say why: {error}", "") from error


def _delete_data(stack: DeployedStack, found: Sequence[tuple[str, str]]) -> None:
    for name, value in found:
        if name.endswith("TableName"):
            stack.client("dynamodb").delete_table(TableName=value)
        else:
            stack.client("secretsmanager").delete_secret(SecretId=value, RecoveryWindowInDays=_RECOVERY_DAYS)
