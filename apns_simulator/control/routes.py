"""The control API's routes, one function each, on the event loop."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apns_simulator.config import SimulatorConfig
from apns_simulator.control.inputs import CloseInput, KeyInput
from apns_simulator.devices import Device
from apns_simulator.errors import BadInputError, ControlError
from apns_simulator.faults import Fault, as_list
from apns_simulator.json_input import from_json
from apns_simulator.provider_token import ProviderKey
from apns_simulator.record import ConnectionRecord, Push
from apns_simulator.simulation import Simulation

_MAX_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A control request; `name` is the last part of the path, where the route has one."""

    name: str
    query: Mapping[str, str]
    body: object


async def dispatch(simulation: Simulation, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
    """Carry out a control request and return the JSON of the response.

    Raises:
        ControlError: 400, 404 or 405, with what is wrong and what is expected.
    """
    methods = []
    for route_method, template, route in _ROUTES:
        if match := re.fullmatch(template.replace("{name}", "(?P<name>[^/]+)"), path):
            if route_method == method:
                try:
                    return await route(simulation, ControlRequest(match.groupdict().get("name", ""), query, body))
                except BadInputError as error:
                    raise ControlError(400, str(error)) from error
            methods.append(route_method)
    if methods:
        raise ControlError(405, f"{method} is not allowed for {path}; expected {' or '.join(methods)}")
    raise ControlError(404, f"there is no {path}; expected one of {', '.join(sorted({route[1] for route in _ROUTES}))}")


async def _pushes(simulation: Simulation, request: ControlRequest) -> Any:
    after = _number(request.query, "after", int, None)
    wait_s = _number(request.query, "wait_s", float, _MAX_WAIT_S)
    return {"pushes": [_plain(push) for push in await simulation.record.wait_for_pushes(int(after), wait_s)]}


async def _connections(simulation: Simulation, request: ControlRequest) -> Any:
    return {"connections": [_plain(connection) for connection in simulation.record.connections()]}


async def _counters(simulation: Simulation, request: ControlRequest) -> Any:
    return simulation.record.counters()


async def _devices(simulation: Simulation, request: ControlRequest) -> Any:
    return {"devices": [asdict(device) for device in simulation.devices.all()]}


async def _put_device(simulation: Simulation, request: ControlRequest) -> Any:
    device = from_json(Device, request.body, token=request.name)
    simulation.devices.put(device)
    return asdict(device)


async def _delete_device(simulation: Simulation, request: ControlRequest) -> Any:
    if not simulation.devices.remove(request.name):
        raise ControlError(404, "this device token is not declared; GET /devices lists those that are")
    return {}


async def _faults(simulation: Simulation, request: ControlRequest) -> Any:
    return {"faults": [asdict(fault) for fault in simulation.faults.all()]}


async def _add_fault(simulation: Simulation, request: ControlRequest) -> Any:
    fault = from_json(Fault, request.body, id=simulation.faults.new_id())
    simulation.faults.add(fault)
    return asdict(fault)


async def _delete_fault(simulation: Simulation, request: ControlRequest) -> Any:
    if not request.name.isdecimal() or not simulation.faults.remove(int(request.name)):
        raise ControlError(404, f"no fault {request.name} is switched on; GET /faults lists those that are")
    return {}


async def _delete_faults(simulation: Simulation, request: ControlRequest) -> Any:
    simulation.faults.clear()
    return {}


async def _keys(simulation: Simulation, request: ControlRequest) -> Any:
    return {"keys": [_plain_key(key) for key in simulation.keys.all()]}


async def _put_key(simulation: Simulation, request: ControlRequest) -> Any:
    key = from_json(KeyInput, request.body, key_id=request.name).key()
    simulation.keys.add(key)
    return _plain_key(key)


async def _delete_key(simulation: Simulation, request: ControlRequest) -> Any:
    if not simulation.keys.revoke(request.name):
        raise ControlError(404, f"no key {request.name} is registered; GET /keys lists those that are")
    return {}


async def _close(simulation: Simulation, request: ControlRequest) -> Any:
    wanted = from_json(CloseInput, request.body)
    closed = []
    for connection in list(simulation.connections):
        if wanted.connection_id not in (None, connection.record.id):
            continue
        if wanted.environment not in (None, connection.environment) or (wanted.idle_only and not connection.is_idle):
            continue
        closed.append(connection.record.id)
        if wanted.how == "goaway":
            connection.go_away(
                as_list(wanted.last_stream_id),
                error_code=wanted.error_code,
                reason=wanted.reason,
                close_when_drained=wanted.close_when_drained,
            )
            connection.flush()
        else:
            connection.end(wanted.how)
    return {"closed": sorted(closed)}


async def _settings(simulation: Simulation, request: ControlRequest) -> Any:
    if isinstance(request.body, dict):
        simulation.change_config(from_json(SimulatorConfig, asdict(simulation.config) | request.body))
        return asdict(simulation.config)
    raise BadInputError("expected a JSON object")


async def _reset(simulation: Simulation, request: ControlRequest) -> Any:
    simulation.reset()
    return {}


_Route = Callable[[Simulation, ControlRequest], Awaitable[Any]]
_ROUTES: list[tuple[str, str, _Route]] = [
    ("GET", "/pushes", _pushes),
    ("GET", "/connections", _connections),
    ("POST", "/connections/close", _close),
    ("GET", "/counters", _counters),
    ("GET", "/devices", _devices),
    ("PUT", "/devices/{name}", _put_device),
    ("DELETE", "/devices/{name}", _delete_device),
    ("GET", "/faults", _faults),
    ("POST", "/faults", _add_fault),
    ("DELETE", "/faults", _delete_faults),
    ("DELETE", "/faults/{name}", _delete_fault),
    ("GET", "/keys", _keys),
    ("PUT", "/keys/{name}", _put_key),
    ("DELETE", "/keys/{name}", _delete_key),
    ("POST", "/settings", _settings),
    ("POST", "/reset", _reset),
]


def _number(query: Mapping[str, str], name: str, kind: type[int] | type[float], maximum: float | None) -> float:
    try:
        number = kind(query.get(name, "0"))
    except ValueError:
        number = -1
    if not 0 <= number <= (math.inf if maximum is None else maximum):
        limit = "" if maximum is None else f", at most {maximum:g}"
        raise BadInputError(f"{name} is {query[name]!r}; expected a number, 0 or more{limit}")
    return number


def _plain(item: Push | ConnectionRecord) -> dict[str, Any]:
    # asdict would copy payloads deeply, and cannot convert a deque.
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    if isinstance(item, ConnectionRecord):
        values["settings_sent"] = list(item.settings_sent)
    return values


def _plain_key(key: ProviderKey) -> dict[str, Any]:
    pem = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    topics = None if key.topics is None else sorted(key.topics)
    return {
        "key_id": key.key_id,
        "team_id": key.team_id,
        "pem": pem,
        "environments": sorted(key.environments),
        "topics": topics,
    }
