"""A server that answers a byte at a time, each of them well within the time limit of a read."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

BYTES = 60
_PAUSE_S = 0.05


@contextmanager
def dripping(head: bytes, hung_up: Event) -> Iterator[str]:
    """Its URL. For one request: `head` at once, then `BYTES` times an x. `hung_up` if the client does not wait."""

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            for _ in range(BYTES):
                time.sleep(_PAUSE_S)
                connection.sendall(b"x")
            return
        hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()
