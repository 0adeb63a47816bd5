"""The APNs key: is it there, and does Apple take it for this topic in each environment?

Asked with one push for each environment, to a device token that no device has: "BadDeviceToken" means that APNs has
taken the key and the topic. It dislikes many such answers on a connection, so the connection is closed after it.
"""

import asyncio
import ssl
import time
import uuid
from collections.abc import Iterator

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.functions import live_variables
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_secret
from push.apns.client import Apns, VoipPush
from push.apns.host import ApnsHost
from push.apns.key import ApnsKey, ApnsKeySecret, ApnsKeyUnusable, parse_keys
from push.apns.outcomes import Accepted, Outcome, Rejected
from push.apns.provider_token import ProviderTokens
from push.config import Config
from shared.clock import now_ms
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment
from shared.secrets import Secret
from shared.settings import ConfigurationError

NO_DEVICE = "ff" * 32
_TIMEOUT_S = 10.0
_REPLACE = "make apns-key P8=AuthKey_….p8 KEY_ID=… TEAM_ID=…"
# What APNs says of the device, once it has taken key and topic. The last one of somebody who runs this in a loop.
_ABOUT_THE_DEVICE = ("BadDeviceToken", "DeviceTokenNotForTopic", "TooManyRequests")
_OTHER_ENVIRONMENT = ("BadEnvironmentKeyIdInToken", "BadEnvironmentKeyInToken")
_TOPIC = ("TopicDisallowed", "BadTopic", "MissingTopic")


def apns(stack: DeployedStack) -> Iterator[Finding]:
    text = read_secret(stack, "ApnsKeySecretArn")
    if not text:
        yield Problem(
            ProblemCode.APNS_KEY_MISSING, "the secret with Apple's key is empty: no phone can be rung", _REPLACE
        )
        return
    try:
        keys = parse_keys(text)
    except ApnsKeyUnusable as error:
        yield Problem(ProblemCode.APNS_KEY_UNREADABLE, f"no phone can be rung: {error}", f"{_REPLACE} ENVIRONMENT=both")
        return
    variables = live_variables(stack, "push")
    try:
        config = Config.read(variables)
        tls = ssl.create_default_context(cafile=config.apns_ca_file or None)
    except (ConfigurationError, OSError) as error:
        yield Problem(ProblemCode.NOT_EXAMINED, f"APNs was not asked: {error}", "put the push function in order first")
        return
    topics = [f"{bundle_id}.voip" for bundle_id in variables["BUNDLE_ID"].split(",")]
    default = live_variables(stack, "tokens").get("DEFAULT_APNS_ENVIRONMENT")
    for environment in APNS_ENVIRONMENTS:
        if environment not in keys:
            yield _no_key(environment, is_default=environment == default)
            continue
        for topic in topics:
            outcome = asyncio.run(_push(stack, config, tls, topic, environment))
            yield read_outcome(outcome, environment, keys[environment], topic)


async def _push(
    stack: DeployedStack, config: Config, tls: ssl.SSLContext, topic: str, environment: ApnsEnvironment
) -> Outcome:
    secret = Secret(stack.client("secretsmanager"), stack.output("ApnsKeySecretArn"), now_ms)
    host = ApnsHost(config.apns_urls[environment], tls, now_ms)
    apns = Apns({environment: host}, ApnsKeySecret(secret), ProviderTokens(now_ms))
    push = VoipPush(
        token=NO_DEVICE,
        topic=topic,
        apns_id=str(uuid.uuid4()),
        payload=b'{"aps":{}}',
        expires_at_s=int(time.time()) + 1,
    )
    try:
        return await apns.push(push, environment, timeout_s=_TIMEOUT_S)
    finally:
        await apns.new_connection(environment)
        await asyncio.sleep(0)


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
        case Rejected():
            return Problem(
                ProblemCode.APNS_REFUSES,
                f"{environment}: APNs answers {outcome.status} {outcome.reason}: {ids}",
                f"docs/apns-reasons.md: {outcome.reason or outcome.status}. Then make doctor again",
            )
    return Problem(
        ProblemCode.APNS_UNREACHABLE,
        f"{environment}: APNs did not answer ({outcome}). That is so from this machine; the functions have another way",
        "this machine must reach the host on port 443 without a proxy; https://developer.apple.com/system-status "
        "says whether Apple has a problem",
    )


def _no_key(environment: ApnsEnvironment, *, is_default: bool) -> Finding:
    whose = "Xcode installs" if environment == "sandbox" else "come from TestFlight and the App Store"
    what = f"there is no key for {environment}: apps that {whose} can't be rung"
    if is_default:
        return Problem(ProblemCode.APNS_KEY_MISSING, what, f"{_REPLACE} ENVIRONMENT={environment}")
    return Note(what)
