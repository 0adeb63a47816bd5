"""From the built project to a stack in the emulator that answers requests."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local import aws, routes, sam
from local.contract import Apns, CometChatApi, JwtSigner, LogGroups, Queues, Tables, WebhookCredentials
from local.paths import StackDirectory

STACK_NAME = "voip-push-local"
# Each environment that starts costs a second or two of a core.
_PUSH_CONCURRENCY = 4


@dataclass(frozen=True, slots=True)
class Deployed:
    webhook_url: str
    tokens_url: str
    tables: Tables
    queues: Queues
    log_groups: LogGroups
    push_function: str


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
    cloudformation = aws.client("cloudformation", endpoint_url)
    outputs = _outputs(cloudformation)
    _complete(cloudformation, endpoint_url, outputs["HttpApiId"])
    # Without a stage in the path this is the $default stage, as in AWS.
    base_url = f"{endpoint_url}/_aws/execute-api/{outputs['HttpApiId']}"
    return Deployed(
        webhook_url=f"{base_url}/webhooks/call",
        tokens_url=f"{base_url}/voip-tokens",
        tables=Tables(devices=outputs["DevicesTableName"], calls=outputs["CallsTableName"]),
        queues=Queues(calls=outputs["CallsQueueUrl"], dead_letters=outputs["DeadLetterQueueUrl"]),
        log_groups=LogGroups(
            **{
                name: f"/aws/lambda/{outputs[f'{name.title()}FunctionName']}"
                for name in ("webhook", "push", "tokens", "authorizer")
            }
        ),
        push_function=outputs["PushFunctionName"],
    )


def fill_secrets(endpoint_url: str, webhook: WebhookCredentials, apns: Apns, cometchat_api: CometChatApi) -> None:
    """The template creates them empty."""
    outputs = _outputs(aws.client("cloudformation", endpoint_url))
    values = {
        "WebhookSecretArn": asdict(webhook),
        "ApnsKeySecretArn": {
            "key_id": apns.key_id,
            "team_id": apns.team_id,
            "private_key": Path(apns.key_file).read_text(),
        },
        "CometChatApiSecretArn": {"rest_api_key": cometchat_api.rest_api_key},
    }
    client = aws.client("secretsmanager", endpoint_url)
    for output, value in values.items():
        client.put_secret_value(SecretId=outputs[output], SecretString=json.dumps(value))


def _outputs(cloudformation: Any) -> Mapping[str, str]:
    (stack,) = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _complete(cloudformation: Any, endpoint_url: str, api_id: str) -> None:
    """Makes what the emulator's CloudFormation leaves out: the API's routes, and where undeliverable messages go."""
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    references = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    references |= {"AWS::Partition": "aws", "AWS::Region": aws.REGION, "AWS::StackName": STACK_NAME}
    processed = routes.processed_template(cloudformation.get_template(StackName=STACK_NAME)["TemplateBody"])
    (logical_id,) = [name for name, physical_id in references.items() if physical_id == api_id]
    api = routes.read_http_api(processed, logical_id, references)
    routes.create(aws.client("apigatewayv2", endpoint_url), api_id, api)
    _redrive(aws.client("sqs", endpoint_url), processed, references)


def _redrive(sqs: Any, processed: Mapping[str, Any], references: Mapping[str, str]) -> None:
    for name, resource in processed["Resources"].items():
        policy = resource.get("Properties", {}).get("RedrivePolicy") if resource["Type"] == "AWS::SQS::Queue" else None
        if policy:
            target, _ = policy["deadLetterTargetArn"]["Fn::GetAtt"]
            arn = sqs.get_queue_attributes(QueueUrl=references[target], AttributeNames=["QueueArn"])["Attributes"]
            redrive = {**policy, "deadLetterTargetArn": arn["QueueArn"]}
            sqs.set_queue_attributes(QueueUrl=references[name], Attributes={"RedrivePolicy": json.dumps(redrive)})
