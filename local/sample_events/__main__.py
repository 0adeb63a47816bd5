"""`python -m local.sample_events` writes events/*.json; with a name it prints that one event."""

import argparse
import json
import sys

from local.sample_events import Event, sample_events
from ops.stack.directory import ROOT
from shared.clock import now_ms

EVENTS = ROOT / "events"


def main(arguments: list[str] | None = None) -> int:
    events = sample_events(now_ms())
    parser = argparse.ArgumentParser(prog="python -m local.sample_events", description=__doc__)
    parser.add_argument("name", nargs="?", choices=events, metavar="NAME", help=", ".join(events))
    name = parser.parse_args(arguments).name
    if name:
        print(_text(events[name]), end="")
        return 0
    for old in EVENTS.glob("*.json"):
        if old.stem not in events:
            old.unlink()
    for name, event in events.items():
        (EVENTS / f"{name}.json").write_text(_text(event))
    return 0


def _text(event: Event) -> str:
    return json.dumps(event, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
