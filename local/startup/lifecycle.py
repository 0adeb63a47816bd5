"""The whole stack: in which order it starts and stops."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from os import getpid
from pathlib import Path

from local.page.server import listen, serve_page
from local.phones.credentials import jwks, new_apns_key, new_jwt_signer
from local.processes.file_limit import raise_file_limit
from local.processes.process import Process
from local.services.apns import Simulator, apns_of
from local.services.cometchat_api import serve_cometchat_api
from local.services.emulator import Emulator, choose_port
from local.services.jwks import serve_jwks
from local.settings import Settings
from local.startup import deployment, sam
from local.startup.warm_up import warm_up
from ops.console import Progress
from ops.stack import emulated_aws
from ops.stack.description import Apns, StackDescription
from ops.stack.directory import StackDirectory
from ops.stack.secrets import new_webhook_credentials

_BUNDLE_ID = "com.example.app"
_WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Stack:
    description: StackDescription
    processes: tuple[Process, ...]

    def watch(self) -> None:
        """Returns never. Raises `StepFailed` when a process of the stack ends by itself."""
        while True:
            for process in self.processes:
                if process.ended:
                    raise process.failure(f"{process.name} has ended")
            time.sleep(_WATCH_S)


@contextmanager
def running(directory: StackDirectory, settings: Settings, progress: Progress) -> Iterator[Stack]:
    """A stack for as long as the context lasts. Raises `CommandError`."""
    raise_file_limit()
    with ExitStack() as cleanup:
        cleanup.enter_context(directory.locked())
        directory.description.unlink(missing_ok=True)  # of one that was killed
        port = choose_port(settings.port)
        page = cleanup.enter_context(listen(settings.page_port))
        _remove(directory.scratch)
        cleanup.callback(_remove, directory.scratch)

        signer = new_jwt_signer(directory.phone_key)
        jwks_url = cleanup.enter_context(serve_jwks(jwks(signer)))
        cometchat_api = cleanup.enter_context(serve_cometchat_api())
        progress.say(f"starting the emulator on port {port}" + ("" if settings.apns else " and the APNs simulator"))
        emulator = Emulator(directory, port)
        processes = [cleanup.enter_context(emulator.process)]
        apns_when_ready: Callable[[], Apns]
        if settings.apns:
            apns_when_ready = partial(apns_of, settings.apns)
        else:
            _remove(directory.apns)
            simulator = Simulator(directory, new_apns_key(directory.apns), _BUNDLE_ID)
            processes.append(cleanup.enter_context(simulator.process))
            apns_when_ready = simulator.wait_until_ready

        architecture = sam.host_architecture()
        with progress.step(f"building functions and layers for {architecture}"):
            sam.build(directory, architecture)
        emulator.wait_until_ready()
        apns = apns_when_ready()
        with progress.step("deploying template.yaml"):
            deployed = deployment.deploy(
                directory,
                emulator.url,
                architecture=architecture,
                apns=apns,
                signer=signer,
                jwks_url=jwks_url,
                cometchat_api_url=cometchat_api.url,
            )
            webhook = new_webhook_credentials(with_hmac=True)
            deployment.fill_secrets(deployed.stack, webhook, apns, cometchat_api)
        description = StackDescription(
            webhook_url=deployed.webhook_url,
            tokens_url=deployed.tokens_url,
            calls_url=deployed.calls_url,
            webhook=webhook,
            jwt=signer,
            apns=apns,
            cometchat_api=cometchat_api,
            aws_endpoint_url=emulator.url,
            aws_region=emulated_aws.REGION,
            stack_name=deployed.stack.name,
            tables=deployed.stack.tables,
            queues=deployed.stack.queues,
            log_groups=deployed.stack.log_groups,
            page_url=f"http://127.0.0.1:{page.getsockname()[1]}",
            pid=getpid(),
        )
        with progress.step("warming the functions up"):
            warm_up(description, deployed.stack.function("push"), emulator.process)
        cleanup.enter_context(serve_page(description, page, directory.log("page")))
        cleanup.callback(directory.description.unlink, missing_ok=True)
        description.write(directory.description)
        progress.say("the stack is ready")
        cleanup.callback(progress.say, "stopping")
        yield Stack(description, tuple(processes))


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
