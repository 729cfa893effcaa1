"""The site, built as it is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pages import ROOT


def test_the_site_is_built_strictly(tmp_path: Path) -> None:
    """Nothing that mkdocs warns of is left, each page is in the navigation, and the schema is at its address."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    schema = json.loads((tmp_path / "site/config.schema.json").read_text(encoding="utf-8"))
    assert schema["$id"].endswith("/config.schema.json")
    assert (tmp_path / "site/index.html").is_file()
