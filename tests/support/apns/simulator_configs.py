"""Configurations of the simulator that several tests use."""

from apns_simulator import SimulatorConfig

ALL_AT_ONCE = SimulatorConfig(initial_max_concurrent_streams=1000, throttle_after_error=False)
