"""What sam build makes: for which processor, and of which packages. test_import_budgets.py runs it."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from local.startup.sam import host_architecture
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from shared.layer_check import elf_machine

LAYERS = {"BaseLayer": "base", "ApnsLayer": "apns"}


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


def test_the_local_build_is_for_this_machine(stack_directory: StackDirectory, stack: StackDescription) -> None:
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
