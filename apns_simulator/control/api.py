"""The control API, the same in the process and over HTTP. All values are JSON, as in README.md."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


class ControlApi(ABC):
    """Methods raise ControlError for what the simulator refuses."""

    @abstractmethod
    def request(self, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
        """Carry out one control request and return the JSON of the response."""

    def pushes(self, after: int = 0, wait_s: float = 0) -> list[dict[str, Any]]:
        """Return pushes with a sequence greater than `after`, waiting up to `wait_s` for the first one."""
        query = {"after": str(after), "wait_s": str(wait_s)}
        pushes: list[dict[str, Any]] = self.request("GET", "/pushes", query, None)["pushes"]
        return pushes

    def connections(self) -> list[dict[str, Any]]:
        """Return connections, oldest first."""
        connections: list[dict[str, Any]] = self.request("GET", "/connections", {}, None)["connections"]
        return connections

    def counters(self) -> dict[str, int]:
        """Return counters by name."""
        counters: dict[str, int] = self.request("GET", "/counters", {}, None)
        return counters

    def put_device(self, token: str, **fields: Any) -> dict[str, Any]:
        """Declare a device; fields as in `Device`."""
        device: dict[str, Any] = self.request("PUT", f"/devices/{quote(token, safe='')}", {}, fields)
        return device

    def delete_device(self, token: str) -> None:
        """Forget a device."""
        self.request("DELETE", f"/devices/{quote(token, safe='')}", {}, None)

    def devices(self) -> list[dict[str, Any]]:
        """Return the declared devices."""
        devices: list[dict[str, Any]] = self.request("GET", "/devices", {}, None)["devices"]
        return devices

    def add_fault(self, action: str, **fields: Any) -> int:
        """Switch a fault on and return its id; fields as in `Fault`."""
        fault_id: int = self.request("POST", "/faults", {}, {"action": action, **fields})["id"]
        return fault_id

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are switched on."""
        faults: list[dict[str, Any]] = self.request("GET", "/faults", {}, None)["faults"]
        return faults

    def clear_faults(self, fault_id: int | None = None) -> None:
        """Switch one fault off, or all."""
        self.request("DELETE", "/faults" if fault_id is None else f"/faults/{fault_id}", {}, None)

    def put_key(self, key_id: str, **fields: Any) -> dict[str, Any]:
        """Register a provider key; fields as in `KeyInput`."""
        key: dict[str, Any] = self.request("PUT", f"/keys/{quote(key_id, safe='')}", {}, fields)
        return key

    def delete_key(self, key_id: str) -> None:
        """Revoke a provider key."""
        self.request("DELETE", f"/keys/{quote(key_id, safe='')}", {}, None)

    def provider_keys(self) -> list[dict[str, Any]]:
        """Return the registered provider keys."""
        keys: list[dict[str, Any]] = self.request("GET", "/keys", {}, None)["keys"]
        return keys

    def close_connections(self, how: str, **fields: Any) -> list[int]:
        """End connections now and return their ids; fields as in `CloseInput`."""
        closed: list[int] = self.request("POST", "/connections/close", {}, {"how": how, **fields})["closed"]
        return closed

    def change_settings(self, **fields: Any) -> dict[str, Any]:
        """Change what the simulator does by default and return all of it; fields as in `SimulatorConfig`."""
        settings: dict[str, Any] = self.request("POST", "/settings", {}, fields)
        return settings

    def reset(self) -> None:
        """Forget pushes, closed connections, counters, devices, faults and changed settings."""
        self.request("POST", "/reset", {}, {})
