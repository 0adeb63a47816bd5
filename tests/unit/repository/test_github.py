"""Workflows, issue forms and Dependabot's settings, which can't run here: by GitHub's schemas, and by our rules."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.stack.directory import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
FORMS = sorted(path for path in GITHUB.glob("ISSUE_TEMPLATE/*.yml") if path.name != "config.yml")
SCHEMAS = [
    *((path, "github-workflows") for path in WORKFLOWS),
    *((path, "github-issue-forms") for path in FORMS),
    (GITHUB / "ISSUE_TEMPLATE" / "config.yml", "github-issue-config"),
    (GITHUB / "dependabot.yml", "dependabot"),
]
TARGETS = re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize(("path", "schema"), SCHEMAS, ids=lambda value: getattr(value, "name", value))
def test_a_file_has_the_form_that_github_expects(path: Path, schema: str) -> None:
    # Its schemas come with it.
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", path]
    checked = subprocess.run(command, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_steps_are_targets_of_make_that_exist(path: Path) -> None:
    for command in [step["run"] for step in steps(path) if "run" in step]:
        found = re.fullmatch(r'make ([a-z0-9-]+)( [A-Z]+=("\$[A-Z]+"|\d))*', command)
        assert found, command
        assert found[1] in TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits(path: Path) -> None:
    for line in [line for line in path.read_text().splitlines() if "uses:" in line]:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_write_nothing_and_has_an_end(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())

    assert workflow["permissions"].items() <= {"contents": "read", "id-token": "write"}.items()
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_dependabot_looks_at_every_lock_and_every_npm_package() -> None:
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text())["updates"]
    directories = {
        (update["package-ecosystem"], directory)
        for update in updates
        for directory in update.get("directories", [update.get("directory")])
    }

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    expected = {("pip", _folder(path)) for path in listed if Path(path).match("*/requirements.txt")}
    expected |= {("npm", _folder(path)) for path in listed if Path(path).name == "package.json"}
    assert directories == expected | {("pip", "/"), ("github-actions", "/")}


def _folder(path: str) -> str:
    return f"/{Path(path).parent}"
