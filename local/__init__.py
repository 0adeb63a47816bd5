"""A stack on this machine: `python -m local --help`."""

import ops  # noqa: F401 (makes the functions' packages importable)
