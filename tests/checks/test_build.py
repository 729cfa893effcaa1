"""Every check of a build, with one that fails it and one that does not."""

from __future__ import annotations

import pytest

from nox_release.checks.build import BUILD, Build

SDIST, WHEEL = "contoso_core-1.2.0.tar.gz", "contoso_core-1.2.0-py3-none-any.whl"


def found(build: Build) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in BUILD.run(build)]


@pytest.mark.parametrize(
    "build",
    [
        Build("contoso-core", "1.2.0", SDIST),
        Build("contoso-core", "1.2.0", WHEEL),
        Build("contoso-core", None, "contoso_core-7.tar.gz"),
        Build("contoso-core", "1.2.0", "Contoso.Core-1.2.0.tar.gz"),
        Build("contoso-core", "1.2.0", "contoso_core-1.2.0-1-cp311-cp311-manylinux_2_28_x86_64.whl"),
    ],
)
def test_a_sound_build_passes(build: Build) -> None:
    """The right name and version in either kind of file is all that is asked."""
    assert found(build) == []


def test_a_backend_that_fails_is_told_with_its_words() -> None:
    """BLD001: no file, and the last thing that the backend said."""
    assert found(Build("contoso-core", "1.2.0", "", failure="ModuleNotFoundError: numpy")) == [
        ("BLD001", "[build-system]", "ModuleNotFoundError: numpy")
    ]


def test_a_file_that_cannot_be_read_is_told() -> None:
    """BLD002: what is wrong with the archive."""
    assert found(Build("contoso-core", "1.2.0", SDIST, unsound="it has no PKG-INFO")) == [
        ("BLD002", SDIST, "it has no PKG-INFO")
    ]


@pytest.mark.parametrize(
    ("filename", "message"),
    [
        ("contoso_core-1.2.1.tar.gz", "the source says contoso-core 1.2.0"),
        ("contoso-1.2.0-py3-none-any.whl", "the source says contoso-core 1.2.0"),
        ("contoso_core-1.2.0.zip", "only .tar.gz is an sdist"),
        ("contoso_core-1.2.0.tar.bz2", "Invalid sdist filename"),
        ("contoso_core-1.2.0.whl", "Invalid wheel filename"),
        ("contoso_core-latest.tar.gz", "Invalid sdist filename"),
    ],
)
def test_a_file_with_another_name_is_told(filename: str, message: str) -> None:
    """BLD003: the name, the version and the form of the file's name are those of the project."""
    ((code, where, said),) = found(Build("contoso-core", "1.2.0", filename))
    assert (code, where) == ("BLD003", filename)
    assert message in said
