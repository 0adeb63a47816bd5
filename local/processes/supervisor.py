"""`python -m local.processes.supervisor COMMAND...`: runs a command until its own stdin is closed.

The local stack starts every process through it. When the runner ends, be it by SIGKILL, the kernel closes the pipe, and
the guard ends the command together with all that the command has started.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 5.0


def main(command: list[str]) -> int:
    """The command's exit code, or 128 + the number of the signal that ended it."""
    # Ctrl-C goes to every process of the terminal; the runner decides what ends, and in which order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: _signal_group(child.pid, signal.SIGTERM))
    threading.Thread(target=_end_with_runner, args=(child.pid,), daemon=True).start()
    # Not reaped yet, so that its process group's number can't become somebody else's before the group is ended.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    _signal_group(child.pid, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _end_with_runner(group: int) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    _signal_group(group, signal.SIGTERM)
    time.sleep(GRACE_S)
    _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
