"""The stack on one machine, and commands for whoever works with one here or in AWS."""

import sys
from pathlib import Path

# Where the functions have their packages at the top level, as in Lambda.
sys.path.append(str(Path(__file__).resolve().parent.parent / "functions"))
