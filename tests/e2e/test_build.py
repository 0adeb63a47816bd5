"""What sam build makes: for which processor, of which packages, and whether it runs without anything else."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from local.contract import Contract
from local.paths import ROOT, StackDirectory
from local.sam import host_architecture
from shared.layer_check import elf_machine

LAYERS = {"BaseLayer": "base", "ApnsLayer": "apns"}
# What Lambda's runtime brings along.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "VoipPush",
    "CALLS_QUEUE_URL": "http://127.0.0.1/calls",
    "WEBHOOK_SECRET_ARN": "arn",
    "BUNDLE_ID": "com.example.app",
    "DEFAULT_APNS_ENVIRONMENT": "production",
    "DEVICES_TABLE": "devices",
    "CALLS_TABLE": "calls",
    "DEAD_LETTER_QUEUE_URL": "http://127.0.0.1/dead-letters",
    "APNS_KEY_SECRET_ARN": "arn",
    "APNS_PRODUCTION_URL": "https://api.push.apple.com",
    "APNS_SANDBOX_URL": "https://api.sandbox.push.apple.com",
    "GROUP_MEMBER_LIMIT": "50",
    "RING_SECONDS": "45",
}


@pytest.fixture(scope="module")
def plain_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """sam build as the README has it, with no options, in a copy of what it reads."""
    project = tmp_path_factory.mktemp("project")
    for name in ("functions", "layers"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("template.yaml", "samconfig.toml", ".python-version"):
        shutil.copy(ROOT / name, project / name)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
    }
    environment.pop("ARCH", None)
    built = subprocess.run(["sam", "build"], cwd=project, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return project / ".aws-sam" / "build"


def machines(build: Path) -> set[str | None]:
    compiled = [path for layer in LAYERS for path in (build / layer).rglob("*.so*")]
    assert compiled
    return {elf_machine(path) for path in compiled}


def test_a_plain_build_is_for_arm64(plain_build: Path) -> None:
    assert machines(plain_build) == {"arm64"}


def test_the_local_build_is_for_this_machine(stack_directory: StackDirectory, stack: Contract) -> None:
    assert machines(stack_directory.build) == {host_architecture()}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_holds_what_its_lock_names_and_nothing_else(plain_build: Path, layer: str) -> None:
    lock = (ROOT / "layers" / LAYERS[layer] / "requirements.txt").read_text().splitlines()
    locked = {line.split()[0] for line in lock if line and not line.startswith((" ", "#"))}

    found = {
        f"{each.metadata['Name'].lower().replace('_', '-')}=={each.version}"
        for each in distributions(path=[str(plain_build / layer / "python")])
    }

    assert found == locked


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_compiled(plain_build: Path, layer: str) -> None:
    sources = [path for path in (plain_build / layer).rglob("*.py") if "site-packages" not in path.parts]
    compiled = {path.name.split(".")[0] for path in (plain_build / layer).rglob("*.cpython-313.pyc")}

    assert sources
    assert {path.stem for path in sources} <= compiled


@pytest.mark.parametrize("package", ["webhook", "tokens", "authorizer", "push"])
def test_a_function_imports_with_its_layers_and_the_runtime_alone(
    stack_directory: StackDirectory, stack: Contract, package: str, tmp_path: Path
) -> None:
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        origin = Path(spec.origin)
        target = origin.parent if origin.name == "__init__.py" else origin
        (tmp_path / target.name).symlink_to(target)
    build = stack_directory.build
    layers = ["BaseLayer"] + ["ApnsLayer"] * (package in ("authorizer", "push"))
    paths = [build / f"{package.title()}Function", *(build / layer / "python" for layer in layers), tmp_path]
    code = f"import sys; sys.path[:0] = {[str(path) for path in paths]!r}; import {package}.app"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], env=SETTINGS, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_layer_for_another_processor_says_so_at_once(plain_build: Path, stack_directory: StackDirectory) -> None:
    other = plain_build if host_architecture() != "arm64" else None
    if other is None:
        pytest.skip("on an arm64 machine the plain build is the right one")
    paths = [str(other / "PushFunction"), str(other / "ApnsLayer" / "python")]

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {paths!r}; import push.app"],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "the layers are built for arm64 and this function runs on x86_64" in done.stderr
