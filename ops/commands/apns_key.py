"""make apns-key: Apple's .p8 file, checked and put into the stack's secret."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ops.errors import InvalidSetting
from ops.stack.apns_key_repair import repaired
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_secret, write_secret
from push.apns.key import parse_keys
from push.errors import ApnsKeyUnusable
from shared.devices import APNS_ENVIRONMENTS, ApnsEnvironment

type Scope = ApnsEnvironment | Literal["both", ""]
"""What the key is for. Empty: both, unless the secret holds a key for each."""

type Entry = Mapping[str, str]

_OUTPUT = "ApnsKeySecretArn"
_APPLES_FILE_NAME = re.compile(r"AuthKey_([A-Z0-9]{10})(?: ?\(\d+\))?\.p8")


def apns_key(stack: DeployedStack, file: Path, key_id: str, team_id: str, scope: Scope) -> int:
    """Raises `InvalidSetting`; then nothing was changed."""
    entry = read_key(file.expanduser(), key_id, team_id)  # zsh leaves the ~ of P8=~/… as it is
    before = read_secret(stack, _OUTPUT)
    value = merged(before, entry, scope)
    write_secret(stack, _OUTPUT, value)
    for name, key in parse_keys(json.dumps(value)).items():
        print(f"{name:10}  key {key.key_id} of team {key.team_id}{'' if key.key_id == key_id else ', unchanged'}")
    if before:
        print("The former content stays as the secret's previous version (AWSPREVIOUS).")
    print("Running functions use it within 5 minutes, or as soon as Apple refuses the key that they have.")
    print("make doctor checks that Apple accepts it.")
    return 0


def repair_apns_key(stack: DeployedStack) -> int:
    """The key in the secret, in the form of Apple's file. Raises `InvalidSetting`; then nothing was changed."""
    repair = repaired(read_secret(stack, _OUTPUT))
    if repair is None:
        raise InvalidSetting("there is nothing in the secret that could be repaired; make doctor says what is wrong")
    write_secret(stack, _OUTPUT, repair.value)
    print(f"Repaired: {repair.what_is_wrong}.")
    print("The former content stays as the secret's previous version (AWSPREVIOUS). make doctor checks the key.")
    return 0


def read_key(file: Path, key_id: str, team_id: str) -> dict[str, str]:
    """What the secret says of one key. Raises `InvalidSetting`, with all that is wrong."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"P8={file} can't be read as text: {error}") from error
    entry = {"key_id": key_id, "team_id": team_id, "private_key": text}
    problems = []
    try:
        parse_keys(json.dumps(entry))
    except ApnsKeyUnusable as error:
        problems.append(str(error).replace("key_id", "KEY_ID").replace("team_id", "TEAM_ID"))
    named = _APPLES_FILE_NAME.fullmatch(file.name)
    if named and named[1] != key_id:
        problems.append(f"{file.name} is the file of key {named[1]}, and KEY_ID={key_id}")
    if key_id == team_id:
        problems.append("KEY_ID and TEAM_ID are the same; the team id is at the top right of Apple's page")
    if problems:
        raise InvalidSetting("; ".join(problems).replace("private_key", f"P8={file}"))
    return entry


def merged(before: str, entry: Entry, scope: Scope) -> dict[str, Any]:
    """The secret's new value, with the other environment's key as it was. Raises `InvalidSetting`."""
    if scope == "both" or not before:
        return {scope: entry} if scope in APNS_ENVIRONMENTS else dict(entry)
    try:
        parse_keys(before)
    except ApnsKeyUnusable as error:
        if scope:
            raise InvalidSetting(
                f"what the secret holds can't be kept for the other environment ({error}); "
                "ENVIRONMENT=both replaces all of it"
            ) from error
        return dict(entry)
    kept: dict[str, Any] = json.loads(before)
    per_environment: dict[str, Any] = {name: kept[name] for name in APNS_ENVIRONMENTS if name in kept}
    if not scope and per_environment:
        raise InvalidSetting(
            f"the secret holds a key for {' and one for '.join(per_environment)}: "
            "which one is this? ENVIRONMENT=production, sandbox, or both to replace them"
        )
    if not scope:
        return dict(entry)
    return {**(per_environment or dict.fromkeys(APNS_ENVIRONMENTS, kept)), scope: entry}
