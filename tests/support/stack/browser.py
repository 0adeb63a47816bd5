"""Chromium, for tests of the local page: Debian's, the user's own, or the one that CHROMIUM names."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def _executable() -> str | None:
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *_NAMES, _MAC) if name)
    return next(filter(None, found), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where there is none."""
    executable = _executable()
    if executable is None:
        pytest.skip("there is no Chromium: apt-get install chromium, or set CHROMIUM to the path of a Chrome")
    # Chromium's own sandbox does not work as root, and this one only ever shows a page of ours.
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
