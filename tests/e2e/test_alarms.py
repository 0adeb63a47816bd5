"""For every alarm on a metric of ours: what it is there for happens, and the metric comes as the alarm watches it.

The emulator takes no metrics out of logs, so CloudWatch's part is done here: the functions' own log lines, in the
embedded metric format, are matched by namespace, name and dimensions, and compared with the alarm's statistic and
threshold.
"""

import json
import time
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.credentials import sign_jwt
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.calls.tracker import TrackedCall
from ops.commands.dead_letters import DeadLetters, dead_letters
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from tests.support.aws.emf import Sample, samples
from tests.support.aws.function_logs import log_lines
from tests.support.aws.function_variants import variant
from tests.support.aws.monitoring import OURS, Alarm, Metric, alarms
from tests.support.aws.template import load_template
from tests.support.http_events import http_event
from tests.support.stack.calls import a_user, deliver
from tests.support.stack.documented_samples import sample_to
from tests.support.stack.webhook_api import post

PHONES = 10  # as many as a user may have, and as many answers as the shares ask for
WITHIN_S = 20.0

ALARMS = {alarm.id: alarm for alarm in alarms(load_template())}


class Provocations:
    """Each makes happen what an alarm is for, on the stack that all tests share, and leaves it as it was."""

    def __init__(self, stack: StackDescription, directory: StackDirectory) -> None:
        self._stack = stack
        self._directory = directory
        self._simulator = SimulatorClient(stack.apns.control_url or "")

    def nobody_signs_the_webhooks(self) -> None:
        unsigned = webhooks.Webhook(webhooks.example(self._stack.webhook).body, {})
        for _ in range(5):
            assert post(self._stack, unsigned).status_code == 401

    def a_body_is_no_webhook(self) -> None:
        unreadable = webhooks.authenticated(b"{}", self._stack.webhook)
        for _ in range(3):
            assert post(self._stack, unreadable).status_code == 400

    def calls_end_that_never_began(self) -> None:
        for _ in range(5):
            call = webhooks.new_call("alice", a_user(), "audio")
            ended = end_webhooks.ended(call, int(time.time() * 1000), self._stack.webhook)
            assert post(self._stack, ended).status_code == 200

    def phones_have_jwts_of_another_issuer(self) -> None:
        headers = {"authorization": f"Bearer {sign_jwt(self._stack.jwt, 'bob')}"}
        with variant(self._stack, self._directory, "authorizer", {"TOKEN_ISSUER": "https://other.example"}) as refusing:
            for _ in range(20):
                assert refusing(http_event("PUT /voip-tokens", None, headers)) == {"isAuthorized": False}

    def the_webhook_secret_is_empty(self) -> None:
        secret = emulated_aws.client("secretsmanager", self._stack.aws_endpoint_url).create_secret(
            Name=f"empty-{a_user()}"
        )
        sent = webhooks.example(self._stack.webhook)
        event = http_event(
            "POST /webhooks/call", sent.body, {name.lower(): text for name, text in sent.headers.items()}
        )
        with variant(self._stack, self._directory, "webhook", {"WEBHOOK_SECRET_ARN": secret["ARN"]}) as webhook:
            assert webhook(event)["statusCode"] == 503

    def calls_come_a_minute_late(self) -> None:
        for _ in range(3):
            body = sample_to(a_user(), "call_initiated")
            body["data"]["call"]["sentAt"] -= 60
            late = webhooks.with_basic_authentication(json.dumps(body).encode(), self._stack.webhook)
            call = deliver(self._stack, late)
            assert call.settled
            assert call.settled.fields["result"] == "stale"

    def apns_refuses_our_topic(self) -> None:
        [token] = self._phones(1)
        self._simulator.add_fault("answer", device_token=token.token, status=400, reason="TopicDisallowed", count=1)
        call = self._ring(token.uid)
        assert call.dead_letters == 1
        sqs = emulated_aws.client("sqs", self._stack.aws_endpoint_url)
        letters = DeadLetters(sqs, self._stack.queues.dead_letters, self._stack.queues.calls)
        dead_letters(letters, again=(), purge=["all"])

    def apns_knows_none_of_the_phones(self) -> None:
        phones = self._phones(PHONES)
        # In production and then in sandbox.
        faults = [
            self._simulator.add_fault("answer", device_token=each.token, status=400, reason="BadDeviceToken", count=2)
            for each in phones
        ]
        assert not self._ring(phones[0].uid).rung
        assert not set(faults) & {fault["id"] for fault in self._simulator.faults()}

    def apns_does_not_answer_at_first(self) -> None:
        [slow] = self._phones(1)
        self._simulator.add_fault("silence", device_token=slow.token, count=1)
        assert self._ring(slow.uid).rung

    def apns_never_answers(self) -> None:
        phones = self._phones(3)
        for each in phones:
            self._simulator.add_fault("silence", device_token=each.token, count=2)
        assert not self._ring(phones[0].uid).rung

    def the_issuer_is_out_of_reach(self) -> None:
        self._authorize({"TOKEN_JWKS_URL": "http://127.0.0.1:1/jwks.json"}, sign_jwt(self._stack.jwt, "bob"))

    def cometchat_is_out_of_reach(self) -> None:
        self._authorize({"COMETCHAT_API_URL": "http://127.0.0.1:1/v3"}, f"bob_{'0' * 40}")

    def the_stack_has_no_token_settings(self) -> None:
        self._authorize({"TOKEN_ISSUER": ""}, sign_jwt(self._stack.jwt, "bob"))

    def _authorize(self, variables: dict[str, str], token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        with variant(self._stack, self._directory, "authorizer", variables) as authorizer:
            answer = authorizer(http_event("PUT /voip-tokens", None, headers))
        assert answer.get("isAuthorized") is not True

    def _phones(self, count: int) -> list[Phone]:
        uid = a_user()
        phones = [Phone(uid, phone.new_device_token(), "production") for _ in range(count)]
        for each in phones:
            phone.register(self._stack, each)
        return phones

    def _ring(self, callee: str) -> TrackedCall:
        call = webhooks.new_call("alice", callee, "audio")
        return deliver(self._stack, webhooks.webhook("documented", call, self._stack.webhook))


PROVOKES: dict[str, Callable[[Provocations], None]] = {
    "WebhooksUnauthorized": Provocations.nobody_signs_the_webhooks,
    "WebhooksInvalid": Provocations.a_body_is_no_webhook,
    "CallEndsNoted": Provocations.calls_end_that_never_began,
    "CallsQueued": Provocations.calls_end_that_never_began,
    "WebhooksByCurrentSecret": Provocations.nobody_signs_the_webhooks,
    "WebhooksByPreviousSecret": Provocations.nobody_signs_the_webhooks,
    "TokensRefused": Provocations.phones_have_jwts_of_another_issuer,
    "WebhookSecretUnusable": Provocations.the_webhook_secret_is_empty,
    "CallsStale": Provocations.calls_come_a_minute_late,
    "ApnsConfigurationErrors": Provocations.apns_refuses_our_topic,
    "PushesUnconfirmed": Provocations.apns_never_answers,
    "PushesRejected": Provocations.apns_knows_none_of_the_phones,
    "BadDeviceTokens": Provocations.apns_knows_none_of_the_phones,
    "RingLatency": Provocations.apns_does_not_answer_at_first,
    "JwksUnavailable": Provocations.the_issuer_is_out_of_reach,
    "CometChatTokensUnavailable": Provocations.cometchat_is_out_of_reach,
    "AuthorizerNotConfigured": Provocations.the_stack_has_no_token_settings,
}


def watched() -> Iterator[tuple[str, str]]:
    for alarm in ALARMS.values():
        yield from ((alarm.id, name) for name in {each.name for each in alarm.metrics if each.namespace == OURS})


@pytest.fixture(scope="module")
def happened(stack: StackDescription, stack_directory: StackDirectory) -> Callable[[str], int]:
    """Makes happen, once, what the metric is for; returns since when."""
    provocations = Provocations(stack, stack_directory)

    @cache
    def once(provoke: Callable[[Provocations], None]) -> int:
        since_ms = int(time.time() * 1000)
        provoke(provocations)
        return since_ms

    return lambda metric: once(PROVOKES[metric])


@pytest.mark.parametrize(("alarm_id", "name"), sorted(watched()))
def test_what_an_alarm_is_for_raises_it(
    stack: StackDescription, happened: Callable[[str], int], alarm_id: str, name: str
) -> None:
    alarm = ALARMS[alarm_id]
    [metric, *_] = [each for each in alarm.metrics if each.name == name]

    since_ms = happened(name)

    others = [each for each in alarm.metrics if each.name != name] if _calculates(alarm) else []

    def all_of_them(values: list[float]) -> dict[str, list[float]]:
        return {name: values} | {each.name: emitted(stack, each, since_ms, until=bool) for each in others}

    values = emitted(stack, metric, since_ms, until=lambda found: alarm.is_raised_by(all_of_them(found)))
    assert alarm.is_raised_by(all_of_them(values)), f"{name}: {values}"


def _calculates(alarm: Alarm) -> bool:
    """With several metrics that it needs all, unlike a sum of whatever there is."""
    return len(alarm.metrics) > 1 and "METRICS()" not in alarm.expression


def test_an_ordinary_call_raises_nothing(stack: StackDescription) -> None:
    since_ms = int(time.time() * 1000)
    callee = Phone(a_user(), phone.new_device_token())
    phone.register(stack, callee)

    call = deliver(stack, webhooks.webhook("documented", webhooks.new_call("a", callee.uid, "audio"), stack.webhook))

    assert call.rung
    accepted = Metric(OURS, "PushesAccepted", {"service": "push"}, "Sum")
    assert emitted(stack, accepted, since_ms, until=any) == [1.0]
    counts = [alarm for alarm in ALARMS.values() if alarm.metrics[0].namespace == OURS and not is_latency(alarm)]
    found = of_services(stack, since_ms)
    raised = [
        alarm.id
        for alarm in counts
        if alarm.is_raised_by({each.name: matching(found, each, stack) for each in alarm.metrics})
    ]
    assert raised == []


def test_the_emulator_has_the_plain_alarms_and_the_dashboard(stack: StackDescription) -> None:
    cloudwatch = emulated_aws.client("cloudwatch", stack.aws_endpoint_url)
    deployed = {alarm["AlarmName"]: alarm for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    plain = [alarm for alarm in ALARMS.values() if not alarm.expression]
    dashboard = cloudwatch.get_dashboard(DashboardName=stack.stack_name)["DashboardBody"]

    assert deployed.keys() == {f"{stack.stack_name}-{alarm.id}" for alarm in plain}
    dimensions = {alarm.id: deployed[f"{stack.stack_name}-{alarm.id}"]["Dimensions"] for alarm in plain}
    assert dimensions["DeadLettersAlarm"] == [{"Name": "QueueName", "Value": stack.queues.dead_letters.split("/")[-1]}]
    assert {"Name": "ApiId", "Value": stack.webhook_url.split("/")[-3]} in dimensions["WebhookErrorsAlarm"]
    assert {widget["properties"]["title"] for widget in json.loads(dashboard)["widgets"]} >= {"Calls", "Phones"}
    assert "${" not in dashboard


def is_latency(alarm: Alarm) -> bool:
    """It may be raised on a slow machine."""
    return alarm.metrics[0].name == "RingLatency"


def emitted(
    stack: StackDescription, metric: Metric, since_ms: int, *, until: Callable[[list[float]], bool]
) -> list[float]:
    """Values that were emitted since then, exactly under this namespace, name and dimensions."""
    deadline = time.monotonic() + WITHIN_S
    while not until(values := matching(of_services(stack, since_ms), metric, stack)) and time.monotonic() < deadline:
        time.sleep(0.3)
    return values


def of_services(stack: StackDescription, since_ms: int) -> list[Sample]:
    groups = (stack.log_groups.webhook, stack.log_groups.push, stack.log_groups.authorizer)
    return [sample for group in groups for sample in samples(log_lines(stack, group)) if sample.at_ms >= since_ms]


def matching(found: list[Sample], metric: Metric, stack: StackDescription) -> list[float]:
    namespace = metric.namespace.replace("${AWS::StackName}", stack.stack_name)
    return [
        sample.value
        for sample in found
        if (sample.namespace, sample.name, sample.dimensions) == (namespace, metric.name, metric.dimensions)
    ]
