"""The door to build backends (PEP 517), through pypa/build, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from build import BuildBackendException, BuildException, BuildSystemTableValidationError, ProjectBuilder
from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.complaints import last_line
from nox_release.environment import Installer, Venv, build_environment
from nox_release.evidence import Store
from nox_release.process import Run

DETERMINISTIC = frozenset({"hatchling", "flit_core", "uv_build", "poetry", "maturin"})
"""Backends (first part of the import path) whose sdists are the same bytes for the same SOURCE_DATE_EPOCH.

setuptools and pdm-backend write the time of the build into them.
"""


Distribution = Literal["sdist", "wheel"]


class BuildFailed(Exception):
    """The backend could not do its work; the message is the last thing that it said."""


@dataclass(frozen=True)
class _Environment:
    """What :class:`build.ProjectBuilder` asks of an isolated environment."""

    venv: Venv

    @property
    def python_executable(self) -> str:
        return str(self.venv.python)

    def make_extra_environ(self) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True)
class Backend:
    """Calls the hooks of one source tree."""

    source: Path
    installer: Installer
    store: Store
    environ: Mapping[str, str]
    """For code of the package, see :func:`nox_release.environment.for_package_code`."""
    run: Run
    epoch: int
    """SOURCE_DATE_EPOCH: seconds since 1970."""
    since: float = 0.0
    """Build environments made before this time do not count."""
    used: list[str] = field(default_factory=list)
    """``name==version`` of all that the environment of the last call had, in order."""

    def build(self, distribution: Distribution, destination: Path) -> Path:
        """Build the ``sdist`` or the ``wheel`` into the folder *destination*.

        :raises BuildFailed: where the backend fails, or the source names none that works.
        :raises nox_release.errors.Blocked: where the build requirements cannot be installed.
        """
        return self._call(distribution, lambda builder: Path(builder.build(distribution, destination)))

    def metadata(self, destination: Path) -> Path:
        """Have the backend write the wheel's METADATA below *destination* and return that file.

        :raises BuildFailed: see :meth:`build`.
        """
        return self._call("wheel", lambda builder: Path(builder.metadata_path(destination), "METADATA"))

    def _call(self, distribution: Distribution, work: Callable[[ProjectBuilder], Path]) -> Path:
        try:
            requires = ProjectBuilder(self.source).build_system_requires
            venv = self._environment(requires)
            if self._may_require_more(distribution, venv):
                more = self._builder(venv).get_requires_for_build(distribution)
                venv = self._environment(requires | more)
            self.used[:] = installed(venv)
            return work(self._builder(venv))
        except BuildBackendException as error:
            raise BuildFailed(_reason(error)) from None
        except (BuildException, BuildSystemTableValidationError) as error:
            raise BuildFailed(str(error)) from None

    def _may_require_more(self, distribution: Distribution, venv: Venv) -> bool:
        """Whether the hook that tells further build requirements can answer anything.

        setuptools makes its answer from ``setup_requires``, which stands in setup.py or setup.cfg; without them
        the hook takes half a second to say nothing. For a wheel, setuptools before 70.1 also asks for ``wheel``.
        """
        settings = self.source / "setup.cfg"  # every sdist of setuptools has one
        if (self.source / "setup.py").exists() or (
            settings.exists() and "setup_requires" in settings.read_text(encoding="utf-8", errors="replace")
        ):
            return True
        table = tomllib.loads((self.source / "pyproject.toml").read_text(encoding="utf-8-sig"))
        if table.get("build-system", {}).get("build-backend") != "setuptools.build_meta":
            return True
        return distribution == "wheel" and not any(
            Version(path.name.removesuffix(".dist-info").split("-")[1]) >= Version("70.1")
            for path in venv.root.glob("lib/python*/site-packages/setuptools-*.dist-info")
        )

    def _environment(self, requires: set[str]) -> Venv:
        return build_environment(requires, self.installer, self.store, self.run, self.since)

    def _builder(self, venv: Venv) -> ProjectBuilder:
        def call(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            env = {
                **self.environ,
                **(extra_environ or {}),
                # uv_build looks for its program on PATH.
                "PATH": f"{venv.bin}{os.pathsep}{self.environ.get('PATH', os.defpath)}",
                "SOURCE_DATE_EPOCH": str(self.epoch),
                "TZ": "UTC",
            }
            done = self.run(cmd, cwd=Path(cwd or self.source), env=env, timeout=3600)
            if done.code:
                raise subprocess.CalledProcessError(done.code, cmd, done.output)

        return ProjectBuilder.from_isolated_env(_Environment(venv), self.source, call)


def installed(venv: Venv) -> list[str]:
    """Return ``name==version`` of every distribution in *venv*."""
    found = (path.name.removesuffix(".dist-info").split("-", 1) for path in venv.root.glob(_DISTRIBUTIONS))
    return sorted(f"{canonicalize_name(name)}=={version}" for name, version in found)


_DISTRIBUTIONS = "lib/python*/site-packages/*.dist-info"


def _reason(error: BuildBackendException) -> str:
    inner = error.exception
    if isinstance(inner, subprocess.CalledProcessError) and inner.output:
        return last_line(inner.output)
    return str(inner) or str(error)
