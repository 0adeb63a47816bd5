"""A deployed stack, in AWS or on this machine: its outputs, its resources, and clients to work with it."""

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from threading import RLock
from typing import Any, Self

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from apns_simulator import SimulatorClient
from ops.errors import StackUnknown
from ops.stack import emulated_aws
from ops.stack.description import LogGroups, Queues, StackDescription, Tables
from ops.stack.samconfig import Environment

_CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 5, "mode": "standard"})


ALIAS = "live"


class DeployedStack:
    """`description` is that of the running local stack; None for a stack in AWS."""

    def __init__(self, name: str, client: Callable[[str], Any], description: StackDescription | None = None) -> None:
        self.name = name
        # Cached: creating a client takes longer than most requests, and sessions are not for several threads at once.
        self._client = cache(client)
        self._lock = RLock()
        self.live_configuration = cache(self._live_configuration)
        self.description = description

    def client(self, service: str) -> Any:
        with self._lock:
            return self._client(service)

    @property
    def is_local(self) -> bool:
        return self.description is not None

    @classmethod
    def on_this_machine(cls, description: StackDescription) -> Self:
        return cls(
            description.stack_name,
            lambda service: emulated_aws.client(service, description.aws_endpoint_url),
            description,
        )

    @classmethod
    def in_aws(cls, name: str, region: str | None = None, profile: str | None = None) -> Self:
        """With the credentials and the region of the shell, unless others are given."""
        session: Any = botocore.session.Session(profile=profile)
        return cls(name, lambda service: session.create_client(service, region_name=region, config=_CONFIG))

    @classmethod
    def of(cls, environment: Environment) -> Self:
        return cls.in_aws(environment.stack_name, environment.region, environment.profile)

    def output(self, name: str) -> str:
        """Raises `StackUnknown`."""
        if name not in self.outputs:
            raise StackUnknown(f"stack {self.name} is not one of this application, or an older one: no output {name}")
        return self.outputs[name]

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """Raises `StackUnknown`."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.details.get("Outputs", ())}

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """Raises `StackUnknown`."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in self.details.get("Parameters", ())}

    @cached_property
    def details(self) -> Mapping[str, Any]:
        """As CloudFormation describes the stack. Raises `StackUnknown`."""
        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        except (BotoCoreError, ClientError) as error:
            raise StackUnknown(f"stack {self.name}: {error}") from error
        found: Mapping[str, Any] = stack
        return found

    @cached_property
    def resources(self) -> Mapping[str, str]:
        """Physical ids by logical ids."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}

    @property
    def webhook_url(self) -> str:
        return self.description.webhook_url if self.description else self.output("WebhookUrl")

    @property
    def queues(self) -> Queues:
        return Queues(calls=self.output("CallsQueueUrl"), dead_letters=self.output("DeadLetterQueueUrl"))

    @property
    def tables(self) -> Tables:
        return Tables(devices=self.output("DevicesTableName"), calls=self.output("CallsTableName"))

    @property
    def log_groups(self) -> LogGroups:
        return LogGroups(
            **{
                name: f"/aws/lambda/{self.function(name)}"
                for name in ("webhook", "push", "tokens", "calls", "authorizer")
            }
        )

    def function(self, name: str) -> str:
        """The full name of `webhook`, `push`, `tokens`, `calls` or `authorizer`."""
        return self.output(f"{name.title()}FunctionName")

    def _live_configuration(self, name: str) -> Mapping[str, Any]:
        """Of the version that runs, as Lambda describes it."""
        found: Mapping[str, Any] = self.client("lambda").get_function_configuration(
            FunctionName=self.function(name), Qualifier=ALIAS
        )
        return found

    @property
    def simulator(self) -> SimulatorClient | None:
        """None unless the stack pushes to our simulator."""
        url = self.description.apns.control_url if self.description else None
        return SimulatorClient(url) if url else None
