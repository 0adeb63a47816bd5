"""`python -m layers.notices` writes THIRD-PARTY-NOTICES.md: what the layers ship, and under which licences.

From the locks and the metadata of what is installed here, which are the same versions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

FILE = Path(__file__).with_name("THIRD-PARTY-NOTICES.md")
LAYERS = ("base", "apns")
# For packages whose metadata has the licence in words.
_SPDX = {"The MIT License (MIT)": "MIT"}
_HEAD = """# Third-party notices

Written by `make lock` from the layers' locks. Each package's licence is in its layer as well, in its `.dist-info`.
`cryptography` contains a build of OpenSSL (Apache-2.0); `cryptography` and `jh2` contain compiled Rust packages.
Everything else that is deployed is this project's own, under the MIT licence.

| package | version | layers | licence |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    layers: tuple[str, ...]
    licence: str
    """As an SPDX expression."""
    texts: tuple[str, ...]


def packages() -> list[Package]:
    layers: dict[str, list[str]] = {}
    for layer in LAYERS:
        for name in re.findall(r"^([\w.-]+)==", (FILE.parent / layer / "requirements.txt").read_text(), re.MULTILINE):
            layers.setdefault(name, []).append(layer)
    return [_package(distribution(name), name, tuple(layers[name])) for name in sorted(layers)]


def document() -> str:
    found = packages()
    rows = [f"| {each.name} | {each.version} | {', '.join(each.layers)} | {each.licence} |\n" for each in found]
    texts = [f"\n## {each.name}\n\n```text\n{text.strip()}\n```\n" for each in found for text in each.texts]
    return _HEAD + "".join(rows) + "".join(texts)


def _package(installed: Distribution, name: str, layers: tuple[str, ...]) -> Package:
    metadata = installed.metadata
    stated = metadata.get("License-Expression") or (metadata.get("License") or "").partition("\n")[0]
    return Package(name, installed.version, layers, _SPDX.get(stated, stated), tuple(_texts(installed)))


def _texts(installed: Distribution) -> Iterator[str]:
    for file in sorted(installed.files or [], key=str):
        if ".dist-info" in str(file) and re.match(r"(LICEN[CS]E|COPYING|NOTICE)", file.name):
            yield Path(str(file.locate())).read_text()


if __name__ == "__main__":
    FILE.write_text(document())
