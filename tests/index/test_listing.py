"""Pages of the Simple API, as JSON and as HTML, and what a project's last release is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from nox_release.index.listing import JSON, Published, PublishedFile, listing, version_of

URL = "https://index.test/simple/demo/"
SHA = "ab" * 32


def of_json(**page: object) -> Published:
    return listing("Demo", json.dumps({"files": [], **page}).encode(), JSON, URL)


def of_html(page: str) -> Published:
    return listing("demo", page.encode(), "text/html; charset=utf-8", URL)


def test_json_tells_all() -> None:
    """Each key of PEP 691 and PEP 700 ends in its field; links are made absolute."""
    made = of_json(
        meta={"api-version": "1.4"},
        files=[
            {
                "filename": "demo-1.0.tar.gz",
                "url": "../../files/demo-1.0.tar.gz#egg=demo",
                "hashes": {"sha256": SHA.upper(), "md5": "x"},
                "size": 12,
                "upload-time": "2026-10-26T20:28:38.123456Z",
                "yanked": "",
                "requires-python": ">=3.9",
            }
        ],
    )
    assert made == Published(
        "demo",
        (
            PublishedFile(
                "demo-1.0.tar.gz", "https://index.test/files/demo-1.0.tar.gz", SHA, 12,
                datetime(2026, 10, 26, 20, 28, 38, 123456, UTC), True, ">=3.9", Version("1.0"),
            ),
        ),
    )  # fmt: skip


def test_what_json_does_not_tell_is_unknown() -> None:
    """An index of PEP 691 alone tells neither sizes nor times; what is told in another form does not count."""
    (file,) = of_json(
        files=[{"filename": "demo-1.0.tar.gz", "url": "a", "size": "12", "upload-time": "yesterday", "yanked": False}]
    ).files
    assert (file.sha256, file.size, file.uploaded, file.yanked, file.requires_python) == ("", None, None, False, "")


def test_a_time_without_zone_is_utc() -> None:
    """PEP 700 has it in UTC."""
    (file,) = of_json(files=[{"filename": "demo-1.0.tar.gz", "url": "a", "upload-time": "2026-10-26T20:28:38"}]).files
    assert file.uploaded == datetime(2026, 10, 26, 20, 28, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    ("page", "status"),
    [({}, "active"), ({"project-status": {"status": "archived"}}, "archived"), ({"project-status": None}, "active")],
)
def test_the_status_is_read(page: dict[str, object], status: str) -> None:
    """An index that has no such word takes uploads."""
    assert of_json(**page).status == status


def test_versions_without_files_are_told() -> None:
    """PEP 700 names all versions; those that are no versions are passed over."""
    made = of_json(versions=["1.0", "0.9", "2004d"], files=[{"filename": "demo-1.0.0.tar.gz", "url": "a"}])
    assert made.emptied == {Version("0.9")}


def test_html_tells_what_it_can() -> None:
    """Anchors of PEP 503 with their attributes; sizes and times are unknown."""
    made = of_html(f"""<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0">
        <meta name="pypi:project-status" content="archived"></head><body><h1>Links</h1>
        <a href="https://files.test/demo-1.0-py3-none-any.whl#sha256={SHA}" data-requires-python="&gt;=3.9"
           data-yanked>demo-1.0-py3-none-any.whl</a><br/>
        <a href="demo-1!2.tar.gz#md5=x"> demo-1!2.tar.gz </a><a name="top">top</a></body></html>""")
    assert made == Published(
        "demo",
        (
            PublishedFile("demo-1.0-py3-none-any.whl", "https://files.test/demo-1.0-py3-none-any.whl", SHA,
                          yanked=True, requires_python=">=3.9", version=Version("1.0")),
            PublishedFile("demo-1!2.tar.gz", f"{URL}demo-1!2.tar.gz", version=Version("1!2")),
        ),
        "archived",
    )  # fmt: skip


def test_html_of_a_project_without_files_says_that_it_is_of_an_index() -> None:
    """Then it is a list, and empty."""
    assert of_html('<meta name="pypi:repository-version" content="1.1">') == Published("demo")


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"", JSON, "Expecting value"),
        (b"[]", JSON, "AttributeError"),
        (b"{}", JSON, "KeyError: 'files'"),
        (b'{"files": 3}', JSON, "TypeError"),
        (b'{"files": ["a"]}', JSON, "TypeError"),
        (b'{"files": [{"url": "a"}]}', JSON, "KeyError: 'filename'"),
        (b'{"files": [], "meta": {"api-version": "2.0"}}', JSON, "version 2 of the Simple API"),
        (b'{"files": [{"url": "a", "filename": "../a"}]}', JSON, "'../a' is no name of a file"),
        (b'{"files": [{"url": "a", "filename": "a", "hashes": {"sha256": "../.."}}]}', JSON, "is no sha256"),
        (b"[" * 100_000, JSON, "RecursionError|Expecting value"),
        (b'{"files": "\xff"}', JSON, "codec can't decode"),
        (b"", "text/html", "the page has no links"),
        (b"<h1>Out of order</h1>", "text/html", "the page has no links"),
        (b"<a href='/login'>Log in</a>", "text/html", 'a link reads "Log in" and leads to "login"'),
        (b"<a href='x/'></a>", "text/html", "'' is no name of a file"),
        (b"demo-1.0.tar.gz", "text/plain; charset=utf-8", "it is text/plain"),
        (b"demo-1.0.tar.gz", "", "it is of no declared type"),
    ],
)
def test_what_is_no_list_is_not_taken_for_an_empty_one(content: bytes, kind: str, why: str) -> None:
    """A page of a proxy, a login or another API is told as what it is."""
    with pytest.raises(ValueError, match=why):
        listing("demo", content, kind, URL)


@given(st.binary(max_size=300), st.sampled_from([JSON, "text/html"]))
def test_whatever_comes_is_a_list_or_an_error(content: bytes, kind: str) -> None:
    """No bytes make the parser end in another way."""
    with contextlib.suppress(ValueError):
        assert isinstance(listing("demo", content, kind, URL), Published)


@pytest.mark.parametrize(
    ("name", "filename", "version"),
    [
        ("demo", "demo-1.0.tar.gz", "1.0"),
        ("demo", "Demo-1.0.zip", "1.0"),
        ("demo", "demo-1.0-py3-none-any.whl", "1.0"),
        ("demo", "demo-1.0+local_1-1build-cp311-cp311-linux_x86_64.whl", "1.0+local-1"),
        ("a-b", "a.b-1.0.tar.gz", "1.0"),
        ("a-b", "A__b-1.0rc1.tar.gz", "1.0rc1"),
        ("a-b", "a_b-1.0.post1.tar.bz2", "1.0.post1"),
        ("demo", "demo-1.0-1.tar.gz", "1.0.post1"),
        ("demo", "demo-1.0-py2.7.egg", "1.0"),
        ("demo", "demo-1.0.win32-py2.7.exe", "1.0"),
        ("demo", "demo-1.0.linux-x86_64.tar.gz", "1.0"),
        ("demo", "demo-1.0.win-amd64.msi", "1.0"),
        ("demo", "demo-1.0-1.noarch.rpm", "1.0"),
        ("demo", "demo-2004d.tar.gz", None),
        ("demo", "demo-more-1.0.tar.gz", None),
        ("demo", "other-1.0.tar.gz", None),
        ("demo", "demo-1.0.tar.gz.asc", None),
        ("demo", "demo-1.0", None),
    ],
)
def test_the_version_is_that_of_the_name(name: str, filename: str, version: str | None) -> None:
    """Old forms of names count, too; what is no version is none."""
    assert version_of(name, filename) == (None if version is None else Version(version))


def published(versions: Iterable[str], yanked: Iterable[str] = ()) -> Published:
    files = (
        PublishedFile(f"demo-{text}.tar.gz", "", version=Version(text), yanked=text in yanked) for text in versions
    )
    return Published("demo", tuple(files))


def test_equal_versions_are_one_release() -> None:
    """1.0 and 1.0.0 are the same to PEP 440; files without a version are in no release."""
    made = published(["1.0", "1.0.0", "2.0"])
    files = (*made.files, PublishedFile("demo-2004d.tar.gz", ""))
    assert {str(version): len(found) for version, found in Published("demo", files).releases.items()} == {
        "1.0": 2,
        "2.0": 1,
    }


@pytest.mark.parametrize(
    ("there", "yanked", "before", "last"),
    [
        ("", "", None, None),
        ("1.0 1.1", "", None, "1.1"),
        ("1.9 1.10", "", None, "1.10"),
        ("1.0 1.1", "", "1.1", "1.0"),
        ("1.0 1.1", "", "1.1.0", "1.0"),
        ("1.0 1.1", "", "1.0", None),
        ("1.0 1.1", "1.1", None, "1.0"),
        ("1.0", "1.0", None, None),
        ("1.0 2.0b1", "", None, "1.0"),
        ("1.0 2.0b1", "", "2.0", "1.0"),
        ("1.0 2.0b1", "", "2.0b2", "2.0b1"),
        ("1.0 2.0b1", "", "2.0.dev1", "1.0"),
        ("1.0b1 1.0b2", "", None, "1.0b2"),
        ("1.0b1 1.0b2", "", "1.0", "1.0b2"),
        ("1.0 1.0.post1", "", None, "1.0.post1"),
        ("1.0 1.1.dev1", "", None, "1.0"),
        ("1.0b1 1.0", "1.0", "1.1", "1.0b1"),
    ],
)
def test_the_last_release(there: str, yanked: str, before: str | None, last: str | None) -> None:
    """Lower than the one asked about, not yanked, and final where one is and a final one is asked about."""
    made = published(there.split(), yanked.split())
    assert made.last(None if before is None else Version(before)) == (None if last is None else Version(last))


def test_a_release_with_one_file_left_is_not_yanked() -> None:
    """Files are yanked one by one (PEP 592)."""
    one, other = published(["1.0", "1.0"], []).files[0], published(["1.0"], ["1.0"]).files[0]
    assert Published("demo", (one, other)).last() == Version("1.0")


VERSIONS = st.builds(
    lambda release, pre: Version(f"{'.'.join(map(str, release))}{pre}"),
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.sampled_from(["", "", "a1", "b2", "rc1", ".dev1", ".post1"]),
)


@given(st.lists(st.tuples(VERSIONS, st.booleans())), st.none() | VERSIONS)
def test_no_better_release_is_passed_over(there: list[tuple[Version, bool]], before: Version | None) -> None:
    """The last release is lower and not yanked, and nothing higher of its kind is."""
    files = tuple(
        PublishedFile(f"demo-{version}.tar.gz", "", version=version, yanked=yanked) for version, yanked in there
    )
    last = Published("demo", files).last(before)
    fit = {version for version, yanked in there if not yanked and (before is None or version < before)}
    assert (last is None) == (not fit)
    if last is not None:
        assert last in fit
        higher = {version for version in fit if version > last}
        assert all(version.is_prerelease and not last.is_prerelease for version in higher)
        assert not (higher and before is not None and before.is_prerelease)
        if last.is_prerelease and (before is None or not before.is_prerelease):
            assert all(version.is_prerelease for version in fit)
