"""What a build must leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from nox_release.check import Family, Problem


@dataclass(frozen=True)
class Build:
    """How the building of one distribution ended."""

    name: str
    version: str | None
    """None where the source does not tell it before it is built."""
    filename: str
    """Of the built file; empty where there is none."""
    failure: str = ""
    """The last thing that the backend said."""
    unsound: str = ""
    """Why the file cannot be read as what it claims to be."""


BUILD: Family[Build] = Family("BLD", "a build")


@BUILD.check("BLD001", "The build backend builds the package", essential=True)
def backend_builds(build: Build) -> Iterator[Problem]:
    """A package that does not build from what is committed is built from something else on somebody's machine."""
    if build.failure:
        yield Problem(
            "[build-system]", "read the log; build requirements belong into [build-system] requires", build.failure
        )


@BUILD.check("BLD002", "The built file can be read", essential=True)
def readable(build: Build) -> Iterator[Problem]:
    """Installers refuse what is not an archive of the specified form, or unpack it where it should not be."""
    if build.unsound:
        yield Problem(build.filename, "mend the build backend's configuration", build.unsound)


@BUILD.check("BLD003", "The built file is named after the project")
def named_after_project(build: Build) -> Iterator[Problem]:
    """PEP 625 and the binary distribution format: PyPI refuses any other name, every ``.zip`` among them."""
    if not build.filename:
        return
    try:
        if build.filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(build.filename)
        else:
            name, version = parse_sdist_filename(build.filename)
            if not build.filename.endswith(".tar.gz"):
                raise InvalidSdistFilename("only .tar.gz is an sdist")
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        yield Problem(build.filename, "use a current version of the build backend, without its own formats", str(error))
        return
    if name != build.name or (build.version is not None and str(version) != build.version):
        fix = "make the name and version of the metadata those of the source"
        yield Problem(build.filename, fix, f"the source says {build.name} {build.version}")
