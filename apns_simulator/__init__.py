"""Apple's push service on this machine.

`ApnsSimulator` runs it in a thread of this process, `python -m apns_simulator` in a process of its own, which
`SimulatorClient` controls. It speaks HTTP/2 over TLS with a CA of its own (`ca.pem`), has one listener per
environment, and listens on 127.0.0.1 only.

    key = ProviderKey.from_pem(Path("AuthKey.p8").read_bytes(), "KEYID12345", "TEAMID1234", topics=["com.example.voip"])
    with ApnsSimulator(directory, [key]) as apns:
        apns.put_device("a1b2", dead_since_ms=1_700_000_000_000)  # 410 Unregistered
        apns.add_fault("silence", count=1, accepted=True)  # the next push rings, but its sender never learns of it
        ...  # send to apns.production_url
        pushes = apns.pushes(after=0, wait_s=5)

A push is checked against Apple's rules (`rules`, `provider_token`, `devices`) and recorded with `accepted`: whether
the phone rings, whether or not the sender learns of it. By default every well-formed device token is accepted in both
environments, except one whose bits are all set.
A connection allows one stream until its first accepted push, then 1000, and one again after a 4xx other than 410;
streams beyond the limit are refused with REFUSED_STREAM.

The control API is the methods of `ControlApi`, and the same over HTTP: see README.md.

Where a rule is implemented, a comment says whether it comes from Apple's documentation, was seen by clients, or is our
assumption.
"""

from apns_simulator.config import SimulatorConfig
from apns_simulator.control.api import ControlApi
from apns_simulator.control.client import SimulatorClient
from apns_simulator.errors import ControlError
from apns_simulator.provider_token import ProviderKey
from apns_simulator.server import ApnsSimulator

__all__ = ["ApnsSimulator", "ControlApi", "ControlError", "ProviderKey", "SimulatorClient", "SimulatorConfig"]
