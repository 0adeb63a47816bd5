"""The secret with Apple's key, as an operator would write it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from push.apns.key import ApnsKey, parse_keys
from tests.support.apns.credentials import SigningKey

ROOT = Path(__file__).parents[3]


def secret_of(key: SigningKey) -> str:
    return json.dumps({"key_id": key.key_id, "team_id": key.team_id, "private_key": key.pem.decode()})


def secret_per_environment(production: SigningKey | None, sandbox: SigningKey | None) -> str:
    keys = {"production": production, "sandbox": sandbox}
    return json.dumps({name: json.loads(secret_of(key)) for name, key in keys.items() if key})


def apns_key(key: SigningKey) -> ApnsKey:
    return parse_keys(secret_of(key))["production"]


def tokens_of_fresh_processes(key: SigningKey, now_ms: list[int]) -> list[str]:
    """The provider token that a new process makes at each of these times."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT}"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.apns.fresh_provider_token", str(now)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for now in now_ms
    ]
    answers = [process.communicate(secret_of(key), timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return answers
