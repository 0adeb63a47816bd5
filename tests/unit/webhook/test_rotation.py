"""A secret that changes while requests come in: a rotation refuses nobody, and Secrets Manager is left in peace."""

import json
from typing import Any

import pytest

from tests.support.aws.secrets_manager import client_error
from tests.support.cometchat.samples import CREDENTIALS, basic, sample, signature
from tests.support.functions.webhook import WebhookFunction
from tests.support.observed import observed
from webhook.receive import MIN_REFRESH_MS
from webhook.secret import CACHE_TTL_MS

BODY = json.dumps(sample("call_initiated")).encode()
OLD, NEW, NEWER = json.dumps(CREDENTIALS), '{"hmac_secret": "new"}', '{"hmac_secret": "newer"}'


def post(webhook: WebhookFunction, **headers: str) -> int:
    status: int = webhook.post(BODY, {name.replace("_", "-"): value for name, value in headers.items()})[0]
    return status


def signed_with(webhook: WebhookFunction, secret: str) -> int:
    return post(webhook, x_cometchat_signature=signature(BODY, secret))


def rotate(webhook: WebhookFunction, current: str, previous: str) -> None:
    webhook.secrets_manager.versions = {"AWSCURRENT": current, "AWSPREVIOUS": previous}


def test_after_a_rotation_both_versions_let_in_at_once_and_each_is_counted(webhook: WebhookFunction) -> None:
    assert signed_with(webhook, CREDENTIALS["hmac_secret"]) == 200
    rotate(webhook, NEW, OLD)
    webhook.clock.pass_ms(MIN_REFRESH_MS)

    with observed() as said:
        assert signed_with(webhook, "new") == 200
        assert signed_with(webhook, CREDENTIALS["hmac_secret"]) == 200
        assert post(webhook, authorization=basic()) == 200
    assert said.counted == {"WebhooksByCurrentSecret": 1, "WebhooksByPreviousSecret": 2, "CallsQueued": 3}


def test_a_kind_of_credential_that_is_new_works_at_once(webhook: WebhookFunction) -> None:
    rotate(webhook, NEW, NEW)
    assert post(webhook, authorization=basic()) == 401
    rotate(webhook, OLD, NEW)
    webhook.clock.pass_ms(MIN_REFRESH_MS)

    assert post(webhook, authorization=basic()) == 200


def test_when_both_versions_are_replaced_the_old_one_is_out(webhook: WebhookFunction) -> None:
    """At once where somebody presents a new one, else when the version at hand has grown old."""
    assert signed_with(webhook, CREDENTIALS["hmac_secret"]) == 200
    rotate(webhook, NEWER, NEW)
    webhook.clock.pass_ms(MIN_REFRESH_MS)
    assert signed_with(webhook, "newer") == 200
    assert signed_with(webhook, CREDENTIALS["hmac_secret"]) == 401

    rotate(webhook, "{}", "{}")
    webhook.clock.pass_ms(CACHE_TTL_MS)
    assert signed_with(webhook, "newer") == 503


@pytest.mark.parametrize("headers", [{"x_cometchat_signature": "0" * 64}, {"authorization": basic("x")}])
def test_wrong_credentials_do_not_drive_secrets_manager(webhook: WebhookFunction, headers: dict[str, str]) -> None:
    for _ in range(50):
        assert post(webhook, **headers) == 401
    assert webhook.secrets_manager.asked == ["AWSCURRENT", "AWSPREVIOUS"]

    webhook.clock.pass_ms(MIN_REFRESH_MS)
    for _ in range(50):
        assert post(webhook, **headers) == 401
    assert webhook.secrets_manager.asked == ["AWSCURRENT", "AWSPREVIOUS"] * 2


def test_a_right_credential_asks_for_one_version(webhook: WebhookFunction) -> None:
    for _ in range(50):
        assert post(webhook, authorization=basic()) == 200
    assert webhook.secrets_manager.asked == ["AWSCURRENT"]


def test_without_any_credential_nothing_is_looked_up_again(webhook: WebhookFunction) -> None:
    assert post(webhook) == 401
    webhook.clock.pass_ms(MIN_REFRESH_MS)

    assert post(webhook) == 401
    assert webhook.secrets_manager.asked == ["AWSCURRENT", "AWSPREVIOUS"]


@pytest.mark.parametrize("failure", [client_error("InternalServiceError", "GetSecretValue")])
def test_while_secrets_manager_is_down_the_version_at_hand_decides(webhook: WebhookFunction, failure: Any) -> None:
    assert post(webhook, authorization=basic()) == 200
    assert post(webhook, authorization=basic("x")) == 401
    webhook.secrets_manager.failure = failure
    webhook.clock.pass_ms(10 * CACHE_TTL_MS)

    assert post(webhook, authorization=basic()) == 200
    assert post(webhook, authorization=basic("x")) == 401
