"""Where a candidate goes: what the command line, the environment and .pypirc say, and what they may not say."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.errors import Misuse
from nox_release.repository import PYPI, TESTPYPI, Repository, Section, Wanted, choose, read_pypirc

SECTIONS: dict[str, Section] = {
    "pypi": {"repository": PYPI.upload_url},
    "testpypi": {"repository": TESTPYPI.upload_url},
    "corp": {"repository": "https://index.example/upload/"},
    "old": {"repository": "https://pypi.python.org/pypi"},
    "oldtest": {"repository": "https://testpypi.python.org/pypi"},
    "empty": {},
}
SIMPLE = "https://index.example/simple"


def test_an_authority_goes_with_its_section(tmp_path: Path) -> None:
    """What .pypirc names comes before what twine's variable names; without either there is none."""
    ours, usual = tmp_path / "ours.pem", tmp_path / "usual.pem"
    ours.touch()
    usual.touch()
    sections: dict[str, Section] = {**SECTIONS, "safe": {**SECTIONS["corp"], "ca_cert": str(ours)}}
    environ = {"TWINE_CERT": str(usual)}
    assert choose(Wanted("safe", index_url=SIMPLE), sections, environ).ca == str(ours)
    assert choose(Wanted("corp", index_url=SIMPLE), sections, environ).ca == str(usual)
    assert choose(Wanted(repository_url="https://x.example/", index_url=SIMPLE), sections, environ).ca == str(usual)
    assert choose(Wanted("corp", index_url=SIMPLE), sections, {}).ca == ""


@pytest.mark.parametrize(("named", "environ"), [("ca_cert of [corp]", {}), ("TWINE_CERT", {"TWINE_CERT": "/gone.pem"})])
def test_an_authority_that_is_not_there(named: str, environ: dict[str, str]) -> None:
    """It is told before anything is asked for, with where it is named."""
    section = SECTIONS["corp"] if environ else {**SECTIONS["corp"], "ca_cert": "/gone.pem"}
    with pytest.raises(Misuse, match=r"names /gone\.pem, which is no file") as caught:
        choose(Wanted("corp", index_url=SIMPLE), {"corp": section}, environ)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "environ", "expected"),
    [
        (Wanted(), {}, PYPI),
        (Wanted("testpypi"), {}, TESTPYPI),
        (Wanted(), {"TWINE_REPOSITORY": "testpypi"}, TESTPYPI),
        (Wanted("pypi"), {"TWINE_REPOSITORY": "testpypi"}, PYPI),
        (
            Wanted("corp", index_url=SIMPLE),
            {},
            Repository("corp", "https://index.example/upload/", f"{SIMPLE}/", section="corp"),
        ),
        (
            Wanted(repository_url="http://127.0.0.1:80/", index_url=SIMPLE), {},
            Repository("http://127.0.0.1:80/", "http://127.0.0.1:80/", f"{SIMPLE}/"),
        ),
        (
            Wanted(index_url=SIMPLE), {"TWINE_REPOSITORY_URL": "https://a.example/"},
            Repository("https://a.example/", "https://a.example/", f"{SIMPLE}/"),
        ),
        (Wanted(index_url="https://pypi.org/simple"), {}, PYPI),
    ],
)  # fmt: skip
def test_a_repository_is_chosen(wanted: Wanted, environ: dict[str, str], expected: Repository) -> None:
    """The command line goes before the environment, as in twine; of the known ones their other sides are known."""
    assert choose(wanted, SECTIONS, environ) == expected


def test_pypi_by_its_url_is_pypi() -> None:
    """Named by its URL it is the same index, without the credentials of a section."""
    chosen = choose(Wanted(repository_url="https://upload.pypi.org/legacy"), SECTIONS, {})
    assert (chosen.simple_url, chosen.json_url, chosen.section) == (PYPI.simple_url, PYPI.json_url, "")


@pytest.mark.parametrize(
    ("wanted", "said", "hint"),
    [
        (Wanted("nowhere"), "there is no repository nowhere", "corp, empty, old, oldtest, pypi, testpypi"),
        (Wanted("pypi", "https://a.example/"), "both say where to upload", "give one of them"),
        (Wanted("old"), "no uploads since 2018", f"write repository = {PYPI.upload_url}"),
        (Wanted("oldtest"), "no uploads since 2018", f"write repository = {TESTPYPI.upload_url}"),
        (Wanted("empty"), "is no URL of an index", "https://HOST/PATH"),
        (Wanted("corp"), "where the files uploaded to https://index.example/upload/ can be read", "--index-url"),
        (Wanted(repository_url="index.example", index_url=SIMPLE), "is no URL of an index", "https://HOST/PATH"),
        (Wanted(repository_url="http://[1", index_url=SIMPLE), "is no URL of an index", "https://HOST/PATH"),
        (Wanted(repository_url="ftp://a.example/", index_url=SIMPLE), "is no URL of an index", "https://HOST/PATH"),
        (Wanted(repository_url="http://a.example/", index_url=SIMPLE), "would send the password in clear", "https://"),
        (Wanted(repository_url="https://me:word@a.example/", index_url=SIMPLE), "has a user", "TWINE_USERNAME"),
        (Wanted("pypi", index_url=SIMPLE), "is not the index that", "leave --index-url out"),
    ],
)
def test_what_cannot_be_obeyed_is_misuse(wanted: Wanted, said: str, hint: str) -> None:
    """Each says what is wrong, where, and what to type; no password is repeated."""
    with pytest.raises(Misuse) as caught:
        choose(wanted, SECTIONS, {})
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert "word@" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]:2/"])
def test_loopback_needs_no_tls(url: str) -> None:
    """What does not leave the machine may go in clear."""
    assert choose(Wanted(repository_url=url, index_url=url), {}, {}).upload_url == url


def test_a_pypirc_of_2018_is_read(tmp_path: Path) -> None:
    """Sections that are listed count, with what they say; PyPI and TestPyPI are always there."""
    path = tmp_path / ".pypirc"
    path.write_text(
        "[distutils]\nindex-servers =\n    pypi\n    corp\n\n[pypi]\nusername: me\npassword: a%b=c;d\n\n"
        "[corp]\nrepository = https://index.example/upload/\nca_cert = /ca.pem\n\n[unlisted]\nrepository = https://x/\n"
    )
    assert read_pypirc(path) == {
        "pypi": {"repository": PYPI.upload_url, "username": "me", "password": "a%b=c;d"},
        "testpypi": {"repository": TESTPYPI.upload_url},
        "corp": {"repository": "https://index.example/upload/", "ca_cert": "/ca.pem"},
    }


def test_without_a_pypirc_there_are_two(tmp_path: Path) -> None:
    """A file that is not there is nothing wrong."""
    assert read_pypirc(tmp_path / "absent").keys() == {"pypi", "testpypi"}


@pytest.mark.parametrize("content", [b"password = secret-word\n", b"[pypi\nsecret-word", b"[pypi]\npassword = \xff"])
def test_a_pypirc_that_cannot_be_read_is_not_shown(tmp_path: Path, content: bytes) -> None:
    """The message names the file and nothing of what is in it."""
    path = tmp_path / ".pypirc"
    path.write_bytes(content)
    with pytest.raises(Misuse, match="cannot be read") as caught:
        read_pypirc(path)
    assert "secret-word" not in str(caught.value)


@given(url=st.text(max_size=30), name=st.sampled_from(["", "corp", "pypi"]), index=st.text(max_size=20))
def test_no_url_ends_in_a_traceback(url: str, name: str, index: str) -> None:
    """Whatever is typed, it is a repository or a misuse."""
    with contextlib.suppress(Misuse):
        assert choose(Wanted(name, url, index), SECTIONS, {}).upload_url


@pytest.mark.parametrize(
    ("wanted", "typed"),
    [
        (Wanted(), ""),
        (Wanted("corp", first_release=True), " --repository corp"),
        (Wanted("", "https://x/?a&b", "https://x/s"), " --repository-url 'https://x/?a&b' --index-url https://x/s"),
        (Wanted("", "https://x/up", "https://x/simple"), " --repository-url https://x/up --index-url https://x/simple"),
    ],
)
def test_the_options_for_the_same_index_can_be_typed_again(wanted: Wanted, typed: str) -> None:
    """Behind any command, with a blank before each."""
    assert wanted.typed == typed


def test_pages_for_people_are_known_of_pypi_alone() -> None:
    """What another index calls them is not guessed."""
    assert (PYPI.pages, TESTPYPI.pages) == ("https://pypi.org/", "https://test.pypi.org/")
    assert Repository("x", "https://x/", "https://x/simple/").pages == ""
