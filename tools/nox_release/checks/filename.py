"""The name of a file that is to be uploaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from nox_release.check import Family, Problem


@dataclass(frozen=True)
class FileName:
    """What a file is called, and what its metadata calls the project."""

    filename: str
    name: str = ""
    """The project's name; empty where its metadata has none that is valid."""
    version: Version | None = None
    """The version; None where its metadata has none that is valid."""


FILENAME: Family[FileName] = Family("FNM", "a file's name")


@FILENAME.check("FNM101", "The name ends in .tar.gz or .whl", pypi=True)
def known_suffix(file: FileName) -> Iterator[Problem]:
    """PEP 625 and PEP 427: an sdist is a .tar.gz, a wheel a .whl, in small letters. A .zip was an sdist until 2024."""
    if not file.filename.endswith((".tar.gz", ".whl")):
        zipped = file.filename.lower().endswith(".zip")
        mend = "build the sdist as a .tar.gz" if zipped else "build an sdist or a wheel"
        yield Problem(file.filename, mend, "it has another ending")


@FILENAME.check("FNM102", "The name is printable, and no path", pypi=True)
def printable(file: FileName) -> Iterator[Problem]:
    """A control character, a slash or a backslash in a name can only be a mistake or an attack."""
    if found := re.search(r"[\x00-\x1f\x7f/\\]", file.filename):
        yield Problem(ascii(file.filename), "rename the project or its version", f"{found[0]!a} in the name")


@FILENAME.check("FNM103", "The name is short enough for a file system", pypi=True)
def short_enough(file: FileName) -> Iterator[Problem]:
    """PyPI serves the METADATA of a wheel as a file beside it (PEP 658), with .metadata behind its name."""
    length = len(file.filename.encode(errors="surrogateescape")) + 9 * file.filename.endswith(".whl")
    if length > 255:
        yield Problem(file.filename, "shorten it; a wheel's tags can be fewer", f"it needs {length} bytes of 255")


# An sdist


@FILENAME.check("FNM201", "An sdist is called by its normalized name and version", pypi=True)
def sdist_name(file: FileName) -> Iterator[Problem]:
    """PEP 625: `{name}-{version}.tar.gz`, the name in small letters and with `_`, the version as PEP 440 writes it."""
    if file.filename.endswith(".tar.gz") and file.name and file.version is not None:
        wanted = f"{_normalized(file.name)}-{file.version}.tar.gz"
        if file.filename != wanted:
            yield Problem(file.filename, f"build with a backend that calls it {wanted}", f"it is not {wanted}")


# A wheel


@FILENAME.check("FNM301", "A wheel's name has its parts", pypi=True)
def wheel_parts(file: FileName) -> Iterator[Problem]:
    """`{name}-{version}(-{build})-{python}-{abi}-{platform}.whl` (PEP 427), where a build tag begins with a digit."""
    if file.filename.endswith(".whl"):
        try:
            parse_wheel_filename(file.filename)
        except (InvalidWheelFilename, ValueError) as error:
            yield Problem(file.filename, "let the build backend name the wheel", str(error))


@FILENAME.check("FNM302", "A wheel is called by the project's normalized name", pypi=True)
def wheel_name(file: FileName) -> Iterator[Problem]:
    """In small letters and with `_`, as PEP 503 and the binary distribution format have it."""
    said = file.filename.partition("-")[0]
    if file.filename.endswith(".whl") and file.name and said != _normalized(file.name):
        wanted = _normalized(file.name)
        yield Problem(file.filename, f"build with a backend that begins the name with {wanted}-", f"not {said}")


@FILENAME.check("FNM303", "A wheel's name and its metadata have one version", pypi=True)
def wheel_version(file: FileName) -> Iterator[Problem]:
    """Installers choose by the name, and then expect that version."""
    parts = file.filename.split("-")
    if file.filename.endswith(".whl") and len(parts) > 2 and file.version is not None:
        try:
            said = Version(parts[1])
        except ValueError:
            return  # FNM301 tells
        if said != file.version:
            yield Problem(file.filename, "build it anew; do not rename wheels", f"{said}, not {file.version}")


@FILENAME.check("FNM304", "A wheel's platforms are ones that PyPI takes", pypi=True)
def wheel_platforms(file: FileName) -> Iterator[Problem]:
    """PyPI takes platforms for which a specification says what may be relied on: a plain linux tag says nothing.

    Of macOS it knows 10.x and the major versions since, each as `_0`. Python and ABI tags go unchecked.
    """
    if file.filename.endswith(".whl") and file.filename.count("-") >= 4:
        tags = file.filename.removesuffix(".whl").rpartition("-")[2].lower().split(".")
        for tag in dict.fromkeys(tags):
            if not _is_taken(tag):
                yield Problem(file.filename, _platform_mend(tag), f"the platform {tag}")


_PLATFORMS = frozenset(
    (
        "any win32 win_amd64 win_arm64 win_ia64 linux_armv6l linux_armv7l manylinux1_x86_64 manylinux1_i686 "
        "manylinux2010_x86_64 manylinux2010_i686 manylinux2014_x86_64 manylinux2014_i686 manylinux2014_aarch64 "
        "manylinux2014_armv7l manylinux2014_ppc64 manylinux2014_ppc64le manylinux2014_s390x"
    ).split()
)
_LINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
_MACOS = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
_PLATFORM = re.compile(
    rf"manylinux_\d+_\d+_({_LINUX}|ppc64)"
    rf"|musllinux_\d+_\d+_({_LINUX})"
    rf"|macosx_(10_\d+|(11|12|13|14|15|26)_0)_({_MACOS})"
    r"|ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)"
    r"|android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)"
    r"|pyemscripten_\d+_\d+_wasm32"
)


def _is_taken(tag: str) -> bool:
    return tag in _PLATFORMS or _PLATFORM.fullmatch(tag) is not None


def _platform_mend(tag: str) -> str:
    if tag.startswith("linux_"):
        return "run auditwheel repair on it, which makes it a manylinux or musllinux wheel"
    if tag.startswith("macosx_"):
        return "set MACOSX_DEPLOYMENT_TARGET to 10.x or a major version, say 11.0, and build anew"
    return "build for a platform that PyPI takes, or publish elsewhere"


def _normalized(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")
