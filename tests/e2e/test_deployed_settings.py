"""What the template's conditions come to when nothing is chosen, as the deployed stack has it."""

from ops.stack import emulated_aws
from ops.stack.description import StackDescription


def test_batches_are_limited_and_nothing_is_provisioned_or_reserved(stack: StackDescription) -> None:
    client = emulated_aws.client("lambda", stack.aws_endpoint_url)
    push = f"{stack.stack_name}-push"

    [source] = client.list_event_source_mappings(FunctionName=push)["EventSourceMappings"]
    reserved = [client.get_function_concurrency(FunctionName=name) for name in (push, f"{stack.stack_name}-webhook")]

    assert source["ScalingConfig"]["MaximumConcurrency"] > 0
    assert not source.get("ProvisionedPollerConfig")
    assert not [each for each in reserved if each.get("ReservedConcurrentExecutions")]


def test_tables_can_be_deleted(stack: StackDescription) -> None:
    client = emulated_aws.client("dynamodb", stack.aws_endpoint_url)

    tables = [client.describe_table(TableName=name)["Table"] for name in (stack.tables.devices, stack.tables.calls)]

    assert [table.get("DeletionProtectionEnabled", False) for table in tables] == [False, False]
