"""A layer that was built for another processor is refused in words, before Python fails to import it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import WrongArchitecture
from shared.layer_check import check_layer_architecture, elf_machine

X86_64, ARM64, RISC_V = 62, 183, 243


def elf(machine: int) -> bytes:
    """The beginning of a compiled file for Linux."""
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + b"the rest"


@pytest.mark.parametrize(
    ("content", "machine"),
    [
        (elf(X86_64), "x86_64"),
        (elf(ARM64), "arm64"),
        (elf(RISC_V), "another processor"),
        (elf(X86_64 + 256), "another processor"),
        (b"\xcf\xfa\xed\xfe" + bytes(100), None),
        (b"\x7fEL", None),
        (b"", None),
    ],
    ids=["x86-64", "ARM", "RISC-V", "two bytes", "macOS", "too short", "empty"],
)
def test_which_processor_a_file_is_for(tmp_path: Path, content: bytes, machine: str | None) -> None:
    file = tmp_path / "library.so"
    file.write_bytes(content)

    assert elf_machine(file) == machine


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a package that can be imported."""
    package = tmp_path / "some_package" / "bindings"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    sys.modules.pop("some_package", None)


def runs_on(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    here = os.uname_result(("Linux", "host", "6", "1", machine))
    monkeypatch.setattr(os, "uname", lambda: here)


def refusal(package: str) -> str:
    try:
        check_layer_architecture(package)
    except WrongArchitecture as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize(("machine", "ours", "others"), [("x86_64", X86_64, ARM64), ("aarch64", ARM64, X86_64)])
def test_a_layer_for_this_processor_and_for_another(
    layer: Path, monkeypatch: pytest.MonkeyPatch, machine: str, ours: int, others: int
) -> None:
    runs_on(monkeypatch, machine)
    (layer / "one.abi3.so").write_bytes(elf(ours))
    (layer / "for_macos.so").write_bytes(b"\xcf\xfa\xed\xfe")
    (layer / "data.bin").write_bytes(elf(others))
    assert refusal("some_package") == ""

    (layer / "two.so").write_bytes(elf(others))
    here, there = ("x86_64", "arm64") if machine == "x86_64" else ("arm64", "x86_64")
    assert refusal("some_package") == (
        f"the layers are built for {there} and this function runs on {here}: "
        f"build them with ARCH={here} and deploy with Architecture={here}"
    )


@pytest.mark.parametrize("package", ["no_such_package", "this"])
def test_a_package_that_is_not_there_or_is_one_file_is_for_no_other_processor(package: str) -> None:
    assert refusal(package) == ""


def test_it_is_cryptography_that_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one package of the layers that has compiled files which the functions cannot do without."""
    runs_on(monkeypatch, "sparc64")

    assert "this function runs on sparc64" in refusal("cryptography")
    with pytest.raises(WrongArchitecture):
        check_layer_architecture()
