"""pyproject.toml has the version; the other places that must name it name the same."""

import subprocess

from ops.stack.directory import ROOT
from ops.version import project_version
from tests.support.aws.template import load_template


def test_the_stack_says_which_version_it_is() -> None:
    assert load_template()["Outputs"]["Version"]["Value"] == project_version()


def test_make_version_prints_it() -> None:
    printed = subprocess.run(["make", "--silent", "version"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == project_version()


def test_the_changelog_has_it_or_something_unreleased() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()

    assert f"\n## [{project_version()}] - 20" in text or "\n## [Unreleased]\n" in text
