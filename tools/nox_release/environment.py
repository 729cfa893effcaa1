"""Environments: what code of a package may see, and the virtualenvs that it runs in."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nox_release.complaints import complaint, last_line
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.process import Completed, Run

CREDENTIALS = (
    # what uploads read
    *("TWINE_*", "PYPI_*", "TESTPYPI_*", "UV_PUBLISH_*", "FLIT_*", "POETRY_*", "PDM_PUBLISH_*", "HATCH_INDEX_*"),
    # what a name calls by its name
    *("*TOKEN*", "*SECRET*", "*PASSWORD*", "*PASSWD*", "*PASSPHRASE*", "*CREDENTIAL*", "*_AUTH", "*_AUTH_*"),
    *("*_PASS", "*_PWD", "*_PAT", "*_KEY", "*_APIKEY", "*APIKEY", "*_KEY_*", "NETRC"),
    # an identity of the CI or of a cloud, and the files through which a step speaks to later ones
    *("ACTIONS_*", "CI_JOB_JWT*", "SIGSTORE_*", "AWS_*", "AZURE_*", "GCP_*", "SYSTEM_ACCESS*"),
    *("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "BASH_ENV"),
    # agents and key stores that answer whoever asks
    *("SSH_AUTH_SOCK", "SSH_ASKPASS", "GIT_ASKPASS", "GIT_CONFIG_*", "GPG_*", "GNUPGHOME"),
    *("DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_*", "KEYRING_*"),
)
"""Globs of environment variables, upper case, that look like credentials."""

_FOREIGN = ("PYTHON*", "VIRTUAL_ENV", "CONDA_*", "NOX_*", "UV_*", "PIP_*", "XDG_*", "PYTEST_*", "GIT_*")
"""Settings of this machine that would change what a package's code does."""

_URL_WITH_USER = re.compile(r"://[^/\s@]+@")


def is_credential(name: str, value: str, more: Iterable[str] = (), allowed: Iterable[str] = ()) -> bool:
    """Whether a variable looks like a credential, by its name or because it holds a URL with a user."""
    if _matches(name, allowed):
        return False
    return _matches(name, CREDENTIALS) or _matches(name, more) or bool(_URL_WITH_USER.search(value))


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name.upper(), glob.upper()) for glob in globs)


def without_credentials(
    environ: Mapping[str, str], more: Iterable[str] = (), allowed: Iterable[str] = ()
) -> dict[str, str]:
    """Return *environ* less all that looks like a credential: what a stage's worker is started with."""
    more, allowed = tuple(more), tuple(allowed)
    return {name: value for name, value in environ.items() if not is_credential(name, value, more, allowed)}


def for_package_code(environ: Mapping[str, str], home: Path, allowed: Iterable[str] = ()) -> dict[str, str]:
    """Return the environment of a process that runs code of a package.

    :param environ: the worker's, already without credentials.
    :param home: an empty folder, so there is no ``.pypirc``, no ``.netrc``, no key ring.
    :param allowed: globs of variables to keep although they are settings of this machine's Python tools.
    """
    allowed = tuple(allowed)
    kept = {name: value for name, value in environ.items() if not _matches(name, _FOREIGN) or _matches(name, allowed)}
    real = Path(environ.get("HOME", home))
    # Toolchains installed below the real home are found by these, not by HOME.
    for variable, folder in (("RUSTUP_HOME", ".rustup"), ("PYENV_ROOT", ".pyenv")):
        if (real / folder).is_dir():
            kept.setdefault(variable, str(real / folder))
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def for_installer(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment of an installer, which may have to run code of a package to build it.

    It is that of package code, and the settings that say which index to read, where they hold no credential.
    """
    real = Path(environ.get("HOME", home))
    settings = {name: value for name, value in environ.items() if name.startswith(("UV_", "PIP_"))}
    for variable, path in (
        ("PIP_CONFIG_FILE", real / ".config/pip/pip.conf"),
        ("UV_CONFIG_FILE", real / ".config/uv/uv.toml"),
    ):
        if path.is_file() and not _URL_WITH_USER.search(path.read_text(errors="replace")):
            settings.setdefault(variable, str(path))
    settings.setdefault("UV_CACHE_DIR", str(_cache(environ, real) / "uv"))
    settings.setdefault("PIP_CACHE_DIR", str(_cache(environ, real) / "pip"))
    settings.pop("UV_PYTHON", None)
    quiet = {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "NO_COLOR": "1"}
    return {**for_package_code(environ, home), **settings, **quiet}


def _cache(environ: Mapping[str, str], home: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library/Caches"
    return Path(environ.get("XDG_CACHE_HOME", home / ".cache"))


@dataclass(frozen=True)
class Venv:
    """A virtualenv for code under test."""

    root: Path

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.root / "bin"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.bin / "python"

    @property
    def site(self) -> Path:
        """Where distributions are installed."""
        return next(self.root.glob("lib/python*/site-packages"))

    def activate(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return *environ* with this virtualenv's programs first."""
        return {
            **environ,
            "PATH": f"{self.bin}{os.pathsep}{environ.get('PATH', os.defpath)}",
            "VIRTUAL_ENV": str(self.root),
        }


@dataclass(frozen=True)
class Installer:
    """uv, or virtualenv and pip, behind the same three calls."""

    uv: str
    """Path of the uv program; empty: use virtualenv and pip."""
    environ: Mapping[str, str]
    """As :func:`for_installer` makes it."""
    python: str = sys.executable
    """The interpreter that virtualenvs are made of."""

    def create(self, root: Path, run: Run, python: str = "") -> Venv:
        """Make an empty virtualenv.

        :param python: the interpreter, if not the usual one.
        :raises Blocked: where that fails.
        """
        python = python or self.python
        if self.uv:
            command = [self.uv, "venv", "--quiet", "--no-project", "--no-config", "--python", python, str(root)]
        else:
            command = [
                self.python,
                "-m",
                "virtualenv",
                "--quiet",
                "--no-periodic-update",
                "--python",
                python,
                str(root),
            ]
        done = run(command, cwd=root.parent, env=self.environ)
        if done.code:
            raise Blocked(f"no virtualenv could be made: {complaint(done.output)}", "the log has the whole output")
        return Venv(root)

    def install(
        self, venv: Venv, requirements: Sequence[str], run: Run, *, index: str = "", dependencies: bool = True
    ) -> Completed:
        """Install *requirements* (PEP 508, or paths of files) and return how that ended.

        :param index: install from this Simple API alone, whatever else is configured.
        :param dependencies: also what *requirements* require.
        """
        env = dict(self.environ)
        if self.uv:
            command = [self.uv, "pip", "install", "--python", str(venv.python), "--no-progress"]
            command += ["--no-config", "--no-cache", "--default-index", index] if index else []
        else:
            command = [str(venv.python), "-m", "pip", "install", "--no-compile", "--no-input", "--progress-bar", "off"]
            command += ["--isolated", "--no-cache-dir", "--index-url", index] if index else []
        if index:
            env = {name: value for name, value in env.items() if not name.startswith(_INDEX_SETTINGS)}
        command += [] if dependencies else ["--no-deps"]
        return run([*command, *requirements], cwd=venv.root, env=env, timeout=1800)

    def lowest(self, wanted: Path, python: str, run: Run, *options: str) -> Completed:
        """Resolve the requirements in the file *wanted* at the lowest versions that they allow; only uv can.

        What they require themselves is resolved at its highest. The output is a requirements file.
        """
        return self.resolve(wanted, python, run, *options, resolution="lowest-direct")

    def resolve(self, wanted: Path, python: str, run: Run, *options: str, resolution: str = "highest") -> Completed:
        """Resolve the requirements in the file *wanted* without installing anything; only uv can.

        The output is a requirements file.
        """
        command = [self.uv, "pip", "compile", "--quiet", "--no-progress", "--resolution", resolution]
        command += ["--no-header", "--no-annotate", "--python", python, *options, str(wanted)]
        return run(command, cwd=wanted.parent, env=self.environ, timeout=1800)

    def check(self, venv: Venv, run: Run) -> Completed:
        """Run ``pip check``: the requirements of all that is installed are met, or it says which are not."""
        if self.uv:
            return run([self.uv, "pip", "check", "--python", str(venv.python)], cwd=venv.root, env=self.environ)
        return run([str(venv.python), "-m", "pip", "check"], cwd=venv.root, env=self.environ)


_INDEX_SETTINGS = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_CONFIG", "PIP_")


def find_uv() -> str:
    """Return the path of the uv beside this interpreter, else on PATH; empty where there is none."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv") or ""


def uv_version(uv: str, run: Run) -> str:
    """What the uv at a path says it is: another machine with the same one has another file of another time.

    :raises Blocked: if it does not say.
    """
    done = run([uv, "--version"], cwd=Path(uv).parent, env=os.environ, timeout=60)
    if done.code or not done.output.strip():
        hint = "install uv again: pip install --force-reinstall uv"
        raise Blocked(f"{uv} --version fails: {last_line(done.output)}", hint)
    return done.output.strip()


def sweep_scratch(age: float = 24 * 3600) -> None:
    """Take away scratch folders that commands which were killed left behind more than *age* seconds ago."""
    for path in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with suppress(OSError):
            if path.stat().st_uid == os.getuid() and path.stat().st_mtime < time.time() - age:
                shutil.rmtree(path, ignore_errors=True)


_SCRATCH = "nox-release-"


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder outside the workspace, so that nothing finds the source by walking upwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{prefix}"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build_environment(
    requirements: Iterable[str], installer: Installer, store: Store, run: Run, since: float = 0.0
) -> Venv:
    """Return a virtualenv that holds *requirements*, one for each set of them and interpreter.

    It is filled under a lock and marked when whole, so a killed command leaves nothing that counts.

    :param since: environments made before this time (seconds since 1970) do not count.
    :raises Blocked: where the requirements cannot be installed.
    """
    wanted = sorted(set(requirements))
    interpreter = f"{sys.implementation.cache_tag} {sys.version} {sys.base_prefix}"
    key = hashlib.sha256(json.dumps([wanted, interpreter, bool(installer.uv)]).encode()).hexdigest()[:16]
    root = store.folder("environments") / key
    whole = root / "whole"
    with store.lock(f"environment-{key}"):
        if whole.exists() and whole.stat().st_mtime >= since:
            return Venv(root)
        shutil.rmtree(root, ignore_errors=True)
        venv = installer.create(root, run)
        if wanted:
            done = installer.install(venv, wanted, run)
            if done.code:
                raise Blocked(
                    f"the build requirements cannot be installed: {', '.join(wanted)}: {complaint(done.output)}",
                    "see the log; [build-system] requires in pyproject.toml names them",
                )
        whole.write_text("\n".join(wanted))
    return venv
