"""A synchronous client for a simulator in another process."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from apns_simulator.control.api import ControlApi
from apns_simulator.errors import ControlError

_TIMEOUT_S = 10.0


class SimulatorClient(ControlApi):
    """Talks to the control API; one connection per request, so threads can share it.

    Raises (every method):
        ControlError: the simulator refuses.
        OSError: the simulator cannot be reached.
    """

    def __init__(self, control_url: str) -> None:
        parts = urlsplit(control_url)
        self._address = (parts.hostname or "", parts.port or 80)

    def request(self, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
        host, port = self._address
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S + float(query.get("wait_s", 0)))
        content = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, f"{path}?{urlencode(query)}" if query else path, content)
            response = connection.getresponse()
            result = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise ControlError(response.status, result["error"])
        return result
