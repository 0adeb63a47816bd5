"""The fault matrix: every dependency of the functions fails in every way, on the wire. `make faults`."""

import ops  # noqa: F401 (makes the functions' packages importable)
