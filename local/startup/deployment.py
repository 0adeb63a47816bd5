"""From the built project to a stack in the emulator that answers requests."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.startup import api_routes, sam
from ops.stack import emulated_aws
from ops.stack.deployed import ALIAS, DeployedStack
from ops.stack.description import Apns, CometChatApi, JwtSigner, WebhookCredentials
from ops.stack.directory import StackDirectory
from ops.stack.secrets import write_secret

STACK_NAME = "voip-push-local"
# Each environment that starts costs a second or two of a core.
_PUSH_CONCURRENCY = 4


@dataclass(frozen=True, slots=True)
class Deployed:
    stack: DeployedStack
    webhook_url: str
    tokens_url: str
    calls_url: str


def deploy(
    directory: StackDirectory,
    endpoint_url: str,
    *,
    architecture: str,
    apns: Apns,
    signer: JwtSigner,
    jwks_url: str,
    cometchat_api_url: str,
) -> Deployed:
    """Raises `StepFailed` or `UnsupportedApi`."""
    parameters = {
        "Architecture": architecture,
        "AwsEndpointUrl": endpoint_url,
        "BundleId": apns.topic.removesuffix(".voip"),
        "ApnsProductionUrl": apns.url,
        "ApnsSandboxUrl": apns.sandbox_url,
        "ApnsCaFile": apns.ca_file,
        "TokenIssuer": signer.issuer,
        "TokenAudience": signer.audience,
        "TokenJwksUrl": jwks_url,
        "TokenUidClaim": signer.uid_claim,
        "TokenAlgorithms": signer.algorithm,
        "CometChatApiUrl": cometchat_api_url,
        "AcceptCometChatTokens": "true",
        "PushMaximumConcurrency": str(_PUSH_CONCURRENCY),
        # The emulator knows no alarms that calculate, no composite ones and no saved queries.
        "Monitoring": "plain",
    }
    sam.deploy(directory, endpoint_url, STACK_NAME, parameters)
    stack = DeployedStack(STACK_NAME, lambda service: emulated_aws.client(service, endpoint_url))
    api_id = stack.output("HttpApiId")
    _complete(stack, api_id)
    # Without a stage in the path this is the $default stage, as in AWS.
    base_url = f"{endpoint_url}/_aws/execute-api/{api_id}"
    return Deployed(
        stack,
        webhook_url=f"{base_url}/webhooks/call",
        tokens_url=f"{base_url}/voip-tokens",
        calls_url=f"{base_url}/calls",
    )


def fill_secrets(stack: DeployedStack, webhook: WebhookCredentials, apns: Apns, cometchat_api: CometChatApi) -> None:
    """The template creates them empty."""
    key = {"key_id": apns.key_id, "team_id": apns.team_id, "private_key": Path(apns.key_file).read_text()}
    write_secret(stack, "WebhookSecretArn", asdict(webhook))
    write_secret(stack, "ApnsKeySecretArn", key)
    write_secret(stack, "CometChatApiSecretArn", {"rest_api_key": cometchat_api.rest_api_key})


def _complete(stack: DeployedStack, api_id: str) -> None:
    """Makes what the emulator's CloudFormation leaves out: routes of the API, redrive policies, TTL and backups."""
    pseudo = {"AWS::Partition": "aws", "AWS::Region": emulated_aws.REGION, "AWS::StackName": stack.name}
    references = {**stack.resources, **pseudo}
    template = stack.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"]
    processed = api_routes.processed_template(template)
    (logical_id,) = [name for name, physical_id in references.items() if physical_id == api_id]
    api = api_routes.read_http_api(processed, logical_id, references)
    api_routes.create(stack.client("apigatewayv2"), api_id, api)
    _redrive(stack.client("sqs"), processed, references)
    limit_concurrency(stack)
    for table in (stack.tables.devices, stack.tables.calls):
        _protect(stack.client("dynamodb"), table)


def _protect(dynamodb: Any, table: str) -> None:
    """Time to live and point-in-time recovery, as template.yaml has them for every table."""
    time_to_live = {"Enabled": True, "AttributeName": "expires_at"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=time_to_live)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)


def limit_concurrency(stack: DeployedStack) -> None:
    """Sets it once more, as a number: the emulator keeps the parameter as text, and then polls nothing."""
    client = stack.client("lambda")
    function = f"{stack.function('push')}:{ALIAS}"
    for mapping in client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]:
        limit = int(stack.parameters["PushMaximumConcurrency"])
        client.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": limit})


def _redrive(sqs: Any, processed: Mapping[str, Any], references: Mapping[str, str]) -> None:
    for name, resource in processed["Resources"].items():
        policy = resource.get("Properties", {}).get("RedrivePolicy") if resource["Type"] == "AWS::SQS::Queue" else None
        if policy:
            target, _ = policy["deadLetterTargetArn"]["Fn::GetAtt"]
            arn = sqs.get_queue_attributes(QueueUrl=references[target], AttributeNames=["QueueArn"])["Attributes"]
            redrive = {**policy, "deadLetterTargetArn": arn["QueueArn"]}
            sqs.set_queue_attributes(QueueUrl=references[name], Attributes={"RedrivePolicy": json.dumps(redrive)})
