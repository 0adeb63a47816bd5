"""The drill: every fault that doctor has to name, and how to inject it into a running local stack."""

from tests.support.drill import cometchat, compute, data, secrets
from tests.support.drill.fault import FAULTS, Fault, World

# One of each kind, for make test; make drill has them all.
TELLING = (
    "function push is gone",
    "the devices table was deleted",
    "somebody deleted the webhook secret",
    "the .p8 was stored with literal \\n",
    "the key id is wrong",
    "APNs answers 503",
    "push may not read the devices table",
    "the queue's policy denies push",
    "the event source is disabled",
    "push's reserved concurrency is 0",
    "messages are delayed",
    "an environment variable was changed",
    "a change was deployed and is not live",
    "CometChat has other credentials",
    "call_initiated is not ticked at CometChat",
)

__all__ = ["FAULTS", "TELLING", "Fault", "World", "cometchat", "compute", "data", "secrets"]
