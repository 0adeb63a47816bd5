"""A deployed stack in AWS, by its name, with the credentials and region of the shell."""

from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from local.dead_letters import DeadLetters
from local.errors import LocalError


class StackUnknown(LocalError):
    """There is no such stack, or AWS can't be asked."""


def dead_letters(stack_name: str) -> DeadLetters:
    """Raises `StackUnknown`."""
    session: Any = botocore.session.get_session()
    try:
        (stack,) = session.create_client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        return DeadLetters(session.create_client("sqs"), outputs["DeadLetterQueueUrl"], outputs["CallsQueueUrl"])
    except (BotoCoreError, ClientError) as error:
        raise StackUnknown(f"stack {stack_name}: {error}") from error
    except KeyError as error:
        raise StackUnknown(f"stack {stack_name} is not one of this application: it has no output {error}") from error
