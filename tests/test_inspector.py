"""The program that looks at an installed distribution from inside, run as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archives import make_wheel
from nox_release import inspector

FILES = {
    "demo/__init__.py": "",
    "demo/good.py": "import sys\nassert len(sys.argv) == 1\n",
    "demo/bad.py": "import no_such_thing.inside\n",
    "demo/worse.py": "raise SystemExit('not on this system')\n",
    "demo/crash.py": "import os\nos._exit(7)\n",
}
POINTS = """\
[console_scripts]
demo = demo.good:sys
lost = demo.good:absent
[demo.plugins]
bad = demo.bad
"""


def inspect(folder: Path, *arguments: str, files: Mapping[str, str] = FILES, points: str = POINTS) -> list[Any]:
    """Install a wheel into *folder* and return the answers."""
    with zipfile.ZipFile(make_wheel(folder, files, entry_points=points)) as wheel:
        wheel.extractall(folder / "site")
    command = [sys.executable, "-B", "-m", inspector.__name__, str(folder / "answers"), *arguments]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(folder / "site")}, capture_output=True, check=False)
    return [json.loads(line) for line in (folder / "answers").read_text().splitlines()]


def test_every_module_is_imported_and_answered_for(tmp_path: Path) -> None:
    """An error has its type and message, and which module was missing; the others go on."""
    answers = inspect(tmp_path, "", "demo", "demo.bad", "demo.worse", "demo.good")
    assert [answer for answer in answers if "module" in answer] == [
        {"module": "demo"},
        {
            "module": "demo.bad",
            "error": "ModuleNotFoundError",
            "message": "No module named 'no_such_thing'",
            "missing": "no_such_thing",
            "file": f"{tmp_path}/site/demo/bad.py",
        },
        {
            "module": "demo.worse",
            "error": "SystemExit",
            "message": "not on this system",
            "missing": "",
            "file": f"{tmp_path}/site/demo/worse.py",
        },
        {"module": "demo.good"},
    ]
    assert not any("installed" in answer for answer in answers)


OLD = "import pathlib, sys\nsys.path[:0] = ['', pathlib.Path()]\nfrom demo.good import absent\n"


def test_a_message_names_no_virtualenv(tmp_path: Path) -> None:
    """The same error in two virtualenvs is one, whatever file Python names in it."""
    answers = inspect(tmp_path, "", "demo.old", files={**FILES, "demo/old.py": OLD})
    (told,) = [answer["message"] for answer in answers if "module" in answer]
    assert told == "cannot import name 'absent' from 'demo.good' (demo/good.py)"


def test_a_crash_leaves_the_name_of_its_module(tmp_path: Path) -> None:
    """What was about to be imported is written before it is."""
    answers = inspect(tmp_path, "demo", "demo.good", "demo.crash", "demo.bad")
    assert answers[-1] == {"importing": "demo.crash"}


def test_entry_points_are_loaded(tmp_path: Path) -> None:
    """Those that load, those whose object is not there, and those whose module does not import."""
    answers = inspect(tmp_path, "demo")
    points = {answer["point"]: answer for answer in answers if "point" in answer}
    assert points["demo"] == {"point": "demo", "group": "console_scripts", "value": "demo.good:sys"}
    assert (points["lost"]["error"], points["lost"]["missing"]) == ("AttributeError", "")
    assert (points["bad"]["group"], points["bad"]["missing"]) == ("demo.plugins", "no_such_thing")


def test_what_is_installed_comes_last(tmp_path: Path) -> None:
    """The last answer has every distribution with its version."""
    *_, installed = inspect(tmp_path, "demo", points="")
    assert installed["installed"]["demo"] == "1.0"
