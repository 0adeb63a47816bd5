"""What AWS documents of the metrics that we watch: names, the sets of dimensions they come with, and what those name.

Read in November 2026:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html (route by route: "detailed metrics")
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from collections.abc import Mapping

type DimensionSets = tuple[frozenset[str], ...]


def _sets(*sets: str) -> DimensionSets:
    return tuple(frozenset(each.split()) for each in sets)


_LAMBDA = _sets("FunctionName", "FunctionName Resource", "FunctionName Resource ExecutedVersion", "")
_QUEUE = _sets("QueueName")
_HTTP_API = _sets("ApiId", "ApiId Stage", "ApiId Stage Method Resource")
_TABLE = _sets("TableName", "TableName GlobalSecondaryIndexName")
_OPERATION = _sets("TableName Operation")

DOCUMENTED: Mapping[str, Mapping[str, DimensionSets]] = {
    "AWS/Lambda": dict.fromkeys(("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"), _LAMBDA),
    "AWS/SQS": dict.fromkeys(
        (
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
            "SentMessageSize",
        ),
        _QUEUE,
    ),
    # Lower case, unlike the 4XXError and 5XXError of REST APIs, and by ApiId, not by ApiName.
    "AWS/ApiGateway": dict.fromkeys(
        ("4xx", "5xx", "Count", "IntegrationLatency", "Latency", "DataProcessed"), _HTTP_API
    ),
    "AWS/DynamoDB": {
        **dict.fromkeys(
            (
                "ConsumedReadCapacityUnits",
                "ConsumedWriteCapacityUnits",
                "ReadThrottleEvents",
                "WriteThrottleEvents",
            ),
            _TABLE,
        ),
        **dict.fromkeys(("SuccessfulRequestLatency", "SystemErrors", "ThrottledRequests"), _OPERATION),
    },
}

# What the value of a dimension has to be: of which type of resource, and which attribute of it (none: what Ref gives).
NAMED_BY = {
    "FunctionName": ("AWS::Lambda::Function", ""),
    "QueueName": ("AWS::SQS::Queue", ".QueueName"),
    "TableName": ("AWS::DynamoDB::Table", ""),
    "ApiId": ("AWS::ApiGatewayV2::Api", ""),
}
OPERATIONS = {"Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem"}
