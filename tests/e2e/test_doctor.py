"""make doctor as a command. What it says of each fault is in test_drill.py."""

from collections import Counter
from typing import Any

import pytest

from ops.doctor.findings import Note, Problem
from ops.doctor.run import examine
from ops.stack import emulated_aws
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from ops.stack.secrets import read_secret
from tests.support.drill import FAULTS, World
from tests.support.drill.data import purge_dead_letters
from tests.support.drill.secrets import secret, the_key
from tests.support.stack.local_stack import run_ops


@pytest.fixture(scope="module")
def world(stack: StackDescription) -> World:
    deployed = DeployedStack.on_this_machine(stack)
    assert deployed.simulator is not None
    found = World(deployed, deployed.simulator)
    purge_dead_letters(found)
    return found


def test_it_exits_with_1_for_a_fault_and_0_after_its_remedy(world: World, stack_directory: StackDirectory) -> None:
    with FAULTS["the .p8 was stored in base64"].inject(world):
        broken = run_ops(stack_directory, "doctor")
        repaired = run_ops(stack_directory, "apns-key", "--repair")
        in_order = run_ops(stack_directory, "doctor")
        again = run_ops(stack_directory, "apns-key", "--repair")

    assert broken.returncode == 1, broken.stdout
    assert "-> make apns-key REPAIR=1" in broken.stdout
    assert repaired.returncode == 0, repaired.stdout
    assert "Repaired: the .p8 in the secret is encoded in base64." in repaired.stdout
    assert in_order.returncode == 0, in_order.stdout
    assert again.returncode == 1, again.stdout


def test_an_examination_costs_less_than_a_hundred_requests(world: World) -> None:
    """docs/runbooks/doctor.md says how many; those that wait for a log line are among them."""
    made = Counter[str]()
    description = world.stack.description
    assert description

    def client(service: str) -> Any:
        found = emulated_aws.client(service, description.aws_endpoint_url)
        found.meta.events.register("before-call", lambda model, **_: made.update([f"{service}:{model.name}"]))
        return found

    findings = examine(DeployedStack(description.stack_name, client, description))

    assert not any(isinstance(each, Problem) for each in findings), findings
    asked = {name: number for name, number in made.items() if name != "logs:FilterLogEvents"}
    assert 50 < sum(asked.values()) < 100, asked


def test_no_key_for_the_other_environment_is_only_noted(world: World) -> None:
    with secret(world, "ApnsKeySecretArn", {"production": the_key(world)}):
        assert world.stack.description
        findings = examine(DeployedStack.on_this_machine(world.stack.description))

    assert not any(isinstance(each, Problem) for each in findings), findings
    assert any(isinstance(each, Note) and "no key for sandbox" in each.what for each in findings)


def test_a_consequence_is_not_counted_as_a_fault(world: World, stack_directory: StackDirectory) -> None:
    with FAULTS["the event source is disabled"].inject(world):
        world.stack.client("sqs").send_message(QueueUrl=world.stack.queues.calls, MessageBody="{}")
        try:
            out = run_ops(stack_directory, "doctor").stdout
        finally:
            world.stack.client("sqs").purge_queue(QueueUrl=world.stack.queues.calls)

    assert "because of that:\n         calls waiting: 1 call(s) are waiting" in out
    assert out.endswith("\n1 fault(s).\n")


def test_a_secret_scheduled_for_deletion_is_an_error_with_the_command_that_restores_it(
    world: World, stack_directory: StackDirectory
) -> None:
    with FAULTS["somebody deleted the webhook secret"].inject(world):
        smoke = run_ops(stack_directory, "smoke", "bob", "alice")

    assert smoke.returncode == 1
    assert "aws secretsmanager restore-secret --secret-id" in smoke.stdout
    assert read_secret(world.stack, "WebhookSecretArn")
