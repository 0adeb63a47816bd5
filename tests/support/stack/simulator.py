"""The APNs simulator of the deployed stack."""

from apns_simulator import SimulatorClient
from ops.stack.description import StackDescription


def simulator(stack: StackDescription) -> SimulatorClient:
    assert stack.apns.control_url
    return SimulatorClient(stack.apns.control_url)
