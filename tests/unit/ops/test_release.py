"""The hash of all that is deployed."""

from datetime import UTC, datetime
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from ops.stack.release import release, retried, stamp
from tests.support.aws.template import TEMPLATE


def test_a_release_changes_with_a_file_its_name_and_a_parameter(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = release(tmp_path, {"A": "1"})

    assert release(tmp_path, {"A": "1"}) == before
    assert release(tmp_path, {"A": "2"}) != before
    (tmp_path / "a.py").write_text("2")
    changed = release(tmp_path, {"A": "1"})
    assert changed != before
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert release(tmp_path, {"A": "1"}) not in (before, changed)


def test_what_the_finder_of_macos_leaves_behind_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = release(tmp_path, {})
    (tmp_path / ".DS_Store").write_bytes(b"\0")

    assert release(tmp_path, {}) == before


def test_a_release_that_was_rolled_back_is_another_one_the_next_time() -> None:
    first, second = (retried("abc", datetime(2026, 11, 26, 4, minute, tzinfo=UTC)) for minute in (0, 1))

    assert len({"abc", first, second}) == 3
    assert first.startswith("abc-")


def test_a_stamped_template_has_the_release_and_is_otherwise_the_same(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE.read_text())

    stamp(file, "abc")

    stamped, written = yaml_parse(file.read_text()), yaml_parse(TEMPLATE.read_text())
    assert stamped["Globals"]["Function"]["Environment"]["Variables"].pop("RELEASE") == "abc"
    written["Globals"]["Function"]["Environment"]["Variables"].pop("RELEASE")
    assert stamped == written
