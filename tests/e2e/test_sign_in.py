"""Who a phone is, over HTTP against the deployed stack: CometChat's auth tokens, and what API Gateway's cache means."""

import time

import httpx
import pytest

from authorizer.jwts import LEEWAY_S
from local.phones import phone
from local.phones.credentials import sign_jwt
from ops.stack.description import StackDescription
from shared.device_tokens import device_hash
from tests.support.stack.auth_tokens import auth_tokens
from tests.support.stack.calls import a_user, ring
from tests.support.stack.tokens_api import request


def register(stack: StackDescription, credential: str, device_token: str = "ab" * 32) -> int:
    return request(stack, "PUT", jwt=credential, body={"token": device_token}).status_code


def test_a_phone_may_sign_in_with_its_users_cometchat_auth_token(stack: StackDescription) -> None:
    uid, device_token = a_user(), phone.new_device_token()
    token = auth_tokens(stack, "POST", uid)["authToken"]

    assert register(stack, token, device_token) == 200
    assert ring(stack, uid).rung == {device_hash(device_token)}


def test_a_token_that_cometchat_never_gave_out(stack: StackDescription) -> None:
    uid = a_user()
    token = auth_tokens(stack, "POST", uid)["authToken"]

    assert register(stack, token[:-1] + ("0" if token[-1] != "0" else "1")) == 403
    assert register(stack, f"other-{token}") == 403


def test_a_credential_is_good_for_another_60_s_where_api_gateway_has_seen_it(stack: StackDescription) -> None:
    """API Gateway keeps the authorizer's answers by Authorization header, and decides alone for that long."""
    uid = a_user()
    seen, unseen = (auth_tokens(stack, "POST", uid)["authToken"] for _ in range(2))
    expiring = {name: sign_jwt(stack.jwt, uid, life_s=life_s) for name, life_s in (("seen", 0), ("unseen", 1))}
    expires_at_s = time.time() + 1
    assert register(stack, seen) == register(stack, expiring["seen"]) == 200

    for token in (seen, unseen):
        auth_tokens(stack, "DELETE", uid, token)
    time.sleep(max(0, expires_at_s + LEEWAY_S + 1 - time.time()))

    assert register(stack, seen) == register(stack, expiring["seen"]) == 200
    assert register(stack, unseen) == register(stack, expiring["unseen"]) == 403


@pytest.mark.parametrize("scheme", ["Basic", "Digest", ""])
def test_another_scheme(stack: StackDescription, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {sign_jwt(stack.jwt, 'bob')}".strip()}
    response = httpx.put(stack.tokens_url, json={"token": "ab" * 32}, headers=headers, trust_env=False)

    assert response.status_code == 403
