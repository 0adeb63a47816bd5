"""Says that a layer was built for another processor. Python's own import error does not."""

import importlib.util
import os
from pathlib import Path

from shared.errors import WrongArchitecture

_MACHINES = {62: "x86_64", 183: "arm64"}
_ELF_MAGIC = b"\x7fELF"


def check_layer_architecture(package: str = "cryptography") -> None:
    """Looks at the compiled files of a package without importing it. Raises `WrongArchitecture`."""
    spec = importlib.util.find_spec(package)
    here = os.uname().machine.replace("aarch64", "arm64")
    for folder in spec.submodule_search_locations or () if spec else ():
        for library in Path(folder).rglob("*.so"):
            built_for = elf_machine(library)
            if built_for not in (None, here):
                raise WrongArchitecture(
                    f"the layers are built for {built_for} and this function runs on {here}: "
                    f"build them with ARCH={here} and deploy with Architecture={here}"
                )


def elf_machine(path: Path) -> str | None:
    """The processor a compiled file is for, or None if it is not a Linux one."""
    with path.open("rb") as file:
        header = file.read(20)
    if not header.startswith(_ELF_MAGIC):
        return None
    return _MACHINES.get(int.from_bytes(header[18:20], "little"), "another processor")
