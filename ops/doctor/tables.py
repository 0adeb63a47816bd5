"""The tables: are they there, can they be read, and would their data survive a mistake?"""

from collections.abc import Iterator
from typing import Any

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from shared.devices import device_key

_NOBODY = "doctor"
_TTL_ATTRIBUTE = "expires_at"


def tables(stack: DeployedStack) -> Iterator[Finding]:
    client = stack.client("dynamodb")
    keys = {"devices": ("uid", stack.tables.devices), "calls": ("call", stack.tables.calls)}
    for name, (key, table) in keys.items():
        try:
            client.query(
                TableName=table,
                ConsistentRead=True,
                Limit=1,
                KeyConditionExpression="#key = :key",
                ExpressionAttributeNames={"#key": key},
                ExpressionAttributeValues={":key": device_key(_NOBODY, "")["uid"]},
            )
        except client.exceptions.ResourceNotFoundException:
            yield _gone(name, table)
        else:
            yield from list(_settings(client, name, table)) or [Ok(f"table {table} can be read; TTL and backups on")]


def _gone(name: str, table: str) -> Problem:
    loss = "every phone must register again" if name == "devices" else "calls ring twice or not at all"
    return Problem(
        ProblemCode.TABLE_GONE,
        f"the {name} table does not exist: no call rings, and {loss} if it is not restored ({table})",
        f"aws dynamodb list-backups --table-name {table} --backup-type SYSTEM, then restore-table-from-backup "
        f"--target-table-name {table}",
        about=name,
    )


def _settings(client: Any, name: str, table: str) -> Iterator[Finding]:
    ttl = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING") or ttl.get("AttributeName") != _TTL_ATTRIBUTE:
        yield Problem(
            ProblemCode.VALUE_CHANGED,
            f"table {name}: time to live is {ttl.get('TimeToLiveStatus', 'unknown')} "
            f"on {ttl.get('AttributeName', 'no attribute')}; template.yaml has it enabled on {_TTL_ATTRIBUTE}",
            f"aws dynamodb update-time-to-live --table-name {table} "
            f"--time-to-live-specification Enabled=true,AttributeName={_TTL_ATTRIBUTE}",
            about=name,
        )
    backups = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    status = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    if status != "ENABLED":
        yield Problem(
            ProblemCode.VALUE_CHANGED,
            f"table {name}: point-in-time recovery is {status or 'unknown'}; template.yaml has it enabled",
            f"aws dynamodb update-continuous-backups --table-name {table} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
            about=name,
        )
