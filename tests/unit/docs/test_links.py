"""Every relative link in the repository's Markdown leads to a file that exists, and to a heading that is in it."""

from pathlib import Path

import pytest

from ops.stack.directory import ROOT
from tests.support.docs.markdown import Page, pages

PAGES = pages()


def relative_links(page: Path) -> list[str]:
    links = Page.read(ROOT / page).links
    return [link for link in links if not link.startswith(("https://", "http://", "mailto:"))]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in relative_links(page):
        name, _, anchor = link.partition("#")
        target = (ROOT / page.parent / name).resolve() if name else ROOT / page
        if not target.is_relative_to(ROOT) or not target.exists():
            broken.append(f"{link}: no such file")
        elif anchor and anchor not in Page.read(target).anchors:
            broken.append(f"{link}: no such heading")

    assert broken == []


def test_links_are_found() -> None:
    assert sum(len(relative_links(page)) for page in PAGES) > 50
    assert any("#" in link for page in PAGES for link in relative_links(page))


def test_every_page_of_docs_is_linked_from_another_page() -> None:
    linked = {
        (ROOT / page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in relative_links(page)
        if not link.startswith("#")
    }
    linked |= {each / "README.md" for each in linked if each.is_dir()}

    assert [str(page) for page in PAGES if page.parts[0] == "docs" and ROOT / page not in linked] == []
