"""Real headless Chromium for tests; where none is there they are skipped, and say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
PATIENCE = 120_000
"""Milliseconds that anything may take on a machine that is busy with other things."""
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
"""The source of axe-core, which a package on PyPI carries."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it with a profile of its own, which is gone afterwards; skip the test where there is none."""
    program = next((found for name in NAMES if (found := shutil.which(name))), "")
    if not program:
        pytest.skip("NOT TESTED: no Chromium is installed, and nox -s tests could not install it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS), timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()
