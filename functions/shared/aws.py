"""AWS clients. From botocore, since `import boto3` costs a cold start half as much again and adds nothing used here."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

SERVICES = ("dynamodb", "secretsmanager", "sqs")


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
