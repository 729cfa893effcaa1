"""What the bytes of a file must be so that an index takes it and every installer sees the same in it."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator

from nox_release.check import Family, Problem, Severity
from nox_release.distribution import Distribution, FaultKind
from nox_release.distribution.zipped import RATIO, RATIO_FROM
from nox_release.model import Kind

ARCHIVE: Family[Distribution] = Family("ARC", "a file's bytes")

_MIB = 1 << 20
_LARGEST = 100 * _MIB
_ENTRY_POINT = re.compile(r"[\w.-]+")

_BUILD_AGAIN = "build the file anew, and send it as it was built"
_STANDARD_ZIP = (
    "build it anew with a current build backend, or pack it with Python's zipfile into a file that can be sought"
)
_RECORD = "change the wheel only with tools that rewrite RECORD, such as wheel unpack and wheel pack"


def _told(distribution: Distribution, kind: FaultKind, fix: str) -> Iterator[Problem]:
    for fault in distribution.faults:
        if fault.kind is kind:
            yield Problem(fault.where, fix, fault.message)


@ARCHIVE.check("ARC101", "A wheel is a zip", pypi=True)
def wheel_is_zip(distribution: Distribution) -> Iterator[Problem]:
    """PyPI opens every ``.whl`` with Python's zipfile and refuses what that does not open (PEP 427)."""
    yield from _told(distribution, FaultKind.NOT_ZIP, _BUILD_AGAIN)


@ARCHIVE.check("ARC102", "An sdist is a gzipped tar", pypi=True)
def sdist_is_tar(distribution: Distribution) -> Iterator[Problem]:
    """PyPI lists every ``.tar.gz`` with Python's tarfile, and refuses what is cut off or cannot be unpacked."""
    yield from _told(distribution, FaultKind.NOT_TAR, _BUILD_AGAIN)


@ARCHIVE.check("ARC103", "A file is an archive of one format", pypi=True)
def one_format(distribution: Distribution) -> Iterator[Problem]:
    """What is a zip from its end and a tar from its front installs as one thing and is examined as another.

    PyPI refuses such files since March 2026 (CVE-2026-3219).
    """
    yield from _told(distribution, FaultKind.POLYGLOT, _BUILD_AGAIN)


@ARCHIVE.check("ARC104", "A wheel of over 64 MiB unpacked is at least a fiftieth of that", pypi=True)
def no_bomb(distribution: Distribution) -> Iterator[Problem]:
    """PyPI takes a zip that unpacks to more than 50 times its size for a decompression bomb; tars it does not ask."""
    unpacked = distribution.unpacked
    if distribution.kind is not Kind.SDIST and unpacked > RATIO_FROM and unpacked > RATIO * distribution.size:
        message = f"{distribution.size} bytes claim to unpack to {unpacked}"
        yield Problem(distribution.filename, "ship data that compresses so well in a compressed form", message)


@ARCHIVE.check("ARC105", "A file is not over 100 MiB", pypi=True)
def not_too_large(distribution: Distribution) -> Iterator[Problem]:
    """PyPI's limit for a file, unless it has raised the project's (https://docs.pypi.org/project-management/storage-limits)."""
    if distribution.size > _LARGEST:
        fix = "ship less, or ask PyPI for a higher limit and let ARC105 pass with that reason"
        yield Problem(distribution.filename, fix, f"it has {distribution.size / _MIB:.1f} MiB")


@ARCHIVE.check("ARC106", "Members of a zip are stored or deflated", pypi=True)
def usual_compression(distribution: Distribution) -> Iterator[Problem]:
    """PyPI takes no other compression; installers on a Python without bz2 or lzma could not unpack it."""
    yield from _told(distribution, FaultKind.COMPRESSION, "pack with deflate")


@ARCHIVE.check("ARC111", "An sdist has one top folder", pypi=True)
def one_top_folder(distribution: Distribution) -> Iterator[Problem]:
    """The source distribution format: everything lies in ``{name}-{version}``; installers build in that folder."""
    yield from _told(distribution, FaultKind.TOP_FOLDER, "let the build backend make the sdist, do not pack it by hand")


@ARCHIVE.check("ARC112", "An sdist has PKG-INFO in its top folder", pypi=True)
def has_pkg_info(distribution: Distribution) -> Iterator[Problem]:
    """PyPI asks for ``{top}/PKG-INFO`` by exactly that name: not below it, and not as ``./{top}/PKG-INFO``."""
    yield from _told(
        distribution, FaultKind.NO_PKG_INFO, "let the build backend make the sdist, do not pack it by hand"
    )


@ARCHIVE.check("ARC113", "An sdist has no sparse members", pypi=True)
def no_sparse_members(distribution: Distribution) -> Iterator[Problem]:
    """PEP 625 sdists are pax without GNU's extensions; readers differ in what such a member holds.

    PyPI refuses them since August 2026.
    """
    yield from _told(distribution, FaultKind.SPARSE, "pack without --sparse")


@ARCHIVE.check("ARC121", "A zip is made of its records and nothing else", pypi=True)
def no_stray_data(distribution: Distribution) -> Iterator[Problem]:
    """Bytes before, between or after the records let two readers see two archives in one file.

    PyPI refuses whatever a reader from the front and one from the end do not see alike, step by step since August
    2025; ARC122 to ARC129 are the other rules of that kind.
    """
    yield from _told(distribution, FaultKind.STRAY_DATA, _STANDARD_ZIP)


@ARCHIVE.check("ARC122", "A zip has every name once", pypi=True)
def no_duplicate_names(distribution: Distribution) -> Iterator[Problem]:
    """Which of two members of one name is installed depends on the installer."""
    yield from _told(distribution, FaultKind.DUPLICATE_NAME, "add each file once; zip tools that update append instead")


@ARCHIVE.check("ARC123", "Local and central headers of a zip agree", pypi=True)
def headers_agree(distribution: Distribution) -> Iterator[Problem]:
    """A member must be listed once in the central directory and begin once in the file, with the same sizes."""
    yield from _told(distribution, FaultKind.HEADERS_DISAGREE, _STANDARD_ZIP)


@ARCHIVE.check("ARC124", "The end record of a zip describes its central directory", pypi=True)
def directory_agrees(distribution: Distribution) -> Iterator[Problem]:
    """Readers that trust the count and those that go by the size would see other members."""
    yield from _told(distribution, FaultKind.DIRECTORY_DISAGREES, _STANDARD_ZIP)


@ARCHIVE.check("ARC125", "A zip says the size of a member before its content", pypi=True)
def no_data_descriptors(distribution: Distribution) -> Iterator[Problem]:
    """Zips that were streamed give sizes only afterwards, so a reader from the front guesses where members end."""
    yield from _told(distribution, FaultKind.DATA_DESCRIPTOR, _STANDARD_ZIP)


@ARCHIVE.check("ARC126", "Members of a zip have no comments", pypi=True)
def no_entry_comments(distribution: Distribution) -> Iterator[Problem]:
    """PyPI refuses them: no installer shows them, and records can be hidden in them."""
    yield from _told(distribution, FaultKind.ENTRY_COMMENT, "pack without comments")


@ARCHIVE.check("ARC127", "Names in a zip have no control characters", pypi=True)
def no_control_characters(distribution: Distribution) -> Iterator[Problem]:
    """Readers end a name at a NUL or not; terminals obey the others."""
    yield from _told(distribution, FaultKind.CONTROL_CHARACTER, "rename the file")


@ARCHIVE.check("ARC128", "Names in a zip are UTF-8 and say so", pypi=True)
def names_are_utf8(distribution: Distribution) -> Iterator[Problem]:
    """Without flag bit 11 a reader takes a name for code page 437, so PyPI sees two names and refuses the file."""
    yield from _told(distribution, FaultKind.NAME_ENCODING, "pack with Python's zipfile, or rename the file")


@ARCHIVE.check("ARC129", "Extra fields in a zip are well formed", pypi=True)
def extras_well_formed(distribution: Distribution) -> Iterator[Problem]:
    """Sizes and names of ZIP64 and Info-ZIP's extra fields override those of the header for some readers."""
    yield from _told(distribution, FaultKind.BAD_EXTRA, _STANDARD_ZIP)


@ARCHIVE.check(
    "ARC131", "A wheel has METADATA, WHEEL and RECORD in the .dist-info folder that its name says", pypi=True
)
def has_dist_info(distribution: Distribution) -> Iterator[Problem]:
    """PyPI looks for ``{name}-{version}.dist-info``, spelled as in the file's name, and reads METADATA and RECORD."""
    fix = "do not rename wheels; build it anew with a current build backend"
    yield from _told(distribution, FaultKind.DIST_INFO, fix)


@ARCHIVE.check("ARC132", "entry_points.txt is an INI file whose scripts have plain names", pypi=True)
def entry_points_well_formed(distribution: Distribution) -> Iterator[Problem]:
    """Installers write a program for each name, so a name must be no path.

    PyPI refuses names not of letters, digits, ``_``, ``.`` and ``-`` since May 2026 (Entry points specification).
    """
    where = f"{distribution.top}/entry_points.txt"
    if distribution.entry_points is None:
        return
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(distribution.entry_points.decode())
    except UnicodeDecodeError:
        yield Problem(where, "write it as UTF-8", "it is no UTF-8")
        return
    except configparser.Error as error:
        yield Problem(where, "mend the entry points of the project", str(error).splitlines()[0])
        return
    for group in ("console_scripts", "gui_scripts"):
        for name in parser[group] if parser.has_section(group) else ():
            if not _ENTRY_POINT.fullmatch(name):
                yield Problem(where, "rename the script", f"{name!r} in {group}")


@ARCHIVE.check("ARC133", "Code is not obfuscated", pypi=True)
def not_obfuscated(distribution: Distribution) -> Iterator[Problem]:
    """PyPI's acceptable use policy: it scans ``.py`` and ``.pye`` for what PyArmor and SourceDefender leave in them."""
    yield from _told(distribution, FaultKind.OBFUSCATED, "publish the source as it was written, or not on PyPI")


@ARCHIVE.check("ARC201", "A file can be looked at within limits")
def within_limits(distribution: Distribution) -> Iterator[Problem]:
    """What claims to hold more than any package does is not read to its end, so nothing is known of the rest."""
    yield from _told(distribution, FaultKind.LIMIT, "ship less in one file")


@ARCHIVE.check("ARC202", "Contents have their checksums")
def checksums_hold(distribution: Distribution) -> Iterator[Problem]:
    """PyPI does not unpack everything; installers stop at content that was damaged on the way."""
    yield from _told(distribution, FaultKind.CHECKSUM, _BUILD_AGAIN)


@ARCHIVE.check("ARC203", "Headers of a zip mean the same to every reader")
def headers_unambiguous(distribution: Distribution) -> Iterator[Problem]:
    """PyPI compares names and sizes; some installers, uv among them, also refuse another checksum, method or place."""
    yield from _told(distribution, FaultKind.AMBIGUOUS_HEADER, _STANDARD_ZIP)


@ARCHIVE.check("ARC204", "Members are not encrypted")
def not_encrypted(distribution: Distribution) -> Iterator[Problem]:
    """No installer asks for a password."""
    yield from _told(distribution, FaultKind.ENCRYPTED, "pack without a password")


@ARCHIVE.check("ARC205", "Members stay in the folder that they are unpacked to")
def paths_stay_inside(distribution: Distribution) -> Iterator[Problem]:
    """Installers refuse absolute paths and ``..`` (PEP 721); a backslash or drive is a path on Windows only."""
    yield from _told(distribution, FaultKind.UNSAFE_PATH, "rename the member, or leave it out")


@ARCHIVE.check("ARC206", "Names differ in more than case")
def names_do_not_collide(distribution: Distribution) -> Iterator[Problem]:
    """On Windows and macOS the second of two such files overwrites the first."""
    yield from _told(distribution, FaultKind.COLLISION, "rename one of the files")


@ARCHIVE.check("ARC211", "RECORD lists the files of the wheel")
def record_lists_files(distribution: Distribution) -> Iterator[Problem]:
    """Installers uninstall by RECORD. PyPI writes to the owners if it differs, and will refuse such wheels.

    Each file must be there, RECORD itself too; signatures (``RECORD.jws``, ``RECORD.p7s``) and folders must not.
    """
    yield from _told(distribution, FaultKind.RECORD_FILES, _RECORD)


@ARCHIVE.check("ARC212", "RECORD has the digests and sizes of the files")
def record_has_digests(distribution: Distribution) -> Iterator[Problem]:
    """The binary distribution format: sha256 or better for each file but RECORD; installers that verify it stop."""
    yield from _told(distribution, FaultKind.RECORD_DIGESTS, _RECORD)


@ARCHIVE.check("ARC213", "A wheel has no bytecode")
def no_bytecode(distribution: Distribution) -> Iterator[Problem]:
    """Bytecode fits one version of Python and can differ from its source; installers compile for themselves."""
    yield from _told(distribution, FaultKind.BYTECODE, "exclude __pycache__ and *.pyc from the package data")


@ARCHIVE.check("ARC214", "WHEEL says something")
def wheel_is_not_empty(distribution: Distribution) -> Iterator[Problem]:
    """Installers read Wheel-Version and Root-Is-Purelib in it before anything else; PyPI asks only that it is there."""
    if distribution.wheel is not None and not distribution.wheel.strip():
        yield Problem(f"{distribution.top}/WHEEL", "build the wheel with a current build backend", "it is empty")


@ARCHIVE.check("ARC221", "Members are files and folders")
def no_special_members(distribution: Distribution) -> Iterator[Problem]:
    """Links do not work on every system, in a wheel on none, and devices are for no package (PEP 721)."""
    yield from _told(distribution, FaultKind.SPECIAL_MEMBER, "exclude it from the archive, or make it a file")


@ARCHIVE.check("ARC222", "The tar is whole up to its end mark")
def tar_is_whole(distribution: Distribution) -> Iterator[Problem]:
    """PyPI and installers stop without a word where a header is broken, and miss what follows it."""
    yield from _told(distribution, FaultKind.BROKEN_TAR, _BUILD_AGAIN)


@ARCHIVE.check("ARC223", "Nothing follows the end of an sdist")
def nothing_after_the_end(distribution: Distribution) -> Iterator[Problem]:
    """What follows the tar's end or the gzip stream is seen by some readers and not by others."""
    yield from _told(distribution, FaultKind.AFTER_END, _BUILD_AGAIN)


@ARCHIVE.check("ARC224", "An sdist has every file once", Severity.WARNING)
def every_file_once(distribution: Distribution) -> Iterator[Problem]:
    """The later of two members of one name is unpacked over the earlier; sdists have such pairs by oversight."""
    yield from _told(distribution, FaultKind.REPEATED, "include the file once")
