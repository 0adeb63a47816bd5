"""`stack.json`: addresses of the running local stack, and credentials to act as CometChat and as an iPhone."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from apns_simulator.files import write_atomically
from ops.errors import InvalidStackDescription


@dataclass(frozen=True, slots=True)
class WebhookCredentials:
    hmac_secret: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class JwtSigner:
    """What the phones' JWTs are signed with; uid goes into the claim `uid_claim`."""

    private_key_file: str
    algorithm: str
    kid: str
    issuer: str
    audience: str
    uid_claim: str


@dataclass(frozen=True, slots=True)
class Apns:
    """`url` is for the production environment. Without a `control_url` it is not our simulator."""

    url: str
    sandbox_url: str
    ca_file: str
    key_file: str
    key_id: str
    team_id: str
    topic: str
    control_url: str | None


@dataclass(frozen=True, slots=True)
class Tables:
    devices: str
    calls: str


@dataclass(frozen=True, slots=True)
class Queues:
    """URLs."""

    calls: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class LogGroups:
    webhook: str
    push: str
    tokens: str
    calls: str
    authorizer: str


@dataclass(frozen=True, slots=True)
class CometChatApi:
    """A stand-in for CometChat's REST API, which knows the members of groups."""

    url: str
    rest_api_key: str


@dataclass(frozen=True, slots=True)
class StackDescription:
    webhook_url: str
    tokens_url: str
    calls_url: str
    webhook: WebhookCredentials
    jwt: JwtSigner
    apns: Apns
    cometchat_api: CometChatApi
    aws_endpoint_url: str
    aws_region: str
    stack_name: str
    tables: Tables
    queues: Queues
    log_groups: LogGroups
    page_url: str
    """The web page that shows phones and calls."""
    pid: int

    def write(self, path: Path) -> None:
        write_atomically(path, json.dumps(asdict(self), indent=2).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises `InvalidStackDescription`, or `OSError` when the file can't be read."""
        try:
            fields: dict[str, Any] = json.loads(path.read_text())
            return cls(
                **{
                    **fields,
                    "webhook": WebhookCredentials(**fields["webhook"]),
                    "jwt": JwtSigner(**fields["jwt"]),
                    "apns": Apns(**fields["apns"]),
                    "cometchat_api": CometChatApi(**fields["cometchat_api"]),
                    "tables": Tables(**fields["tables"]),
                    "queues": Queues(**fields["queues"]),
                    "log_groups": LogGroups(**fields["log_groups"]),
                }
            )
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidStackDescription(f"{path} is not the description of a running stack: {error!r}") from error
