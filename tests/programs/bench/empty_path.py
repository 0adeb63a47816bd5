"""Two functions that do nothing, on the same way through the emulator: an HTTP API, a queue, a consumer."""

import io
import json
import textwrap
import zipfile
from typing import Any

from ops.stack import emulated_aws
from ops.stack.description import StackDescription

_LOG_GROUP = "/aws/lambda/empty"
_ROLE = "arn:aws:iam::000000000000:role/empty"
_CODE = textwrap.dedent(
    """
    import json, os, time
    import botocore.session

    _sqs = botocore.session.get_session().create_client("sqs")

    def receive(event, context):
        _sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=event["body"])
        return {"statusCode": 200, "body": "{}"}

    def consume(event, context):
        for record in event["Records"]:
            print(json.dumps({"call": record["body"], "at_ms": time.time() * 1000}))
    """
)


class EmptyPath:
    """`url` takes any body; `arrivals` says when the consumer had it."""

    def __init__(self, description: StackDescription) -> None:
        self._description = description
        self._lambda = self._client("lambda")
        self._logs = self._client("logs")
        sqs = self._client("sqs")
        queue_url = sqs.create_queue(QueueName="empty")["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        receive_arn = self._function("empty-receive", "main.receive", {"QUEUE_URL": queue_url})
        self._logs.create_log_group(logGroupName=_LOG_GROUP)
        consume_arn = self._function("empty-consume", "main.consume", {})
        self._lambda.create_event_source_mapping(
            EventSourceArn=queue_arn,
            FunctionName=consume_arn,
            BatchSize=10,
            ScalingConfig={"MaximumConcurrency": 4},
        )
        apis = self._client("apigatewayv2")
        api = apis.create_api(Name="empty", ProtocolType="HTTP")["ApiId"]
        integration = apis.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=receive_arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        apis.create_route(ApiId=api, RouteKey="POST /", Target=f"integrations/{integration}")
        apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        self.url = f"{description.aws_endpoint_url}/_aws/execute-api/{api}/"

    def arrivals(self) -> dict[str, float]:
        """By body, in ms since the epoch."""
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=_LOG_GROUP)
        found: dict[str, float] = {}
        for line in (event["message"] for page in pages for event in page["events"]):
            if line.startswith('{"call"'):
                fields = json.loads(line)
                found[fields["call"]] = fields["at_ms"]
        return found

    def _function(self, name: str, handler: str, variables: dict[str, str]) -> str:
        """Published, with an alias and a log group, as ours are. Returns the alias' ARN."""
        self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler=handler,
            Role=_ROLE,
            Code={"ZipFile": _zip()},
            Timeout=10,
            MemorySize=1024,
            Environment={"Variables": variables},
            LoggingConfig={"LogFormat": "JSON", "LogGroup": _LOG_GROUP},
        )
        version = self._lambda.publish_version(FunctionName=name)["Version"]
        arn: str = self._lambda.create_alias(FunctionName=name, Name="live", FunctionVersion=version)["AliasArn"]
        return arn

    def _client(self, service: str) -> Any:
        return emulated_aws.client(service, self._description.aws_endpoint_url)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("main.py", _CODE)
    return buffer.getvalue()
