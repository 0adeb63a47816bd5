"""The page on a port of this machine, for as long as the stack is there."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from local.page import app
from local.page.actions import Actions
from local.page.broadcaster import Broadcaster
from local.page.page_state import PageState
from local.page.stack_reader import Reader, ring_seconds
from local.phones import phone
from ops.errors import InvalidSetting
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription

_USUAL_PORT = 4580
_CLOSE_S = 1


@contextmanager
def listen(wanted: int | None) -> Iterator[socket.socket]:
    """On the wanted port, else the usual one, else any. Raises `InvalidSetting` if the wanted one is taken."""
    for port in (wanted,) if wanted is not None else (_USUAL_PORT, 0):
        try:
            listener = socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
        with listener:
            yield listener
            return
    raise InvalidSetting(f"PAGE_PORT={wanted} is taken by another program; choose another port")


@contextmanager
def serve_page(description: StackDescription, listener: socket.socket, log: Path) -> Iterator[None]:
    """On `listener`. What goes wrong is in `log`."""
    stack = DeployedStack.on_this_machine(description)
    ring_s = ring_seconds(stack)
    page_state = PageState(ring_s * 1000)

    def ask(uid: str, uuid: str) -> dict[str, Any] | None:
        return phone.call_state(description, uid, uuid)

    broadcaster = Broadcaster(Reader(stack, time.time_ns() // 1_000_000, ask), page_state)
    about = {
        "webhook_url": description.webhook_url,
        "apns": None if description.apns.control_url else description.apns.url,
        "ring_seconds": ring_s,
    }
    application = app.create(broadcaster, Actions(stack, description, page_state), about, listener.getsockname()[1])
    handler = logging.FileHandler(log, mode="w")
    loggers = [logging.getLogger(name) for name in ("local.page", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    config = uvicorn.Config(
        application, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=_CLOSE_S
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="page", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        broadcaster.close()
        thread.join()
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
