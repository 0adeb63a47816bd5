"""The simulator as a process: `python -m apns_simulator --help`."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from apns_simulator.config import ENVIRONMENTS, SimulatorConfig
from apns_simulator.files import write_atomically
from apns_simulator.provider_token import ProviderKey
from apns_simulator.server import ApnsSimulator


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; 0 after those, 2 if it cannot start."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        simulator = _simulator(options)
        with simulator:
            addresses = {
                "production_url": simulator.production_url,
                "sandbox_url": simulator.sandbox_url,
                "control_url": simulator.control_url,
                "ca_file": str(simulator.ca_file.resolve()),
            }
            print(json.dumps(addresses), flush=True)
            if options.ready_file:
                write_atomically(options.ready_file, json.dumps(addresses).encode())
            stopped.wait()
    except (OSError, ValueError) as error:
        print(f"apns simulator: {error}", file=sys.stderr)
        return 2
    finally:
        if options.ready_file:
            options.ready_file.unlink(missing_ok=True)  # or a later reader would believe that we are running
    return 0


def _simulator(options: argparse.Namespace) -> ApnsSimulator:
    topics = [options.bundle_id, f"{options.bundle_id}.voip"]
    pem = options.key_file.read_bytes()
    key = ProviderKey.from_pem(
        pem, options.key_id, options.team_id, environments=options.environment or ENVIRONMENTS, topics=topics
    )
    if options.all_streams_at_once:
        config = SimulatorConfig(initial_max_concurrent_streams=1000, throttle_after_error=False)
    else:
        config = SimulatorConfig()
    return ApnsSimulator(
        options.dir,
        [key],
        config,
        port=options.port,
        sandbox_port=options.sandbox_port,
        control_port=options.control_port,
        keep=options.keep,
        seed=options.seed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apns_simulator", description="APNs on this machine, for tests")
    for name in ("--port", "--sandbox-port", "--control-port"):
        parser.add_argument(name, type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--dir", type=Path, required=True, help="directory for ca.pem and the server's certificate")
    parser.add_argument("--bundle-id", required=True, help="pushes are allowed to this topic and to its .voip")
    parser.add_argument("--key-id", required=True)
    parser.add_argument("--team-id", required=True)
    parser.add_argument("--key-file", type=Path, required=True, help="the .p8 file, or its public key")
    parser.add_argument(
        "--environment",
        action="append",
        choices=ENVIRONMENTS,
        help="only this one; default: both",
    )
    parser.add_argument("--ready-file", type=Path, help="the addresses are written here as JSON; removed at the end")
    parser.add_argument("--keep", type=int, help="how many pushes to remember; default: all")
    parser.add_argument("--seed", type=int, default=0, help="for faults with a probability")
    parser.add_argument("--all-streams-at-once", action="store_true", help="1000 streams from the start")
    return parser


if __name__ == "__main__":
    sys.exit(main())
