"""What the controls do: one function for each route, on the event loop."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apns_simulator.config import SimulatorConfig
from apns_simulator.control.api import ControlError
from apns_simulator.control.inputs import CloseInput, KeyInput
from apns_simulator.devices import Device
from apns_simulator.faults import Fault, as_list
from apns_simulator.json_input import BadInputError, from_json
from apns_simulator.provider_token import ProviderKey
from apns_simulator.record import Connection, Push
from apns_simulator.simulation import Simulation

_MAX_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """A control request; `name` is the last part of the path, where the route has one."""

    name: str
    query: Mapping[str, str]
    body: object


async def dispatch(simulation: Simulation, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
    """Carry out a control request and return its JSON answer.

    Raises:
        ControlError: 400, 404 or 405, with what is wrong and what is expected.
    """
    methods = []
    for route_method, template, route in _ROUTES:
        if match := re.fullmatch(template.replace("{name}", "(?P<name>[^/]+)"), path):
            if route_method == method:
                try:
                    return await route(simulation, Call(match.groupdict().get("name", ""), query, body))
                except BadInputError as error:
                    raise ControlError(400, str(error)) from error
            methods.append(route_method)
    if methods:
        raise ControlError(405, f"{method} is not for {path}; expected {' or '.join(methods)}")
    raise ControlError(404, f"no {path} here; expected one of {', '.join(sorted({route[1] for route in _ROUTES}))}")


async def _pushes(simulation: Simulation, call: Call) -> Any:
    after = _number(call.query, "after", int, None)
    wait_s = _number(call.query, "wait_s", float, _MAX_WAIT_S)
    return {"pushes": [_plain(push) for push in await simulation.record.wait_for_pushes(int(after), wait_s)]}


async def _connections(simulation: Simulation, call: Call) -> Any:
    return {"connections": [_plain(connection) for connection in simulation.record.connections()]}


async def _counters(simulation: Simulation, call: Call) -> Any:
    return simulation.record.counters()


async def _devices(simulation: Simulation, call: Call) -> Any:
    return {"devices": [asdict(device) for device in simulation.devices.all()]}


async def _put_device(simulation: Simulation, call: Call) -> Any:
    device = from_json(Device, call.body, token=call.name)
    simulation.devices.put(device)
    return asdict(device)


async def _delete_device(simulation: Simulation, call: Call) -> Any:
    if not simulation.devices.remove(call.name):
        raise ControlError(404, "this device is not declared")
    return {}


async def _faults(simulation: Simulation, call: Call) -> Any:
    return {"faults": [asdict(fault) for fault in simulation.faults.all()]}


async def _add_fault(simulation: Simulation, call: Call) -> Any:
    fault = from_json(Fault, call.body, id=simulation.faults.new_id())
    simulation.faults.add(fault)
    return asdict(fault)


async def _delete_fault(simulation: Simulation, call: Call) -> Any:
    if not call.name.isdecimal() or not simulation.faults.remove(int(call.name)):
        raise ControlError(404, f"no fault {call.name} is on")
    return {}


async def _delete_faults(simulation: Simulation, call: Call) -> Any:
    simulation.faults.clear()
    return {}


async def _keys(simulation: Simulation, call: Call) -> Any:
    return {"keys": [_plain_key(key) for key in simulation.keys.all()]}


async def _put_key(simulation: Simulation, call: Call) -> Any:
    key = from_json(KeyInput, call.body, key_id=call.name).key()
    simulation.keys.add(key)
    return _plain_key(key)


async def _delete_key(simulation: Simulation, call: Call) -> Any:
    if not simulation.keys.revoke(call.name):
        raise ControlError(404, f"no key {call.name} is registered")
    return {}


async def _close(simulation: Simulation, call: Call) -> Any:
    wanted = from_json(CloseInput, call.body)
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


async def _settings(simulation: Simulation, call: Call) -> Any:
    if isinstance(call.body, dict):
        simulation.change_config(from_json(SimulatorConfig, asdict(simulation.config) | call.body))
        return asdict(simulation.config)
    raise BadInputError("expected a JSON object")


async def _reset(simulation: Simulation, call: Call) -> Any:
    simulation.reset()
    return {}


_Route = Callable[[Simulation, Call], Awaitable[Any]]
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


def _plain(item: Push | Connection) -> dict[str, Any]:
    # Not asdict: it copies payloads deeply, and knows no deque.
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    if isinstance(item, Connection):
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
