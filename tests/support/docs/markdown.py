"""The repository's Markdown as GitHub reads it: links, anchors, tables."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Self

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ops.stack.directory import ROOT

type Row = tuple[str, ...]
"""A table's cells as they are read: no link targets, no backticks."""


@dataclass(slots=True)
class Page:
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    """Targets of links and pictures, those in HTML included."""
    headings: list[str] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    """By the heading above; without the header row."""

    @classmethod
    @cache
    def read(cls, path: Path) -> Self:
        page = cls()
        page._read(path.read_text())
        return page

    def _read(self, text: str) -> None:
        slugs = Counter[str]()
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        for token, inline in pairwise(tokens):
            if token.type == "heading_open":
                self.headings.append(_text(inline))
                slug = _slug(_text(inline))
                self.anchors.add(f"{slug}-{slugs[slug]}" if slugs[slug] else slug)
                slugs[slug] += 1
            elif token.type == "tr_open":
                self._rows.append(())
            elif token.type == "td_open":
                self._rows[-1] += (_text(inline),)
            elif token.type == "thead_close":
                # The row of the header, which has no cells of its own kind.
                self._rows.pop()
        self.links += _links(tokens)

    @property
    def _rows(self) -> list[Row]:
        return self.tables.setdefault(self.headings[-1], [])


def pages() -> list[Path]:
    """All Markdown files that belong to the repository, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def _links(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type.startswith("html_"):
            yield from re.findall(r"\b(?:href|src|srcset)=\"([^\" ]+)", token.content)
        for name in ("href", "src"):
            if name in token.attrs:
                yield str(token.attrs[name])
        yield from _links(token.children or [])
