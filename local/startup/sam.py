"""The SAM command line: builds the project and deploys it to the emulator, as `make deploy` does to AWS."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.processes.process import run
from ops.errors import CommandError
from ops.stack.directory import ROOT, StackDirectory


def host_architecture() -> str:
    """As Lambda calls it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def build(directory: StackDirectory, architecture: str, *, for_containers: bool = False) -> None:
    """Raises `CommandError`."""
    # The emulator runs the functions right here, so their layers are for this machine, whatever it is.
    for_here = platform.system() != "Linux" and not for_containers
    build_dir = directory.container_build if for_containers else directory.build
    command = [
        *sam_command("build"),
        *("--template-file", str(ROOT / "template.yaml")),
        *("--build-dir", str(build_dir)),
        *("--cache-dir", str(directory.build_cache / ("here" if for_here else "linux"))),
        *("--cached", "--parallel"),
        *_overrides({"Architecture": architecture}),
    ]
    env = {**os.environ, "SAM_CLI_TELEMETRY": "0", "ARCH": architecture, "PYTHON": sys.executable}
    if for_here:
        env["PLATFORMS"] = ""
    run("sam build", command, env, directory.log(build_dir.name))


def deploy(
    directory: StackDirectory,
    endpoint_url: str,
    stack_name: str,
    parameters: Mapping[str, str],
    *,
    template: Path | None = None,
) -> None:
    """What was built, unless another built template is given. Raises `CommandError`."""
    command = [
        *sam_command("deploy"),
        *("--template-file", str(template or directory.build / "template.yaml")),
        *("--stack-name", stack_name),
        *("--capabilities", "CAPABILITY_IAM"),
        *("--resolve-s3", "--no-confirm-changeset", "--no-progressbar"),
        *_overrides(parameters),
    ]
    env = {
        **os.environ,
        "SAM_CLI_TELEMETRY": "0",
        "AWS_ENDPOINT_URL": endpoint_url,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    run("sam deploy", command, env, directory.log("deploy"))


def sam_command(*words: str) -> list[str]:
    """Raises `CommandError`."""
    sam = shutil.which("sam", path=str(Path(sys.executable).parent))
    if sam is None:
        raise CommandError(f"there is no sam beside {sys.executable}: run make install")
    return [sam, *words]


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    overrides = [f'{name}="{value}"' for name, value in parameters.items()]
    return ["--parameter-overrides", *overrides] if overrides else []
