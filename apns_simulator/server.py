"""The simulator as one object: its listeners and their event loop, in a thread of their own."""

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, Self

from apns_simulator.certificates import ensure_certificates
from apns_simulator.config import ENVIRONMENTS, SimulatorConfig
from apns_simulator.control.api import ControlApi
from apns_simulator.control.routes import dispatch
from apns_simulator.control.server import ControlServer
from apns_simulator.http2.connection import ApnsConnection
from apns_simulator.provider_token import ProviderKey
from apns_simulator.simulation import Simulation

HOST = "127.0.0.1"
_TLS_CLOSE_TIMEOUT_S = 0.5
_BACKLOG = 1024


class ApnsSimulator(ControlApi):
    """APNs on this machine while the context is entered. Port 0 takes a free one.

    Args:
        directory: where the certificates are or will be.
        keys: the provider keys that are registered with Apple.
        clock: seconds since the epoch, for tests with a clock of their own. Latencies are in real time all the same.
        keep: how many pushes and closed connections to remember; None means all.
        seed: makes faults with a probability repeatable.

    Raises (on entering):
        OSError: a port is in use, or the directory cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        keys: Iterable[ProviderKey],
        config: SimulatorConfig | None = None,
        *,
        port: int = 0,
        sandbox_port: int = 0,
        control_port: int = 0,
        clock: Callable[[], float] = time.time,
        keep: int | None = None,
        seed: int = 0,
    ) -> None:
        self._directory = directory
        self._ports = {"production": port, "sandbox": sandbox_port, "control": control_port}
        self._new_simulation = partial(Simulation, list(keys), config, clock=clock, keep=keep, seed=seed)

    def __enter__(self) -> Self:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), name="apns-simulator")
        self._thread.start()
        started.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def production_url(self) -> str:
        """In place of https://api.push.apple.com."""
        return f"https://{HOST}:{self._ports['production']}"

    @property
    def sandbox_url(self) -> str:
        """In place of https://api.sandbox.push.apple.com."""
        return f"https://{HOST}:{self._ports['sandbox']}"

    @property
    def control_url(self) -> str:
        """The control API's address, for `SimulatorClient`."""
        return f"http://{HOST}:{self._ports['control']}"

    def request(self, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
        result = dispatch(self._simulation, method, path, query, body)
        return asyncio.run_coroutine_threadsafe(result, self._loop).result()

    async def _run(self, started: Future[None]) -> None:
        try:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            self._simulation = self._new_simulation()
            async with contextlib.AsyncExitStack() as stack:
                await self._listen(stack)
                started.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _listen(self, stack: contextlib.AsyncExitStack) -> None:
        self.ca_file, server_file = ensure_certificates(self._directory)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        context.load_cert_chain(server_file)
        for environment in ENVIRONMENTS:
            server = await self._loop.create_server(
                partial(ApnsConnection, self._simulation, environment),
                HOST,
                self._ports[environment],
                ssl=context,
                ssl_shutdown_timeout=_TLS_CLOSE_TIMEOUT_S,
                backlog=_BACKLOG,
            )
            self._ports[environment] = await stack.enter_async_context(_closing(server))
        control = await asyncio.start_server(ControlServer(self._simulation).serve, HOST, self._ports["control"])
        self._ports["control"] = await stack.enter_async_context(_closing(control))


@contextlib.asynccontextmanager
async def _closing(server: asyncio.Server) -> AsyncIterator[int]:
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        # Accept no more, and let those just accepted start first: asyncio cannot abort them before.
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener)
        await asyncio.sleep(0)
        server.close()
        server.abort_clients()
