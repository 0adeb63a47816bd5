"""Names and phrases that were given up are gone: from code, logs, metrics, page, template and docs."""

import re
import subprocess
from pathlib import Path

import pytest

from ops.stack.directory import ROOT

# What replaced each. Whole words, upper and lower case told apart.
OLD = {
    "CallsSpread": "CallsFannedOut",
    "SPREAD": "FANNED_OUT",
    "CallOver": "CallEnded",
    "OverFact": "CallEnd",
    "is_over": "has_ended",
    "Held": "LeasedElsewhere",
    "AlreadyDone": "AlreadySettled",
    "Journal": "CallLog",
    "LOOK_AGAIN_MS": "MIN_REFRESH_MS",
    "KEEP_MS": "CACHE_TTL_MS",
    "LEAVE_ALONE_MS": "FAILURE_COOLDOWN_MS",
    "let_in_by": "authenticated_with",
    "Allowance": "TokenBucket",
    "Contract": "StackDescription",
    "Observer": "CallTracker",
    "tell_entry": "describe_entry",
    "Board": "PageState",
    "Deed": "UserAction",
    "Handsets": "phones",
    "apples": "simulator_devices",
    "journey": "end_to_end",
    "examination": "run",
    "misbehaviour": "fault_actions",
    "members not had": "group members unavailable",
    "messages not held": "could not extend visibility timeout",
    "call not worked on": "message processing failed",
    "retry not hastened": "could not set retry delay",
    "webhook not taken": "webhook not accepted",
    "somebody else is ringing it": "claimed by another delivery",
    "in silence": "silently",
    "instead of where it is": "overrides the endpoint",
    "TraceWhichKnowsNoResources": "WriteTraces",
    "SetPoisonAside": "SendToDeadLetterQueue",
    "set_aside": "sent_to_dead_letter_queue",
    "set aside": "sent to the dead-letter queue",
    "the brief": "the signed webhook",
    "the brief's": "the signed webhook's",
    "books": "counts",
    "held against": "compared with, checked against",
    "anew": "again",
    "to be had": "available",
}
# Where an old name has to be: here, in the history, and in what others have written.
EXEMPT = (str(Path(__file__).relative_to(ROOT)), "CHANGELOG.md", "tests/samples/", "requirements-", "layers/")
COMPATIBILITY = re.compile(r"compatib|for one release", re.IGNORECASE)


def texts() -> dict[str, list[str]]:
    """The lines of every text file under version control, by its path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [path for path in listed.split("\0") if path and not path.startswith(EXEMPT) and (ROOT / path).is_file()]
    return {path: text.splitlines() for path in paths if (text := read(ROOT / path)) is not None}


def read(path: Path) -> str | None:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return None


def places(word: str, files: dict[str, list[str]]) -> list[str]:
    """Where the word is, unless one of the three lines before says that it is for compatibility."""
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    return [
        f"{path}:{number + 1}: {line.strip()}"
        for path, lines in files.items()
        for number, line in enumerate(lines)
        if pattern.search(line) and not COMPATIBILITY.search("\n".join(lines[max(0, number - 3) : number + 1]))
    ]


@pytest.fixture(scope="module")
def files() -> dict[str, list[str]]:
    return texts()


@pytest.mark.parametrize("word", OLD)
def test_an_old_word_is_gone(word: str, files: dict[str, list[str]]) -> None:
    assert places(word, files) == [], f"the word is {OLD[word]}"


def test_a_word_is_found_unless_it_is_for_compatibility() -> None:
    old = ["# Read for one release, for compatibility.", "names = ('Journal',)"]

    assert places("Journal", {"a.py": old[1:]}) == ["a.py:1: names = ('Journal',)"]
    assert places("Journal", {"a.py": old}) == []
    assert places("Journal", {"a.py": ["Journals and journal"]}) == []
