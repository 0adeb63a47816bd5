"""The processes of our own stack: another one may be running on this machine."""

import os
import subprocess


def our_processes() -> dict[int, str]:
    """The command lines of our descendants, by process id."""
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    commands: dict[int, str] = {}
    parents: dict[int, int] = {}
    for line in listing.splitlines():
        pid, parent, command = line.split(maxsplit=2)
        commands[int(pid)], parents[int(pid)] = command, int(parent)
    return {pid: command for pid, command in commands.items() if _is_ours(pid, parents)}


def _is_ours(pid: int, parents: dict[int, int]) -> bool:
    while pid := parents.get(pid, 0):
        if pid == os.getpid():
            return True
    return False
