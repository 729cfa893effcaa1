"""Code of a package meets no secret, however it tries."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workspaces import CONFIG, Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]

SECRETS = {
    "TWINE_PASSWORD": "secret-1",
    "TWINE_USERNAME": "secret-2",
    "PYPI_TOKEN": "secret-3",
    "UV_PUBLISH_TOKEN": "secret-4",
    "GITHUB_TOKEN": "secret-5",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "secret-6",
    "AZURE_CLIENT_SECRET": "secret-7",
    "CORP_LOGIN": "secret-8",
    "SSH_AUTH_SOCK": "secret-9",
    "INNOCENT_URL": "https://user:secret-10@example.com/",
}
# Writes all that it can see into a file whose place it knows from the name of the package alone.
SPY = """
import json, os, pathlib
seen = {"environ": dict(os.environ), "files": {}}
for name in (".pypirc", ".netrc", "_netrc"):
    for home in (pathlib.Path.home(), pathlib.Path(os.path.expanduser("~"))):
        if (home / name).exists():
            seen["files"][name] = (home / name).read_text()
with open(LOOT, "a") as out:
    out.write(json.dumps(seen) + "\\n")
"""


def test_hostile_code_gets_nothing(workspace: Make, tmp_path: Path) -> None:
    """A setup.py, a test and a module at import look for credentials in the environment and at home, in vain."""
    home, loot = tmp_path / "home", tmp_path / "loot"
    home.mkdir()
    (home / ".pypirc").write_text("[pypi]\nusername = __token__\npassword = secret-11\n")
    (home / ".netrc").write_text("machine example.com login me password secret-12\n")
    spy = f"LOOT = {str(loot)!r}\n{SPY}"
    build = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
    files = package("hostile", build=build, body=spy, tests=f"{spy}\n\ndef test_it():\n    pass\n")
    files["packages/hostile/setup.py"] = f"{spy}\nfrom setuptools import setup\nsetup()\n"
    files["pyproject.toml"] = CONFIG + 'credentials = ["CORP_*"]\n'
    made = workspace(files)
    cache = {"UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv"))}
    done = made.nox("-s", "publish", "--", "hostile", HOME=str(home), **cache, **SECRETS)
    assert done.returncode == 0, done.stdout
    seen = [json.loads(line) for line in loot.read_text().splitlines()]
    assert len(seen) >= 5  # the hooks of two builds, an installation of the sdist, the imports, the tests
    assert all(item["files"] == {} for item in seen)
    assert not [secret for secret in SECRETS.values() if secret in loot.read_text()]
    evidence = "".join(path.read_text() for path in (made.root / ".nox-release").rglob("*.json"))
    logs = "".join(path.read_text() for path in (made.root / ".nox-release").rglob("*.log"))
    assert "secret-" not in evidence + logs + done.stdout


def test_a_variable_may_be_passed_on_purpose(workspace: Make, tmp_path: Path) -> None:
    """pass-environment lets the tests see a variable that looks like a credential."""
    tests = 'import os\n\n\ndef test_it():\n    assert os.environ["SERVICE_TOKEN"] == "for tests"\n'
    files = {**package("demo", tests=tests), "pyproject.toml": CONFIG + 'pass-environment = ["SERVICE_*"]\n'}
    done = workspace(files).nox("-s", "test", "--", "demo", SERVICE_TOKEN="for tests")
    assert done.returncode == 0, done.stdout
