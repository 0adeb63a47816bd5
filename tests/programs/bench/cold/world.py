"""What the measured functions run with: built code, variables, AWS and APNs."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import certifi
import samcli.local.rapid

from apns_simulator.certificates import ensure_certificates
from local.sample_events import credentials
from local.startup import sam
from ops.stack.directory import ROOT, StackDirectory
from tests.programs.bench.cold.aws_stub import JWKS_PATH
from tests.support.apns.credentials import SigningKey
from tests.support.aws.lambda_path import LAYERS, VARIABLES, link_runtime

BENCH = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Subject:
    """`task` is what Lambda has at /var/task, `opt` at /opt."""

    name: str
    handler: str
    task: Path
    opt: Path


class World:
    """All of it in one directory, built once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        stack = StackDirectory(directory)
        sam.build(stack, sam.host_architecture(), for_containers=True)
        build = stack.container_build
        none = directory / "opt-none"
        none.mkdir()
        self.ours = {
            name: Subject(name, f"{name}.app.handler", build / f"{name.title()}Function", self._opt(build, layers))
            for name, layers in LAYERS.items()
        }
        plain, compiled = directory / "baseline", directory / "baseline-compiled"
        for layer in ("BaseLayer", "ApnsLayer"):
            without = shutil.ignore_patterns("__pycache__")
            shutil.copytree(build / layer / "python", plain, ignore=without, dirs_exist_ok=True)
        shutil.copyfile(BENCH / "baseline" / "app.py", plain / "app.py")
        shutil.copytree(plain, compiled)
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(compiled)], check=True)
        self.baseline = {name: Subject(f"baseline {name}", f"app.{name}", plain, none) for name in ("webhook", "push")}
        self.baseline_compiled = {
            name: Subject(f"baseline {name}, byte-compiled", f"app.{name}", compiled, none)
            for name in ("webhook", "push")
        }
        self.runtime = directory / "runtime"
        link_runtime(self.runtime)
        subprocess.run([sys.executable, "-m", "compileall", "-q", *map(str, self.runtime.iterdir())], check=True)
        architecture = "arm64" if sam.host_architecture() == "arm64" else "x86_64"
        self.rie = directory / "aws-lambda-rie"
        shutil.copyfile(Path(*samcli.local.rapid.__path__) / f"aws-lambda-rie-{architecture}", self.rie)
        self.rie.chmod(self.rie.stat().st_mode | stat.S_IXUSR)

    def _opt(self, build: Path, layers: tuple[str, ...]) -> Path:
        """The layers on top of each other, as Lambda has them at /opt."""
        opt = self._directory / "-".join(("opt", *layers))
        for layer in layers:
            shutil.copytree(build / layer, opt, dirs_exist_ok=True)
        return opt

    @contextmanager
    def variables(self, *, aws_ms: float, apns_ms: float, apns_spread_ms: float = 0) -> Iterator[dict[str, str]]:
        """The functions' environment while AWS and APNs answer with these latencies.

        `apns_spread_ms`: of ten pushes the first is answered after `apns_ms`, the last so much later.
        """
        ca, server_pem = ensure_certificates(self._directory / "apns")
        # As long as the list of public CAs that a function reads in AWS.
        bundle = self._directory / "cas.pem"
        bundle.write_text(Path(certifi.where()).read_text() + ca.read_text())
        key = SigningKey()
        secrets = self._directory / "secrets.json"
        apns_key = {"key_id": key.key_id, "team_id": key.team_id, "private_key": key.pem.decode()}
        secrets.write_text(
            json.dumps(
                {
                    VARIABLES["WEBHOOK_SECRET_ARN"]: json.dumps(asdict(credentials.WEBHOOK)),
                    VARIABLES["APNS_KEY_SECRET_ARN"]: json.dumps(apns_key),
                    JWKS_PATH: json.dumps({"keys": [credentials.jwk()]}),
                }
            )
        )
        with ExitStack() as cleanup:
            stub = [sys.executable, "-m", "tests.programs.bench.cold.aws_stub", str(secrets), str(aws_ms)]
            aws = f"http://127.0.0.1:{cleanup.enter_context(_server(stub))}"
            node = ["node", str(BENCH / "server.mjs"), str(server_pem), str(apns_ms), str(apns_spread_ms)]
            apns = f"https://127.0.0.1:{cleanup.enter_context(_server(node))}"
            yield VARIABLES | {
                "AWS_ENDPOINT_URL": aws,
                "CALLS_QUEUE_URL": f"{aws}/000000000000/calls",
                "DEAD_LETTER_QUEUE_URL": f"{aws}/000000000000/dead-letters",
                "APNS_PRODUCTION_URL": apns,
                "APNS_SANDBOX_URL": apns,
                "APNS_CA_FILE": str(bundle),
                "SSL_CERT_FILE": str(bundle),
                "TOKEN_ISSUER": credentials.ISSUER,
                "TOKEN_AUDIENCE": credentials.AUDIENCE,
                "TOKEN_JWKS_URL": f"{aws}{JWKS_PATH}",
            }


@contextmanager
def _server(command: list[str]) -> Iterator[str]:
    """A process that prints the port on which it listens."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
