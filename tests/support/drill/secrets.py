"""Faults of the secrets, and of the key at Apple."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ops.doctor.findings import ProblemCode as C
from ops.stack.secrets import read_secret
from tests.support.drill.fault import World, fault


@contextmanager
def secret(world: World, output: str, value: object | None) -> Iterator[None]:
    """With another value, or with none at all, as the template creates it."""
    client = world.stack.client("secretsmanager")
    secret_id, before = world.stack.output(output), read_secret(world.stack, output)
    try:
        if value is None:
            client.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)
            client.create_secret(Name=secret_id)
        else:
            client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value))
        yield
    finally:
        client.put_secret_value(SecretId=secret_id, SecretString=before)


@contextmanager
def key_at_apple(world: World, **changes: Any) -> Iterator[None]:
    """With the key at Apple's other than it is."""
    key_id = the_key(world)["key_id"]
    (key,) = [key for key in world.apple.provider_keys() if key.pop("key_id") == key_id]
    try:
        world.apple.put_key(key_id, **{**key, **changes})
        yield
    finally:
        world.apple.put_key(key_id, **key)


def the_key(world: World) -> dict[str, str]:
    key: dict[str, str] = json.loads(read_secret(world.stack, "ApnsKeySecretArn"))
    return key


def _with_key(world: World, **changes: str) -> Iterator[None]:
    with secret(world, "ApnsKeySecretArn", {**the_key(world), **changes}):
        yield


def _scheduled_for_deletion(world: World, output: str) -> Iterator[None]:
    client, secret_id = world.stack.client("secretsmanager"), world.stack.output(output)
    client.delete_secret(SecretId=secret_id, RecoveryWindowInDays=30)
    try:
        yield
    finally:
        client.restore_secret(SecretId=secret_id)


@fault("the webhook secret was never filled", C.NO_WEBHOOK_CREDENTIALS, "the webhook secret is empty")
def _no_webhook_secret(world: World) -> Iterator[None]:
    with secret(world, "WebhookSecretArn", None):
        yield


@fault("the webhook secret has only a username", C.BAD_WEBHOOK_CREDENTIALS, "must hold hmac_secret, or username")
def _half_a_webhook_secret(world: World) -> Iterator[None]:
    with secret(world, "WebhookSecretArn", {"username": "cometchat"}):
        yield


@fault("somebody deleted the webhook secret", C.DELETION_SCHEDULED, "the secret webhook is scheduled for deletion")
def _webhook_secret_deleted(world: World) -> Iterator[None]:
    yield from _scheduled_for_deletion(world, "WebhookSecretArn")


@fault("somebody deleted the APNs key's secret", C.DELETION_SCHEDULED, "the secret apns-key is scheduled for deletion")
def _apns_secret_deleted(world: World) -> Iterator[None]:
    yield from _scheduled_for_deletion(world, "ApnsKeySecretArn")


@fault("the APNs key was never stored", C.APNS_KEY_MISSING, "the secret with Apple's key is empty")
def _no_apns_key(world: World) -> Iterator[None]:
    with secret(world, "ApnsKeySecretArn", None):
        yield


@fault("there is a key for sandbox only", C.APNS_KEY_MISSING, "there is no key for production")
def _sandbox_key_only(world: World) -> Iterator[None]:
    with secret(world, "ApnsKeySecretArn", {"sandbox": the_key(world)}):
        yield


@fault("the .p8 was stored with literal \\n", C.APNS_KEY_UNREADABLE, r"the two characters \n where its lines")
def _literal_newlines(world: World) -> Iterator[None]:
    yield from _with_key(world, private_key=the_key(world)["private_key"].replace("\n", "\\n"))


@fault("the .p8 was stored in base64", C.APNS_KEY_UNREADABLE, "is encoded in base64")
def _base64(world: World) -> Iterator[None]:
    encoded = base64.b64encode(the_key(world)["private_key"].encode()).decode()
    yield from _with_key(world, private_key=encoded)


@fault("the key id is wrong", C.APNS_KEY_UNKNOWN, "key id WRONGKEYID")
def _wrong_key_id(world: World) -> Iterator[None]:
    yield from _with_key(world, key_id="WRONGKEYID")


@fault("the team id is wrong", C.APNS_KEY_UNKNOWN, "team id WRONGTEAM1")
def _wrong_team_id(world: World) -> Iterator[None]:
    yield from _with_key(world, team_id="WRONGTEAM1")


@fault("the key is for sandbox only", C.APNS_KEY_OF_OTHER_ENVIRONMENT, "production: the key is for sandbox only")
def _sandbox_key(world: World) -> Iterator[None]:
    with key_at_apple(world, environments=["sandbox"]):
        yield


@fault("the key is for another app", C.APNS_TOPIC_REFUSED, "must not push to com.example.app.voip")
def _other_topic(world: World) -> Iterator[None]:
    with key_at_apple(world, topics=["com.example.other.voip"]):
        yield


@fault("APNs answers 503", C.APNS_OUT_OF_ORDER, "Apple is out of order, nothing to fix here")
def _apns_overloaded(world: World) -> Iterator[None]:
    yield from _apns(world, "answer", status=503, reason="ServiceUnavailable")


@fault("APNs answers nothing", C.APNS_UNREACHABLE, "APNs does not answer this machine")
def _apns_silent(world: World) -> Iterator[None]:
    yield from _apns(world, "silence")


@fault("APNs refuses with a reason that is new", C.APNS_REFUSES, "APNs answers 403 SomethingNew")
def _apns_refuses(world: World) -> Iterator[None]:
    yield from _apns(world, "answer", status=403, reason="SomethingNew")


def _apns(world: World, action: str, **fields: Any) -> Iterator[None]:
    added = world.apple.add_fault(action, environment="production", **fields)
    try:
        yield
    finally:
        world.apple.clear_faults(added)
