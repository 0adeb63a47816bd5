"""What holds for every request: who gets in, what is never logged, and that there is always an answer."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cometchat.samples import CREDENTIALS, basic, changed, sample, signature
from tests.support.functions.webhook import WebhookFunction
from tests.support.observed import observed

MARK = "Marker-4711"
WEBHOOKS = st.sampled_from(
    ["call_initiated", "call_cancelled", "signed_call_initiated", "call_ended", "custom_provider"]
)
BODIES = WEBHOOKS.map(lambda name: json.dumps(sample(name)).encode()) | st.binary(max_size=200)
HEADER_NAMES = st.sampled_from(["authorization", "Authorization", "x-cometchat-signature", "X-CometChat-Signature"])
PRESENTED = (
    st.text()
    | st.from_regex(r"\A[0-9a-f]{64}\Z")
    | st.builds("Basic {}".format, st.text())
    | st.builds(basic, st.text(), st.text())
)
HEADERS = st.dictionaries(HEADER_NAMES | st.text(), PRESENTED)

# The fixture is only read from, or set again by every example.
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(BODIES, HEADERS)
def test_nothing_is_queued_without_a_valid_credential(
    webhook: WebhookFunction, body: bytes, headers: dict[str, str]
) -> None:
    with observed():
        status, _ = webhook.post(body, headers, in_base64=True)

    assert status == 401
    assert webhook.sqs.sent == []


@relaxed
@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"trigger": text}).encode()))
def test_every_body_with_a_valid_credential_has_its_answer(webhook: WebhookFunction, body: bytes) -> None:
    with observed() as said:
        status, answer = webhook.post(body, {"x-cometchat-signature": signature(body)}, in_base64=True)

    assert (status, answer.get("result")) in [(400, None), (200, "ignored")]
    metrics = dict(said.counted)
    odd = metrics.pop("WebhookFieldsIgnored", 0)
    assert metrics == {"WebhooksByCurrentSecret": 1, "WebhooksIgnored" if status == 200 else "WebhooksInvalid": 1}
    assert odd == (status == 200 and not _is_utf_8(body))


def _is_utf_8(body: bytes) -> bool:
    return body.decode(errors="replace").encode() == body


@relaxed
@given(st.text(st.characters()) | st.none(), st.booleans(), HEADERS)
def test_no_event_is_an_unhandled_exception(
    webhook: WebhookFunction, body: str | None, in_base64: bool, headers: dict[str, str]
) -> None:
    with observed() as said:
        status, _ = webhook.post(body, headers, in_base64=in_base64)

    assert status in (400, 401)
    assert said.metrics["WebhooksMalformed" if status == 400 else "WebhooksUnauthorized"] == 1
    assert webhook.sqs.sent == []


MARKED_CALL = changed(
    sample("call_initiated"),
    data__call__sender=MARK,
    data__call__receiver=f"{MARK}-2",
    data__call__conversationId=f"{MARK}_user_{MARK}-2",
    data__call__data__entities__by__entity__name=MARK,
    data__call__data__entities__on__entity__sessionid=MARK,
)


@pytest.mark.parametrize(
    "webhook_body",
    [
        MARKED_CALL,
        changed(MARKED_CALL, trigger="call_rejected"),
        changed(MARKED_CALL, data__call__type=MARK),
        changed(MARKED_CALL, data__call__receiverType={MARK: MARK}),
        changed(MARKED_CALL, trigger=MARK),
        {MARK: MARK},
        [MARK],
    ],
)
@pytest.mark.parametrize("headers", ["signature", "basic", "wrong", "none"])
def test_no_log_line_holds_a_body_a_name_a_header_or_a_secret(
    webhook: WebhookFunction, webhook_body: Any, headers: str
) -> None:
    body = json.dumps(webhook_body).encode()
    presented = {
        "signature": {"x-cometchat-signature": signature(body)},
        "basic": {"authorization": basic()},
        "wrong": {"x-cometchat-signature": MARK, "authorization": basic(MARK, MARK), "user-agent": MARK},
        "none": {},
    }[headers]

    with observed() as said:
        webhook.post(body, presented)

    assert said.log
    assert MARK.lower() not in said.text.lower()
    for private in (*presented.values(), *CREDENTIALS.values()):
        assert private not in said.text
