"""AWS clients. From botocore, since `import boto3` costs a cold start half as much again and adds nothing used here."""

import json
import os
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from shared.time_limits import TimeLimits

SERVICES = ("dynamodb", "secretsmanager", "sqs")
CONNECTIONS = 32
"""As many as push has threads: each request holds one of both."""


class NotAnAnswer(BotoCoreError):
    """What came back is not from AWS."""

    fmt = "the answer is not JSON"


class _Loader(Loader):
    """botocore's data without what takes time and is not used here."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Without looking through the folders of all the others, which are some 400."""
        return list(SERVICES)

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Without 1.2 MB of where services were before each came with rules for that, which are what counts.

        What the rules do not say follows from the partition: tests hold it against the whole for every region.
        """
        return (self._partitions_only(), "") if name == "endpoints" else super().load_data_with_path(name)

    def _partitions_only(self) -> dict[str, Any]:
        defaults = {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]}
        return {
            "partitions": [
                {
                    "partition": partition["id"],
                    "dnsSuffix": partition["outputs"]["dnsSuffix"],
                    "regionRegex": partition["regionRegex"],
                    "regions": partition["regions"],
                    "defaults": defaults,
                    "services": {},
                }
                for partition in self.load_data("partitions")["partitions"]
            ]
        }


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Loader())
    return session


def client(service: str, limits: TimeLimits) -> Any:
    """A client that gives up in time, sends what it is given unchecked, and says little about itself.

    Checking requests and telling the user agent cost a fifth of a call's CPU; tests see every request that we make.
    """
    made = _session().create_client(
        service,
        config=Config(
            connect_timeout=limits.connect_s,
            read_timeout=limits.read_s,
            retries={"total_max_attempts": limits.attempts, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
            parameter_validation=False,
            tcp_keepalive=True,
            # The function's name, so that CloudTrail tells whose call it was.
            user_agent=f"cometchat-voip-push app/{os.environ.get('AWS_SDK_UA_APP_ID', '')}",
            proxies={},  # whatever the environment says: APNs can't be reached through one either
        ),
    )
    made.meta.events.register("before-parse", _refuse_what_is_not_json)
    return made


def _refuse_what_is_not_json(response_dict: Mapping[str, Any], operation_model: Any, **_: object) -> None:
    """botocore would take it for an answer without fields: no item, an empty secret, a message that is queued."""
    if response_dict["status_code"] != HTTPStatus.OK or operation_model.output_shape is None:
        return
    try:
        json.loads(response_dict["body"])
    except ValueError:
        raise NotAnAnswer from None
