"""A first request to every function, so that nobody else has to wait for its cold start."""

import json

import httpx

from local.phones import phone
from local.processes.process import Process
from ops.calls import webhooks
from ops.errors import LocalError, StepFailed
from ops.stack import emulated_aws
from ops.stack.description import Contract

_UID = "warm-up"


def warm_up(contract: Contract, push_function: str, emulator: Process) -> None:
    """Leaves nothing behind. Raises `StepFailed` if a function does not work."""
    try:
        _warm_up_push(contract, push_function)
        _warm_up_webhook(contract)
        _warm_up_tokens(contract)
    except (LocalError, httpx.TransportError) as error:
        raise emulator.failure(f"a function does not work: {error}") from error


def _warm_up_push(contract: Contract, function: str) -> None:
    answer = emulated_aws.client("lambda", contract.aws_endpoint_url).invoke(
        FunctionName=function, Qualifier="live", Payload=json.dumps({"Records": []})
    )
    if "FunctionError" in answer:
        raise StepFailed(f"push: {answer['Payload'].read().decode()}", "")


def _warm_up_webhook(contract: Contract) -> None:
    body = json.dumps({"trigger": "warm_up", "data": {}}).encode()
    answer = webhooks.post(contract, webhooks.signed(body, contract.webhook))
    if answer.status != 200:
        raise StepFailed(f"webhook: {answer.status} {answer.text}", "")


def _warm_up_tokens(contract: Contract) -> None:
    """And the authorizer in front of it."""
    guest = phone.Phone(_UID, phone.new_device_token())
    phone.register(contract, guest)
    phone.unregister(contract, guest)
