"""What is done to a deployed stack, in AWS or on this machine: `python -m ops --help`."""

import sys
from pathlib import Path

# In Lambda the functions' packages are at the top level; here too.
sys.path.append(str(Path(__file__).resolve().parent.parent / "functions"))
