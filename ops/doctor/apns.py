"""The APNs key: is it there, and does Apple take it for this topic in each environment?

Asked with one push for each environment, to a device token that no device has: "BadDeviceToken" means that APNs has
taken the key and the topic. It dislikes many such answers on a connection, so the connection is closed after it.
"""

import asyncio
import ssl
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.functions import live_variables
from ops.doctor.webhook_secret import deletion_scheduled
from ops.errors import DeletionScheduled
from ops.stack.apns_key_repair import repaired
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_secret
from push.apns.client import Apns, VoipPush
from push.apns.http2 import Http2Transport
from push.apns.key import ApnsKey, ApnsKeySecret, parse_keys
from push.apns.outcomes import Accepted, Outcome, Rejected
from push.apns.provider_token import ProviderTokens
from push.config import Config
from push.errors import ApnsKeyUnusable
from shared.clock import now_ms
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.errors import ConfigurationError
from shared.secrets import Secret

NO_DEVICE = "ff" * 32
_TIMEOUT_S = 5.0
_REPLACE = "make apns-key P8=AuthKey_….p8 KEY_ID=… TEAM_ID=…"
# What APNs says of the device, once it has taken key and topic. The last one of somebody who runs this in a loop.
_ABOUT_THE_DEVICE = ("BadDeviceToken", "DeviceTokenNotForTopic", "TooManyRequests")
_OTHER_ENVIRONMENT = ("BadEnvironmentKeyIdInToken", "BadEnvironmentKeyInToken")
_TOPIC = ("TopicDisallowed", "BadTopic", "MissingTopic")


def apns(stack: DeployedStack) -> Iterator[Finding]:
    try:
        text = read_secret(stack, "ApnsKeySecretArn")
    except DeletionScheduled as error:
        yield deletion_scheduled(error, "apns-key", "no phone can be rung, within five minutes")
        return
    if not text:
        yield Problem(
            ProblemCode.APNS_KEY_MISSING, "the secret with Apple's key is empty: no phone can be rung", _REPLACE
        )
        return
    try:
        keys = parse_keys(text)
    except ApnsKeyUnusable as error:
        yield _unreadable(text, error)
        return
    variables = live_variables(stack, "push")
    try:
        config = Config.read(variables)
        tls = ssl.create_default_context(cafile=config.apns_ca_file or None)
    except (ConfigurationError, OSError) as error:
        yield Problem(ProblemCode.GONE, f"APNs was not asked: {error}", "put the push function in order first")
        return
    topics = [f"{bundle_id}.voip" for bundle_id in variables["BUNDLE_ID"].split(",")]
    default = live_variables(stack, "tokens").get("DEFAULT_APNS_ENVIRONMENT")
    asked = [(environment, topic) for environment in APNS_ENVIRONMENTS if environment in keys for topic in topics]
    outcomes = asyncio.run(_push_to_all(asked, partial(_push, stack, config, tls)))
    for environment in APNS_ENVIRONMENTS:
        if environment not in keys:
            yield _no_key(environment, is_default=environment == default)
        for topic in topics:
            if (environment, topic) in outcomes:
                yield read_outcome(outcomes[environment, topic], environment, keys[environment], topic)


def _unreadable(text: str, error: ApnsKeyUnusable) -> Problem:
    repair = repaired(text)
    if repair is None:
        remedy = f"{_REPLACE} ENVIRONMENT=both"
        return Problem(ProblemCode.APNS_KEY_UNREADABLE, f"no phone can be rung: {error}", remedy)
    return Problem(
        ProblemCode.APNS_KEY_UNREADABLE,
        f"no phone can be rung: {repair.what_is_wrong}",
        "make apns-key REPAIR=1 puts the same key into the secret as Apple's file has it",
    )


async def _push_to_all(
    asked: Sequence[tuple[ApnsEnvironment, str]],
    push: Callable[[ApnsEnvironment, str], Coroutine[None, None, Outcome]],
) -> dict[tuple[ApnsEnvironment, str], Outcome]:
    outcomes = await asyncio.gather(*(push(environment, topic) for environment, topic in asked))
    return dict(zip(asked, outcomes, strict=True))


async def _push(
    stack: DeployedStack, config: Config, tls: ssl.SSLContext, environment: ApnsEnvironment, topic: str
) -> Outcome:
    secret = Secret(stack.client("secretsmanager"), stack.output("ApnsKeySecretArn"), now_ms)
    transport = Http2Transport(config.apns_urls[environment], tls, now_ms)
    keys = ApnsKeySecret(secret, now_ms)
    apns = Apns(config.apns_urls, {environment: transport}, keys, ProviderTokens(now_ms))
    push = VoipPush(
        token=NO_DEVICE,
        topic=topic,
        apns_id=str(uuid.uuid4()),
        payload=b'{"aps":{}}',
        expires_at_s=int(time.time()) + 1,
    )
    try:
        return await apns.push(push, environment, write_within_s=_TIMEOUT_S, timeout_s=_TIMEOUT_S)
    finally:
        await transport.aclose()


def read_outcome(outcome: Outcome, environment: ApnsEnvironment, key: ApnsKey, topic: str) -> Finding:
    ids = f"key id {key.key_id}, team id {key.team_id}"
    match outcome:
        # 200 is what a server says that is not Apple's.
        case Accepted() | Rejected(status=410):
            return Ok(f"{environment}: APNs takes the key ({ids}) and the topic {topic}")
        case Rejected(reason=reason) if reason in _ABOUT_THE_DEVICE:
            return Ok(f"{environment}: APNs takes the key ({ids}) and the topic {topic}")
        case Rejected(reason="InvalidProviderToken"):
            return Problem(
                ProblemCode.APNS_KEY_UNKNOWN,
                f"{environment}: APNs does not know the key (403 InvalidProviderToken): wrong key id, wrong team id, "
                f"another key's .p8 file, or revoked. The secret has {ids}",
                "developer.apple.com -> Certificates, Identifiers & Profiles -> Keys: the key id must be in that list, "
                f"and the team id the one at the top right of the page. Then {_REPLACE}",
            )
        case Rejected(reason=reason) if reason in _OTHER_ENVIRONMENT:
            other = "sandbox" if environment == "production" else "production"
            return Problem(
                ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT,
                f"{environment}: the key is for {other} only (403 {reason}): {ids}",
                f"put it in as the one of {other} ({_REPLACE} ENVIRONMENT={other}), and make one for {environment} "
                "at developer.apple.com if phones of that environment are to ring",
            )
        case Rejected(reason=reason) if reason in _TOPIC:
            return Problem(
                ProblemCode.APNS_TOPIC_REFUSED,
                f"{environment}: the key must not push to {topic} ({outcome.status} {reason}): {ids}",
                "the parameter BundleId must be the app's bundle id, without .voip, and the app be of the key's team; "
                "a topic-specific key must have this topic. make deploy PARAMETERS=BundleId=… changes it",
            )
        case Rejected(status=status) if status >= 500:
            return Problem(
                ProblemCode.APNS_OUT_OF_ORDER,
                f"{environment}: Apple is out of order, nothing to fix here: APNs answers {status} {outcome.reason}",
                "wait: calls are tried again for as long as they ring. https://developer.apple.com/system-status",
            )
        case Rejected():
            return Problem(
                ProblemCode.APNS_REFUSES,
                f"{environment}: APNs answers {outcome.status} {outcome.reason}: {ids}",
                f"docs/apns-reasons.md says what {outcome.reason or outcome.status} means; then make doctor again",
            )
    return Problem(
        ProblemCode.APNS_UNREACHABLE,
        f"{environment}: APNs does not answer this machine ({outcome})",
        "compare with the functions: if make logs shows pushes accepted, it is this machine's network, which must "
        "reach APNs on port 443 without a proxy; if not, https://developer.apple.com/system-status",
    )


def _no_key(environment: ApnsEnvironment, *, is_default: bool) -> Finding:
    whose = "Xcode installs" if environment == "sandbox" else "come from TestFlight and the App Store"
    what = f"there is no key for {environment}: apps that {whose} can't be rung"
    if is_default:
        return Problem(ProblemCode.APNS_KEY_MISSING, what, f"{_REPLACE} ENVIRONMENT={environment}")
    return Note(what)
