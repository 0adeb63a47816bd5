"""What `make bench-cold` compares with: the customer's Python template as two plain Lambda functions.

Everything that it names is imported at the top, APNs gets a new client for each push, and there is nothing else:
no claims, no ends of calls, no retries. Built as `sam build` builds Python, that is without byte code.
"""

import asyncio
import hashlib
import hmac
import json
import os
import time

import boto3
import httpx
import jwt
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from cryptography.hazmat.primitives.serialization import load_pem_private_key

logger = Logger()
metrics = Metrics()
secrets = boto3.client("secretsmanager")
sqs = boto3.client("sqs")
devices = boto3.resource("dynamodb").Table(os.environ["DEVICES_TABLE"])

HMAC_SECRET = json.loads(secrets.get_secret_value(SecretId=os.environ["WEBHOOK_SECRET_ARN"])["SecretString"])[
    "hmac_secret"
]
APNS_KEY = json.loads(secrets.get_secret_value(SecretId=os.environ["APNS_KEY_SECRET_ARN"])["SecretString"])
PRIVATE_KEY = load_pem_private_key(APNS_KEY["private_key"].encode(), password=None)

_token_cache = {"token": None, "issued_at": 0}


@metrics.log_metrics
def webhook(event, context):
    expected = hmac.new(HMAC_SECRET.encode(), event["body"].encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(event["headers"].get("x-cometchat-signature", ""), expected):
        return {"statusCode": 401}
    body = json.loads(event["body"])
    if body["trigger"] == "call_initiated":
        sqs.send_message(QueueUrl=os.environ["CALLS_QUEUE_URL"], MessageBody=json.dumps(body["data"]))
        metrics.add_metric("CallsQueued", MetricUnit.Count, 1)
        logger.info("call queued")
    return {"statusCode": 200}


@metrics.log_metrics
def push(event, context):
    for record in event["Records"]:
        call = json.loads(record["body"])
        found = devices.query(KeyConditionExpression=boto3.dynamodb.conditions.Key("uid").eq(call["callee_uid"]))
        payload = {
            "aps": {"content-available": 1},
            "sessionId": call["session_id"],
            "callerName": call["caller_name"],
            "callerUid": call["caller_uid"],
            "callType": call["call_type"],
            "timestamp": int(time.time() * 1000),
        }
        asyncio.run(send_to_all([device["token"] for device in found["Items"]], payload))
        metrics.add_metric("CallsRung", MetricUnit.Count, 1)
        logger.info("call rung")
    return {"batchItemFailures": []}


async def send_to_all(tokens, payload):
    await asyncio.gather(*(send_voip_push(token, payload) for token in tokens))


def provider_token():
    if time.time() - _token_cache["issued_at"] < 3000:
        return _token_cache["token"]
    token = jwt.encode(
        {"iss": APNS_KEY["team_id"], "iat": int(time.time())},
        PRIVATE_KEY,
        algorithm="ES256",
        headers={"kid": APNS_KEY["key_id"]},
    )
    _token_cache.update(token=token, issued_at=time.time())
    return token


async def send_voip_push(pushkit_token, payload):
    headers = {
        "authorization": f"bearer {provider_token()}",
        "apns-topic": f"{os.environ['BUNDLE_ID']}.voip",
        "apns-push-type": "voip",
        "apns-priority": "10",
        "apns-expiration": str(int(time.time()) + 30),
    }
    async with httpx.AsyncClient(http2=True) as client:
        r = await client.post(
            f"{os.environ['APNS_PRODUCTION_URL']}/3/device/{pushkit_token}",
            headers=headers,
            content=json.dumps(payload),
        )
        if r.status_code != 200:
            raise RuntimeError(f"APNs error {r.status_code}: {r.text}")
