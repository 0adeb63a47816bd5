"""A first request to every function, so that nobody else has to wait for its cold start."""

import json
import uuid

import httpx

from local.phones import phone
from local.processes.process import Process
from ops.calls import webhooks
from ops.errors import CommandError, StepFailed
from ops.stack import emulated_aws
from ops.stack.description import StackDescription

_UID = "warm-up"


def warm_up(description: StackDescription, push_function: str, emulator: Process) -> None:
    """Leaves nothing behind. Raises `StepFailed` if a function does not work."""
    try:
        _warm_up_push(description, push_function)
        _warm_up_webhook(description)
        _warm_up_tokens_and_calls(description)
    except (CommandError, httpx.TransportError) as error:
        raise emulator.failure(f"a function does not work: {error}") from error


def _warm_up_push(description: StackDescription, function: str) -> None:
    answer = emulated_aws.client("lambda", description.aws_endpoint_url).invoke(
        FunctionName=function, Qualifier="live", Payload=json.dumps({"Records": []})
    )
    if "FunctionError" in answer:
        raise StepFailed(f"push: {answer['Payload'].read().decode()}", "")


def _warm_up_webhook(description: StackDescription) -> None:
    body = json.dumps({"trigger": "warm_up", "data": {}}).encode()
    answer = webhooks.post(description, webhooks.signed(body, description.webhook))
    if answer.status != 200:
        raise StepFailed(f"webhook: {answer.status} {answer.text}", "")


def _warm_up_tokens_and_calls(description: StackDescription) -> None:
    """And the authorizer in front of them."""
    guest = phone.Phone(_UID, phone.new_device_token())
    phone.register(description, guest)
    phone.unregister(description, guest)
    phone.call_state(description, guest.uid, str(uuid.uuid4()))
