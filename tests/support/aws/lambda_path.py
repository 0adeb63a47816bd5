"""A built function as Lambda would see it, in a process of its own: its code, its layers and the runtime's packages."""

import os
import subprocess
import sys
from pathlib import Path

import certifi

# What comes with Lambda's Python.
RUNTIME_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
LAYERS = {
    "webhook": ("BaseLayer",),
    "push": ("BaseLayer", "ApnsLayer"),
    "tokens": ("BaseLayer",),
    "calls": ("BaseLayer",),
    "authorizer": ("BaseLayer", "ApnsLayer"),
}
# All that any of the functions has to be told.
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "VoipPush",
    "POWERTOOLS_SERVICE_NAME": "test",
    "CALLS_QUEUE_URL": "https://sqs.example/calls",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.example/dead-letters",
    "WEBHOOK_SECRET_ARN": "webhook",
    "APNS_KEY_SECRET_ARN": "apns-key",
    "DEVICES_TABLE": "devices",
    "CALLS_TABLE": "calls",
    "BUNDLE_ID": "com.example.app",
    "DEFAULT_APNS_ENVIRONMENT": "production",
    "RING_SECONDS": "45",
    "GROUP_MEMBER_LIMIT": "50",
    "PAYLOAD_PROFILE": "standard",
    "APNS_PRODUCTION_URL": "https://apns.example",
    "APNS_SANDBOX_URL": "https://apns.example",
    "TOKEN_ISSUER": "https://issuer.example",
    "TOKEN_AUDIENCE": "voip",
    "TOKEN_JWKS_URL": "https://issuer.example/jwks.json",
    "TOKEN_UID_CLAIM": "sub",
    "TOKEN_ALGORITHMS": "ES256",
}


def link_runtime(directory: Path) -> None:
    """Puts the runtime's packages there, and nothing else of our virtual environment."""
    directory.mkdir()
    packages = Path(certifi.__file__).parents[1]
    for package in RUNTIME_PACKAGES:
        (directory / package).symlink_to(packages / package)


def modules_after_init(build: Path, runtime: Path, function: str) -> list[str]:
    """What a function has imported when it is ready for its first event, without what Python itself starts with."""
    paths = [build / f"{function.title()}Function", *(build / layer / "python" for layer in LAYERS[function]), runtime]
    code = f"import sys; before = set(sys.modules); import {function}.app; print('\\n'.join(set(sys.modules) - before))"
    done = subprocess.run(
        # Not our virtual environment's Python, which would find packages that are not in the layers.
        [sys._base_executable, "-S", "-c", code],  # type: ignore[attr-defined]
        env={**VARIABLES, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return sorted(done.stdout.split())
