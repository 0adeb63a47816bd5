"""The layers' packages are locked: to versions, to hashes, and to the same ones everywhere."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.locks import LAYERS, LOCKS, ROOT, locked, logical_lines, pins


@pytest.mark.parametrize("path", LOCKS)
def test_every_package_is_locked_to_a_version_and_hashes(path: str) -> None:
    for line in logical_lines(ROOT / path):
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ;[^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+", line), line


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_names_no_package_index(path: str) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / path).read_text())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_lock_has_what_is_asked_for(layer: str) -> None:
    for line in logical_lines(ROOT / "layers" / layer / "requirements.in"):
        if not line.startswith("-"):
            wanted = Requirement(line.partition(" #")[0])
            assert locked(layer)[canonicalize_name(wanted.name)] in wanted.specifier


def test_layers_agree_on_what_is_in_both() -> None:
    base, apns = locked("base"), locked("apns")

    shared = base.keys() & apns.keys()
    assert shared
    assert {name: base[name] for name in shared} == {name: apns[name] for name in shared}


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_tested_is_what_runs(layer: str) -> None:
    tested = pins(ROOT / "requirements-dev.txt")

    assert {name: tested.get(name) for name in locked(layer)} == locked(layer)


def test_boto3_comes_with_the_runtime() -> None:
    assert not {"boto3", "botocore"} & {name for layer in LAYERS for name in locked(layer)}
