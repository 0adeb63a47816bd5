"""APNs without the wire: takes complete requests, decides what happens to each, and records it."""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from apns_simulator.config import Environment, SimulatorConfig
from apns_simulator.devices import Devices
from apns_simulator.errors import Rejection
from apns_simulator.faults import Fault, Faults, How, LastStreamId, lets_through
from apns_simulator.provider_token import ConnectionTokens, ProviderKey, ProviderKeys, ProviderToken
from apns_simulator.record import ConnectionRecord, Push, Record
from apns_simulator.request import PushRequest
from apns_simulator.rules import (
    check_headers,
    check_payload,
    check_target,
    decoded_payload,
    is_canonical_uuid,
)


class OpenConnection(Protocol):
    """A connection, as the controls and a change of settings see it."""

    environment: Environment
    record: ConnectionRecord

    @property
    def is_idle(self) -> bool: ...
    def apply_config(self) -> None: ...
    def end(self, how: How) -> None: ...
    def flush(self) -> None: ...
    def go_away(
        self,
        last_stream_ids: list[LastStreamId],
        *,
        error_code: int = 0,
        reason: str | None = None,
        close_when_drained: bool = True,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Response:
    """What APNs sends back; `body` replaces the JSON that Apple would send."""

    status: int
    reason: str | None = None
    timestamp_ms: int | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a push: it gets the response, unless the fault says otherwise."""

    push: Push
    response: Response
    fault: Fault | None


class Simulation:
    """The state that all connections share. Only for the event loop's thread."""

    def __init__(
        self,
        keys: Iterable[ProviderKey],
        config: SimulatorConfig | None = None,
        *,
        clock: Callable[[], float] = time.time,
        keep: int | None = None,
        seed: int = 0,
    ) -> None:
        self._initial_config = config or SimulatorConfig()
        self.config = self._initial_config
        self.keys = ProviderKeys(keys)
        self.devices = Devices()
        self.faults = Faults(seed)
        self.record = Record(keep)
        self.connections: set[OpenConnection] = set()
        self._clock = clock

    def now_s(self) -> float:
        """Return the simulated time, seconds since epoch."""
        return self._clock()

    def now_ms(self) -> int:
        """Return the simulated time, ms since epoch."""
        return int(self._clock() * 1000)

    def change_config(self, config: SimulatorConfig) -> None:
        """Behave differently from now on. Open connections announce a changed stream limit at once."""
        self.config = config
        for connection in list(self.connections):
            connection.apply_config()

    def reset(self) -> None:
        """Forget everything but keys and open connections."""
        self.devices.clear()
        self.faults.clear()
        self.record.clear()
        self.change_config(self._initial_config)

    def receive(self, request: PushRequest, connection_id: int, tokens: ConnectionTokens, env: Environment) -> Decision:
        """Decide what happens to a complete request, and record it."""
        fault = self.faults.take(request.device_token, env)
        authorization = request.header("authorization")
        token = self.keys.read(authorization) if authorization is not None else None
        if token is not None:
            tokens.seen.add(token.sha256)
        response = _instead_of_rules(fault) or self._apply_rules(request, token, tokens, env)
        accepted = response.status == 200 and (fault is None or lets_through(fault, request.stream_id))
        if accepted and fault is not None and fault.action == "answer" and fault.status is not None:
            response = Response(fault.status, fault.reason, fault.timestamp_ms, fault.body)
        apns_id = request.header("apns-id")
        push = Push(
            sequence=self.record.next_sequence(),
            environment=env,
            connection_id=connection_id,
            stream_id=request.stream_id,
            received_at_ms=int(request.received_at_s * 1000),
            device_token=request.device_token,
            headers={name: value for name, value in request.headers if name != "authorization"},
            provider_token=_summary(token),
            payload=decoded_payload(request),
            payload_bytes=request.body_bytes,
            apns_id=apns_id if apns_id is not None and is_canonical_uuid(apns_id) else str(uuid.uuid4()),
            accepted=accepted,
            fault_id=fault.id if fault else None,
        )
        self.record.append(push)
        return Decision(push, response, fault)

    def _apply_rules(
        self, request: PushRequest, token: ProviderToken | None, tokens: ConnectionTokens, environment: Environment
    ) -> Response:
        config = self.config
        try:
            check_target(request)
            if token is None:
                raise Rejection(403, "MissingProviderToken")
            tokens.admit(token, environment, self.now_s(), config.bad_environment_reason)
            topic = check_headers(request, token)
            check_payload(request, topic)
            device_token = request.device_token or ""
            self.devices.check(device_token, topic, environment, accept_unknown=config.accept_unknown_devices)
        except Rejection as rejection:
            return Response(rejection.status, rejection.reason, rejection.timestamp_ms)
        return Response(200)


def _instead_of_rules(fault: Fault | None) -> Response | None:
    if fault is None or fault.action != "answer" or fault.status is None or fault.accepted:
        return None
    return Response(fault.status, fault.reason, fault.timestamp_ms, fault.body)


def _summary(token: ProviderToken | None) -> dict[str, object] | None:
    if token is None:
        return None
    return {"sha256": token.sha256, "kid": token.key_id, "iss": token.team_id, "iat": token.issued_at_s}
