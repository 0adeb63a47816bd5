"""`sam local` beside a running stack: functions in Lambda's own image, everything that they talk to is the stack's.

Their variables are those of the deployed functions, with this machine's addresses as containers know them. Three things
are their own: the webhook secret and the key set also know the credentials of the samples in `events/`, and the CA of
the APNs simulator lies where the function's code is mounted.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

from local.phones.credentials import jwks
from local.sam_local import docker_engine, port_forwarder
from local.sam_local.docker_engine import HOST
from local.sample_events import calls, credentials, function_of, sample_events
from local.services.jwks import serve_jwks
from local.startup import sam
from ops.errors import CommandError, InvalidSetting, NotRunning
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from shared.clock import now_ms

FUNCTIONS = ("webhook", "push", "tokens", "authorizer", "calls")
API_PORT = 3000
_SECRET = "sam-local/webhook"  # noqa: S105 (its name)
# Where the code is mounted.
_CA = PurePosixPath("/var/task/apns-ca.pem")
_HERE = re.compile(r"(https?://)127\.0\.0\.1:(\d+)")

type Variables = Mapping[str, Mapping[str, str]]
"""By the function's name in the template."""


@contextmanager
def ready(directory: StackDirectory, description: StackDescription) -> Iterator[None]:
    """For as long as the context lasts, sam local works with `directory.sam_config`. Raises `CommandError`."""
    architecture = sam.host_architecture()
    engine = docker_engine.find(architecture)
    with ExitStack() as cleanup:
        keys = [*jwks(description.jwt)["keys"], credentials.jwk()]
        jwks_url = cleanup.enter_context(serve_jwks({"keys": keys}))
        _found_group(description)
        own = {
            "AWS_ENDPOINT_URL": description.aws_endpoint_url,
            "TOKEN_JWKS_URL": jwks_url,
            "WEBHOOK_SECRET_ARN": _webhook_secret(description),
            "APNS_CA_FILE": str(_CA),
        }
        variables, ports = as_containers_know_it(_deployed_variables(description), own)
        sam.build(directory, architecture, for_containers=True)
        _name_authorizer(directory.container_build / "template.yaml")
        shutil.copyfile(description.apns.ca_file, directory.container_build / "PushFunction" / _CA.name)
        if engine.bridge_address:
            cleanup.enter_context(port_forwarder.opened(engine.bridge_address, ports))
        cleanup.callback(directory.sam_config.unlink, missing_ok=True)
        directory.sam_env.write_text(json.dumps(variables, indent=2) + "\n")
        directory.sam_config.write_text(_config(directory, architecture, skip_pull=engine.has_base_image))
        yield


def invoke(directory: StackDirectory, name: str) -> int:
    """`sam local invoke` with a sample event of this moment. Raises `CommandError`."""
    events = sample_events(now_ms())
    if name not in events:
        raise InvalidSetting(f"there is no event {name}; there are {', '.join(events)}")
    if not directory.sam_config.exists():
        raise NotRunning("sam local has nothing to talk to: start make sam-local, in another terminal")
    command = sam.sam_command(
        "local", "invoke", function_of(name), "-e", "-", "--config-file", str(directory.sam_config)
    )
    event = json.dumps(events[name]).encode()
    docker_engine.follow_context()
    return subprocess.run(command, input=event, check=False, env=environment()).returncode  # noqa: S603


def environment() -> dict[str, str]:
    """For sam, without AWS credentials: if there are any, be they good or not, it asks AWS whose they are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }


def as_containers_know_it(deployed: Variables, own: Mapping[str, str]) -> tuple[Variables, set[int]]:
    """The functions' variables, and the ports of this machine that are in them. `own` replaces what is deployed."""
    ports: set[int] = set()

    def reachable(value: str) -> str:
        ports.update(int(port) for _, port in _HERE.findall(value))
        return _HERE.sub(rf"\1{HOST}:\2", value)

    variables = {
        function: {name: reachable(own.get(name, value)) for name, value in values.items()}
        for function, values in deployed.items()
    }
    return variables, ports


def _name_authorizer(built_template: Path) -> None:
    """In AWS it is called by its alias, which sam local can't read: it would leave the authorizer out."""
    text = built_template.read_text()
    alias, arn = "Ref: AuthorizerFunction.Alias\n", "Fn::Sub: arn:aws:lambda:x:0:function:${AuthorizerFunction}\n"
    if alias not in text:
        raise CommandError(f"{built_template} has no {alias.strip()}, so sam local would let nobody in")
    built_template.write_text(text.replace(alias, arn))


def _deployed_variables(description: StackDescription) -> Variables:
    client = emulated_aws.client("lambda", description.aws_endpoint_url)
    deployed = {}
    for name in FUNCTIONS:
        configuration = client.get_function_configuration(FunctionName=f"{description.stack_name}-{name}")
        deployed[f"{name.title()}Function"] = configuration["Environment"]["Variables"]
    return deployed


def _webhook_secret(description: StackDescription) -> str:
    """Beside the stack's own, which is not everybody's to know."""
    client = emulated_aws.client("secretsmanager", description.aws_endpoint_url)
    value = json.dumps(asdict(credentials.WEBHOOK))
    try:
        arn: str = client.create_secret(Name=_SECRET, SecretString=value)["ARN"]
    except client.exceptions.ResourceExistsException:
        arn = client.put_secret_value(SecretId=_SECRET, SecretString=value)["ARN"]
    return arn


def _found_group(description: StackDescription) -> None:
    """The group that the samples call, in the stand-in for CometChat."""
    url = f"{description.cometchat_api.url}/groups/{calls.GROUP}/members"
    with httpx.Client(trust_env=False, headers={"apikey": description.cometchat_api.rest_api_key}) as client:
        if client.get(url).status_code == 404:
            client.post(url, json={"participants": [calls.CALLER, credentials.UID]}).raise_for_status()


def _config(directory: StackDirectory, architecture: str, *, skip_pull: bool) -> str:
    options: dict[str, Any] = {
        "template_file": str(directory.container_build / "template.yaml"),
        "env_vars": str(directory.sam_env),
        "parameter_overrides": f"Architecture={architecture}",
        "add_host": [f"{HOST}:host-gateway"],
        "region": emulated_aws.REGION,
        "skip_pull_image": skip_pull,
    }
    warm = {**options, "warm_containers": "LAZY"}
    commands = {"invoke": options, "start_api": {**warm, "port": API_PORT}, "start_lambda": warm}
    lines = ["version = 0.1"]
    for command, values in commands.items():
        lines += ["", f"[default.local_{command}.parameters]"]
        # A JSON string, number, boolean or list of strings is TOML as well.
        lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"
