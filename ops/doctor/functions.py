"""The functions: do they run what was deployed, and is their configuration complete?"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import authorizer.config
import push.config
import tokens.config
import webhook.config
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from shared.settings import ConfigurationError

ALIAS = "live"
_READERS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "webhook": webhook.config.Config.read,
    "push": push.config.Config.read,
    "tokens": tokens.config.Config.read,
    "authorizer": authorizer.config.Config.read,
}
_OF_A_DEPLOYMENT = ("CodeSha256", "Timeout", "MemorySize", "Handler")


def functions(stack: DeployedStack) -> Iterator[Finding]:
    client = stack.client("lambda")
    for name, read in _READERS.items():
        function = stack.function(name)
        live = client.get_function_configuration(FunctionName=function, Qualifier=ALIAS)
        problems = [*_configuration(name, read, variables(live)), *_state(function, live)]
        problems += _is_live(client, function, live)
        yield from problems or [Ok(f"{name} is active, and its configuration complete")]


def variables(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found


def live_variables(stack: DeployedStack, name: str) -> Mapping[str, str]:
    """The environment variables of the version that runs."""
    return variables(
        stack.client("lambda").get_function_configuration(FunctionName=stack.function(name), Qualifier=ALIAS)
    )


def _configuration(
    name: str, read: Callable[[Mapping[str, str]], object], found: Mapping[str, str]
) -> Iterator[Finding]:
    try:
        read(found)
    except ConfigurationError as error:
        yield Problem(
            ProblemCode.FUNCTION_WRONG,
            f"{name}: {error}",
            'deploy with the parameter that is missing: make deploy PARAMETERS="TokenIssuer=… …"; '
            "template.yaml describes each",
        )


def _state(function: str, live: Mapping[str, Any]) -> Iterator[Finding]:
    if live.get("State", "Active") != "Active":
        yield Problem(
            ProblemCode.FUNCTION_WRONG,
            f"{function} is {live['State']}: {live.get('StateReason', 'no reason given')}",
            "deploy again; if that changes nothing, look at the function in the Lambda console",
        )


def _is_live(client: Any, function: str, live: Mapping[str, Any]) -> Iterator[Finding]:
    """A change of a parameter or a layer that published no version is deployed and does not run."""
    alias = client.get_alias(FunctionName=function, Name=ALIAS)
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        yield Note(f"{function}: a gradual deployment is under way")
        return
    latest = client.get_function_configuration(FunctionName=function)
    if _deployed(latest) != _deployed(live):
        yield Problem(
            ProblemCode.FUNCTION_NOT_LIVE,
            f"{function}: version {alias['FunctionVersion']}, which is live, is not what was deployed last",
            "make deploy publishes and switches; sam deploy alone does not after a change of a parameter or a layer",
        )


def _deployed(configuration: Mapping[str, Any]) -> list[object]:
    layers = [layer["Arn"] for layer in configuration.get("Layers", ())]
    return [variables(configuration), layers, *(configuration.get(name) for name in _OF_A_DEPLOYMENT)]
