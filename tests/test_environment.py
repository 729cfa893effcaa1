"""What code of a package may see, and the virtualenvs that it runs in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from fakes import FakeRun
from nox_release.environment import (
    Installer,
    Venv,
    build_environment,
    for_installer,
    for_package_code,
    is_credential,
    scratch,
    sweep_scratch,
    without_credentials,
)
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.process import Completed

SECRET = [
    "TWINE_PASSWORD", "TWINE_USERNAME", "PYPI_USER", "TESTPYPI_USER", "UV_PUBLISH_TOKEN", "UV_PUBLISH_USERNAME",
    "FLIT_USERNAME", "POETRY_HTTP_BASIC_PYPI_USERNAME", "PDM_PUBLISH_USERNAME", "HATCH_INDEX_USER",
    "GITHUB_TOKEN", "CI_JOB_TOKEN", "NPM_TOKEN_FILE", "MY_SECRET", "secret_thing", "DB_PASSWORD", "DB_PASSWD",
    "SMTP_PASS", "MYSQL_PWD", "PYPIRON_UPLOADER_PASS", "GPG_PASSPHRASE", "GOOGLE_APPLICATION_CREDENTIALS",
    "NPM_CONFIG__AUTH", "DOCKER_AUTH_CONFIG", "GH_PAT", "SIGNING_KEY", "FOO_APIKEY", "FOOAPIKEY", "API_KEY_ID", "NETRC",
    "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_URL", "CI_JOB_JWT_V2", "SIGSTORE_ID", "AWS_PROFILE",
    "AZURE_CLIENT_ID", "GCP_PROJECT", "SYSTEM_ACCESSTOKEN", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT",
    "GITHUB_STATE", "BASH_ENV", "SSH_AUTH_SOCK", "SSH_ASKPASS", "GIT_ASKPASS", "GIT_CONFIG_COUNT", "GNUPGHOME",
    "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND", "KEYRING_PROPERTY_X",
]  # fmt: skip
PLAIN = [
    "PATH", "HOME", "LANG", "PWD", "OLDPWD", "TERM", "CI", "GITHUB_SHA", "GITHUB_ACTIONS", "KEYBOARD", "MONKEY",
    "COMPASS", "PATTERN", "AUTHOR", "HTTPS_PROXY", "SOURCE_DATE_EPOCH", "UV_CACHE_DIR", "LD_LIBRARY_PATH",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_what_is_called_like_a_credential_is_taken_away(name: str) -> None:
    """A variable whose name tells of a credential, an identity or an agent never reaches code of a package."""
    assert is_credential(name, "value")
    assert without_credentials({name: "value", "LANG": "C"}) == {"LANG": "C"}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_credential_stays(name: str) -> None:
    """Names that only resemble a pattern are left alone."""
    assert not is_credential(name, "value")


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("https://user:word@example.org/simple", True),
        ("see http://token@example.org", True),
        ("postgresql://app:word@db/name", True),
        ("https://example.org/@scope/package", False),
        ("someone@example.org", False),
        ("https://example.org\nmail@example.org", False),
    ],
)
def test_a_url_with_a_user_is_a_credential(value: str, secret: bool) -> None:
    """Whatever its name is, a value with a user in a URL is taken away."""
    assert is_credential("PIP_INDEX_URL", value) is secret


def test_the_configuration_adds_and_allows() -> None:
    """Globs of the configuration add names, and let some pass that look like credentials."""
    environ = {"CONTOSO_LOGIN": "1", "MONKEY_KEY": "2", "OTHER_KEY": "3"}
    assert without_credentials(environ, ["contoso_*"], ["MONKEY_*"]) == {"MONKEY_KEY": "2"}


def test_code_of_a_package_sees_no_settings_of_this_machine(tmp_path: Path) -> None:
    """Settings of Python tools are gone, home is an empty folder; what is allowed by name stays."""
    foreign = ["PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "NOX_CURRENT_SESSION", "UV_INDEX", "PIP_INDEX_URL",
               "XDG_CONFIG_HOME", "PYTEST_ADDOPTS", "GIT_DIR"]  # fmt: skip
    environ = {**dict.fromkeys(foreign, "x"), "PATH": "/bin", "PYTHONHASHSEED": "0", "HOME": str(tmp_path / "real")}
    seen = for_package_code(environ, tmp_path / "home", ["PYTHONHASH*"])
    assert seen == {
        "PATH": "/bin",
        "PYTHONHASHSEED": "0",
        "HOME": str(tmp_path / "home"),
        "USERPROFILE": str(tmp_path / "home"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def test_toolchains_below_the_real_home_are_still_found(tmp_path: Path) -> None:
    """Rust and pyenv look for themselves in the home; they are told where they are, unless something told them."""
    (tmp_path / ".rustup").mkdir()
    (tmp_path / ".pyenv").mkdir()
    seen = for_package_code({"HOME": str(tmp_path), "PYENV_ROOT": "/opt/pyenv"}, tmp_path / "home")
    assert (seen["RUSTUP_HOME"], seen["PYENV_ROOT"]) == (str(tmp_path / ".rustup"), "/opt/pyenv")


def test_an_installer_knows_where_packages_come_from(tmp_path: Path) -> None:
    """Index settings and caches of the real home remain, an interpreter of uv's choosing does not."""
    pip, uv = tmp_path / ".config/pip/pip.conf", tmp_path / ".config/uv/uv.toml"
    for path in (pip, uv):
        path.parent.mkdir(parents=True)
        path.write_text("[global]\nindex-url = https://example.org/simple\n")
    environ = {"HOME": str(tmp_path), "UV_INDEX": "https://a.example", "PIP_CERT": "/c", "UV_PYTHON": "3.9"}
    seen = for_installer(environ, tmp_path / "home")
    assert {name: seen.get(name) for name in ("UV_INDEX", "PIP_CERT", "UV_PYTHON", "UV_PYTHON_DOWNLOADS", "HOME")} == {
        "UV_INDEX": "https://a.example", "PIP_CERT": "/c", "UV_PYTHON": None, "UV_PYTHON_DOWNLOADS": "never",
        "HOME": str(tmp_path / "home"),
    }  # fmt: skip
    assert (seen["PIP_CONFIG_FILE"], seen["UV_CONFIG_FILE"]) == (str(pip), str(uv))
    caches = tmp_path / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    assert (seen["UV_CACHE_DIR"], seen["PIP_CACHE_DIR"]) == (str(caches / "uv"), str(caches / "pip"))


def test_an_installer_reads_no_file_with_a_password(tmp_path: Path) -> None:
    """A configuration file with a user in a URL is not handed to a process that may run code of a package."""
    path = tmp_path / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True)
    path.write_text("[global]\nindex-url = https://user:word@example.org/simple\n")
    seen = for_installer({"HOME": str(tmp_path)}, tmp_path / "home")
    assert "PIP_CONFIG_FILE" not in seen
    assert "UV_CONFIG_FILE" not in seen


def test_activating_puts_a_virtualenv_first() -> None:
    """Its programs come before all others."""
    venv = Venv(Path("/venv"))
    assert venv.activate({"PATH": "/bin", "A": "b"}) == {"PATH": "/venv/bin:/bin", "VIRTUAL_ENV": "/venv", "A": "b"}
    assert venv.activate({})["PATH"] == f"/venv/bin:{os.defpath}"


ENVIRON = {
    "UV_INDEX_URL": "a", "UV_DEFAULT_INDEX": "b", "UV_CONFIG_FILE": "c", "PIP_INDEX_URL": "d", "UV_CACHE_DIR": "e",
}  # fmt: skip
UV = Installer("/uv", ENVIRON, "/python")
PIP = Installer("", ENVIRON, "/python")


@pytest.mark.parametrize(
    ("installer", "index", "dependencies", "words"),
    [
        (UV, "", True, "/uv pip install --python V/bin/python --no-progress demo==1"),
        (UV, "", False, "/uv pip install --python V/bin/python --no-progress --no-deps demo==1"),
        (
            UV, "http://i/simple/", True,
            "/uv pip install --python V/bin/python --no-progress --no-config --no-cache --default-index"
            " http://i/simple/ demo==1",
        ),
        (PIP, "", True, "V/bin/python -m pip install --no-compile --no-input --progress-bar off demo==1"),
        (
            PIP, "http://i/simple/", False,
            "V/bin/python -m pip install --no-compile --no-input --progress-bar off --isolated --no-cache-dir"
            " --index-url http://i/simple/ --no-deps demo==1",
        ),
    ],
)  # fmt: skip
def test_installing_is_one_command(
    tmp_path: Path, installer: Installer, index: str, dependencies: bool, words: str
) -> None:
    """With an index named, nothing else that is configured has a say."""
    run = FakeRun({"install": Completed(1, "no")})
    done = installer.install(Venv(tmp_path), ["demo==1"], run, index=index, dependencies=dependencies)
    assert done == Completed(1, "no")
    assert run.commands == [words.replace("V/", f"{tmp_path}/").split()]
    assert run.environs[0] == ({"UV_CACHE_DIR": "e"} if index else ENVIRON)


@pytest.mark.parametrize(
    ("installer", "create", "check"),
    [
        (
            UV,
            "/uv venv --quiet --no-project --no-config --python /python V",
            "/uv pip check --python V/bin/python",
        ),
        (PIP, "/python -m virtualenv --quiet --no-periodic-update --python /python V", "V/bin/python -m pip check"),
    ],
)
def test_virtualenvs_are_made_and_checked(tmp_path: Path, installer: Installer, create: str, check: str) -> None:
    """With uv alone; without it virtualenv makes them and their own pip checks them."""
    run = FakeRun()
    venv = installer.create(tmp_path / "venv", run)
    assert venv == Venv(tmp_path / "venv")
    installer.check(venv, run)
    assert run.commands == [words.replace("V", str(venv.root)).split() for words in (create, check)]


@pytest.mark.parametrize("installer", [UV, PIP])
def test_a_virtualenv_may_be_of_another_interpreter(tmp_path: Path, installer: Installer) -> None:
    """Virtualenv itself still runs in ours."""
    run = FakeRun()
    installer.create(tmp_path / "venv", run, "/opt/python3.9")
    ((*_, option, python, _),) = run.commands
    assert (option, python) == ("--python", "/opt/python3.9")
    assert installer.uv or run.commands[0][0] == "/python"


def test_the_lowest_versions_are_resolved_for_an_interpreter(tmp_path: Path) -> None:
    """Of what is asked for; the rest at its highest."""
    run = FakeRun()
    UV.lowest(tmp_path / "wanted.txt", "/opt/python3.9", run, "--only-binary", ":all:")
    (words,) = run.commands
    assert words[:3] == ["/uv", "pip", "compile"]
    line = " ".join(words)
    assert "--resolution lowest-direct" in line
    assert line.endswith(f"--python /opt/python3.9 --only-binary :all: {tmp_path}/wanted.txt")


@pytest.mark.parametrize("installer", [UV, PIP])
def test_a_virtualenv_that_cannot_be_made_is_said(tmp_path: Path, installer: Installer) -> None:
    """The message has the last thing that the program said."""
    run = FakeRun({"venv": Completed(1, "warning: x\nerror: no space left\n\n")})
    with pytest.raises(Blocked, match=r"^no virtualenv could be made: no space left\n"):
        installer.create(tmp_path / "venv", run)
    run = FakeRun({"virtualenv": Completed(1, "")})
    with pytest.raises(Blocked, match="it said nothing"):
        PIP.create(tmp_path / "venv", run)


def test_a_scratch_folder_is_gone_afterwards() -> None:
    """Also where the work in it fails."""
    folders: list[Path] = []

    def work() -> None:
        with scratch("test-") as folder:
            folders.append(folder)
            (folder / "file").write_text("")
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        work()
    assert [folder.exists() for folder in folders] == [False]


def test_scratch_folders_of_killed_commands_are_swept_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is younger stays: another command may be working in it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, young, strange = tmp_path / "nox-release-a", tmp_path / "nox-release-b", tmp_path / "other"
    for folder in (old, young, strange):
        folder.mkdir()
    for folder in (old, strange):
        os.utime(folder, (1, 1))
    sweep_scratch()
    assert [folder.exists() for folder in (old, young, strange)] == [False, True, True]


class MakesVenv(FakeRun):
    """Makes the folder of a virtualenv as its creator would."""

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
    ) -> Completed:
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)
        return super().__call__(command, cwd=cwd, env=env, timeout=timeout)


def test_build_environments_are_made_once_for_each_set_of_requirements(tmp_path: Path) -> None:
    """The order of requirements does not matter; another set, or another installer, is another environment."""
    store, run = Store(tmp_path), MakesVenv()
    one = build_environment(["b", "a", "a"], UV, store, run)
    assert build_environment(("a", "b"), UV, store, run) == one
    assert [words[1] for words in run.commands] == ["venv", "pip"]
    assert run.commands[1][-2:] == ["a", "b"]
    assert build_environment(["a"], UV, store, run) != one
    assert build_environment([], UV, store, run) != one
    assert [words[1] for words in run.commands[2:]] == ["venv", "pip", "venv"]


def test_a_half_made_build_environment_does_not_count(tmp_path: Path) -> None:
    """What a killed command left is taken away and made anew."""
    store, run = Store(tmp_path), MakesVenv()
    venv = build_environment(["a"], UV, store, run)
    (venv.root / "whole").unlink()
    (venv.root / "rubbish").write_text("")
    assert build_environment(["a"], UV, store, run) == venv
    assert not (venv.root / "rubbish").exists()
    assert len(run.commands) == 4


def test_a_build_environment_from_before_does_not_count(tmp_path: Path) -> None:
    """``--fresh`` makes those anew that are older than the command, and keeps what the command itself made."""
    store, run = Store(tmp_path), MakesVenv()
    venv = build_environment(["a"], UV, store, run)
    os.utime(venv.root / "whole", (1000, 1000))
    build_environment(["a"], UV, store, run, since=1001)
    assert len(run.commands) == 4
    os.utime(venv.root / "whole", (1002, 1002))
    build_environment(["a"], UV, store, run, since=1001)
    assert len(run.commands) == 4


def test_build_requirements_that_cannot_be_installed_are_said(tmp_path: Path) -> None:
    """The message names them and the reason, and the environment does not count the next time."""
    store, run = Store(tmp_path), MakesVenv({"install": Completed(1, "x\nerror: no such package: nothing\n")})
    for _ in range(2):
        with pytest.raises(Blocked, match="cannot be installed: nothing, other: no such package") as caught:
            build_environment(["other", "nothing"], UV, store, run)
    assert "[build-system] requires" in caught.value.hint
    assert len(run.commands) == 4
