"""The functions: do they run what was deployed, as the template has it, and is their configuration complete?"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import authorizer.config
import calls.config
import push.config
import tokens.config
import webhook.config
from ops.doctor.changed_values import Changed, compared
from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import ALIAS, DeployedStack
from ops.stack.template import DeployedTemplate
from shared.errors import ConfigurationError

_READERS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "webhook": webhook.config.Config.read,
    "push": push.config.Config.read,
    "tokens": tokens.config.Config.read,
    "calls": calls.config.Config.read,
    "authorizer": authorizer.config.Config.read,
}
_WITHOUT_IT = {
    "webhook": "no call gets in",
    "push": "nobody is rung",
    "tokens": "no phone can register",
    "calls": "no phone can ask whether its call still rings",
    "authorizer": "no phone can register",
}
_OF_A_DEPLOYMENT = ("CodeSha256", "Timeout", "MemorySize", "Handler")
# CodeDeploy's canary takes five minutes.
_STUCK_AFTER_S = 1_800


def functions(stack: DeployedStack) -> Iterator[Finding]:
    client, template = stack.client("lambda"), DeployedTemplate(stack)
    for name, read in _READERS.items():
        try:
            live = stack.live_configuration(name)
        except client.exceptions.ResourceNotFoundException:
            yield _gone(name)
            continue
        problems = [*_configuration(name, read, variables(live)), *_state(name, live)]
        problems += _concurrency(client, template, stack, name)
        problems += _changed(template, name, live)
        problems += _is_live(client, stack.function(name), name, live)
        yield from problems or [Ok(f"{name} is active, and as it was deployed")]


def variables(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found


def live_variables(stack: DeployedStack, name: str) -> Mapping[str, str]:
    """The environment variables of the version that runs."""
    return variables(stack.live_configuration(name))


def _gone(name: str) -> Problem:
    return Problem(
        ProblemCode.FUNCTION_GONE,
        f"function {name} is gone, or its alias {ALIAS} is: {_WITHOUT_IT[name]}",
        f"make deploy. If CloudFormation still believes that it is there: take {name.title()}Function out of "
        "template.yaml, make deploy, put it back, make deploy",
        about=name,
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
            about=name,
        )


def _state(name: str, live: Mapping[str, Any]) -> Iterator[Finding]:
    if live.get("State", "Active") != "Active":
        yield Problem(
            ProblemCode.FUNCTION_WRONG,
            f"{name} is {live['State']}: {live.get('StateReason', 'no reason given')}",
            "make deploy; if that changes nothing, look at the function in the Lambda console",
            about=name,
        )


def _concurrency(client: Any, template: DeployedTemplate, stack: DeployedStack, name: str) -> Iterator[Finding]:
    expected = template.properties(f"{name.title()}Function").get("ReservedConcurrentExecutions")
    reserved = client.get_function_concurrency(FunctionName=stack.function(name)).get("ReservedConcurrentExecutions")
    if reserved == 0:
        yield Problem(
            ProblemCode.CONCURRENCY_TAKEN,
            f"{name} may not run at all, its reserved concurrency is 0: {_WITHOUT_IT[name]}",
            f"aws lambda delete-function-concurrency --function-name {stack.function(name)}",
            about=name,
        )
    elif str(reserved) != str(expected and int(expected)):
        yield from compared(name, [Changed("reserved concurrency", expected, reserved)])


def _changed(template: DeployedTemplate, name: str, live: Mapping[str, Any]) -> Iterator[Finding]:
    expected = template.properties(f"{name.title()}Function")
    deployed, wanted = variables(live), expected["Environment"]["Variables"]
    values = [
        Changed("timeout (s)", expected["Timeout"], live.get("Timeout")),
        Changed("memory (MB)", expected["MemorySize"], live.get("MemorySize")),
        *(Changed(variable, wanted.get(variable), deployed.get(variable)) for variable in sorted({*wanted, *deployed})),
    ]
    yield from compared(name, values)


def _is_live(client: Any, function: str, name: str, live: Mapping[str, Any]) -> Iterator[Finding]:
    """A change of a parameter or a layer that published no version is deployed and does not run."""
    alias = client.get_alias(FunctionName=function, Name=ALIAS)
    if weights := alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        yield _gradual(client, function, name, weights)
        return
    latest = client.get_function_configuration(FunctionName=function)
    if _deployed(latest) != _deployed(live):
        yield Problem(
            ProblemCode.FUNCTION_NOT_LIVE,
            f"{name}: version {alias['FunctionVersion']}, which is live, is not what was deployed last",
            "make deploy publishes and switches; sam deploy alone does not after a change of a parameter or a layer",
            about=name,
        )


def _gradual(client: Any, function: str, name: str, weights: Mapping[str, float]) -> Finding:
    ((version, share),) = list(weights.items())[:1]
    published = client.get_function_configuration(FunctionName=function, Qualifier=version)["LastModified"]
    age_s = (datetime.now(UTC) - datetime.fromisoformat(published)).total_seconds()
    what = f"{name}: version {version}, published {age_s / 60:.0f} minutes ago, gets {share:.0%} of the invocations"
    if age_s < _STUCK_AFTER_S:
        return Note(f"{what}: a gradual deployment is under way")
    return Problem(
        ProblemCode.DEPLOYMENT_STUCK,
        what,
        f"CodeDeploy console, or give one version everything: aws lambda update-alias --function-name {function} "
        f"--name {ALIAS} --routing-config AdditionalVersionWeights={{}}",
        about=name,
    )


def _deployed(configuration: Mapping[str, Any]) -> list[object]:
    layers = [layer["Arn"] for layer in configuration.get("Layers", ())]
    return [variables(configuration), layers, *(configuration.get(name) for name in _OF_A_DEPLOYMENT)]
