"""AWS clients. From botocore, since `import boto3` costs a cold start half as much again and adds nothing used here."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

SERVICES = ("dynamodb", "secretsmanager", "sqs")


class _Loader(Loader):
    """Takes a service's model without looking through the folders of all the others first, which are some 400."""

    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Loader())
    return session


def client(service: str, *, connect_timeout_s: float = 1, read_timeout_s: float = 2, attempts: int = 3) -> Any:
    """A client that gives up in time. botocore's own defaults wait for 60 s and try five times."""
    return _session().create_client(
        service,
        config=Config(
            connect_timeout=connect_timeout_s,
            read_timeout=read_timeout_s,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            max_pool_connections=50,
            tcp_keepalive=True,
        ),
    )
