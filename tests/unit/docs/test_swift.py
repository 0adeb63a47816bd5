"""The Swift of docs/ios and of the pages: it parses, and uses no name that nobody has looked up.

No Swift compiler has seen it: types are checked by nobody.
"""

import re
from pathlib import Path

import pytest

from ops.stack.directory import ROOT
from tests.support.swift.api import DELEGATE_METHODS, PAGES
from tests.support.swift.source import Source

PACKAGE = ROOT / "docs" / "ios"
FILES = sorted(PACKAGE.rglob("*.swift"))
PAGES_WITH_SWIFT = ("ios.md", "react-native.md", "flutter.md")
SOURCES = [Source.read(path) for path in FILES]
OURS = {"VoipPush"}.union(*(source.declared() for source in SOURCES))
DELEGATES = ("application", "callObserver", "provider", "providerDidReset", "pushRegistry", "onIncoming", "onOutgoing")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_parses(path: Path) -> None:
    assert Source.read(path).syntax_errors() == []


@pytest.mark.parametrize("page", PAGES_WITH_SWIFT)
def test_the_swift_of_a_page_parses(page: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```swift\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    assert blocks or page == "ios.md"
    for number, block in enumerate(blocks):
        path = tmp_path / f"{page}-{number}.swift"
        path.write_text(block)
        assert Source.read(path).syntax_errors() == []


def test_every_name_of_others_is_in_the_list_and_the_list_has_no_more() -> None:
    used = set().union(*(source.used() for source in SOURCES))

    assert {name for name in used if name.partition("(")[0] not in OURS} == PAGES.keys()


def test_methods_of_delegates_have_the_labels_that_they_are_called_by() -> None:
    functions = set().union(*(source.functions() for source in SOURCES))

    assert {name for name in functions if name.startswith(DELEGATES)} == DELEGATE_METHODS.keys()


def test_a_misspelt_name_and_a_wrong_label_are_found(tmp_path: Path) -> None:
    path = tmp_path / "wrong.swift"
    path.write_text(
        "func pushRegistry(_ r: PKPushRegistri, didReceivePushWith p: Int) { provider.reportCall(with: u, at: nil) }"
    )
    source = Source.read(path)

    assert {"PKPushRegistri", "reportCall(with:at:)"} <= source.used() - PAGES.keys()
    assert source.functions() == {"pushRegistry(_:didReceivePushWith:)"}
    assert not source.functions() & DELEGATE_METHODS.keys()


def test_the_class_that_asks_for_a_calls_state_needs_foundation_alone() -> None:
    text = (PACKAGE / "Sources" / "VoipPush" / "CallStateClient.swift").read_text()

    assert re.findall(r"^import (.*)$", text, re.MULTILINE) == ["Foundation"]
    assert "[0, 2, 4, 8, 16, 32]" in text
