"""Apple's push service on this machine.

`ApnsSimulator` runs it inside a process, `python -m apns_simulator` as one; `SimulatorClient` talks to the
latter. TLS with a CA of its own (`ca.pem`), HTTP/2, one listener for each environment, everything on 127.0.0.1.

    key = ProviderKey.from_pem(Path("AuthKey.p8").read_bytes(), "KEYID12345", "TEAMID1234", topics=["com.example.voip"])
    with ApnsSimulator(directory, [key]) as apns:
        apns.put_device("a1b2", dead_since_ms=1_700_000_000_000)   # 410 Unregistered
        apns.add_fault("silence", count=1, accepted=True)          # the next push rings, but nobody learns of it
        ...                                                        # send to apns.production_url
        pushes = apns.pushes(after=0, wait_s=5)

A push is checked by Apple's rules (`rules`, `provider_token`, `devices`) and recorded with `accepted`: whether the
phone rings, whatever the sender got to know. By default every well-formed device token rings on both environments,
except for one whose bits are all set.
A connection allows one stream until its first accepted push, then 1000, and one again after a 4xx other than 410;
a stream too many is refused with REFUSED_STREAM.

Controls, in-process (methods of `ControlApi`) or over HTTP with JSON. What cannot be used gets 400, 404 or 405 and
`{"error": "what is wrong; what is expected"}`.

    GET    /pushes?after=SEQ&wait_s=N  {"pushes": [...]}, see `record.Push`; waits up to N <= 60 s for the first one
    GET    /connections                {"connections": [...]}, see `record.Connection`
    GET    /counters                   {"pushes": 1, "accepted": 1, "status_200": 1, "ending_answered": 1, ...}
    GET    /devices                    {"devices": [...]}
    PUT    /devices/{token}            {"environment", "topic", "dead_since_ms", "dead_reason"}, see `devices.Device`
    DELETE /devices/{token}
    GET    /faults                     {"faults": [...]}
    POST   /faults                     {"action", ...}, see `faults.Fault`; answers with the fault and its "id"
    DELETE /faults, /faults/{id}
    GET    /keys                       {"keys": [...]}
    PUT    /keys/{key_id}              {"team_id", "pem", "environments", "topics"}, see `control_inputs.KeyInput`
    DELETE /keys/{key_id}              revoked: its tokens are invalid from then on
    POST   /connections/close          {"how": "fin" | "rst" | "goaway", ...}, see `control_inputs.CloseInput`;
                                       answers {"closed": [connection ids]}
    POST   /settings                   {"max_concurrent_streams": 2, ...}, see `config.SimulatorConfig`; answers all
    POST   /reset                      forgets all but keys and open connections; sequences go on

What is Apple's documentation, what clients have seen and what is our judgement is said where the rule is.
"""

from apns_simulator.config import SimulatorConfig
from apns_simulator.control.api import ControlApi, ControlError
from apns_simulator.control.client import SimulatorClient
from apns_simulator.provider_token import ProviderKey
from apns_simulator.server import ApnsSimulator

__all__ = ["ApnsSimulator", "ControlApi", "ControlError", "ProviderKey", "SimulatorClient", "SimulatorConfig"]
