"""What must not leave the house, found in bytes."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.leaks import HOMES, SECRETS, by_name, folders, search

BODY = base64.b64encode(hashlib.sha512(b"a key of a test").digest()).decode()  # 88 characters, no key of anything
LETTERS = hashlib.sha256(b"letters").hexdigest()
UPPER = base64.b32encode(hashlib.sha256(b"upper").digest()).decode()
# Put together here, so that no scanner takes this file for one that leaks.
FOUND = {
    "a private key": f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{BODY[:64]}\n",
    "a PyPI token": "pypi-" + f"AgEIcHlwaS5vcmc{LETTERS}",
    "a GitHub token": "ghp_" + LETTERS[:36],
    "an AWS access key": "AKIA" + UPPER[:16],
    "an Azure storage key": "DefaultEndpointsProtocol=https;AccountKey=" + BODY[:86] + "==",
    "an Azure access key": "Endpoint=sb://x/;SharedAccessKey=" + BODY[:43] + "=",
    "a Slack token": "xoxb-" + "123456789012-" + LETTERS[:24],
}


def kinds(content: str | bytes) -> list[tuple[str, int]]:
    return list(search([content.encode() if isinstance(content, str) else content], SECRETS))


@pytest.mark.parametrize("kind", FOUND)
def test_a_secret_is_found_with_its_line(kind: str) -> None:
    """By the form that its issuer gave it."""
    assert kinds(f"first\nsecond {FOUND[kind]} rest\n") == [(kind, 2)]


def test_every_kind_is_tried() -> None:
    """No pattern is without a case."""
    assert {pattern.kind for pattern in SECRETS} == set(FOUND)


@pytest.mark.parametrize(
    "text",
    [
        'HEADER = b"-----BEGIN PRIVATE KEY-----"\n',
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\n" + BODY,
        "pypi-AgE… is how a token begins",
        "ghp_" + "x" * 36,
        "the_ghp_" + LETTERS[:36],
        "AKIA" + "IOSFODNN7EXAMPLE",
        "AccountKey=" + "A" * 86 + "==",
        # the emulator's, which is the same on every machine
        "AccountKey=" + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "AccountKey=...;EndpointSuffix=core.windows.net",
        "xoxb-your-token-goes-here",
    ],
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    """Headers in parsers, placeholders in documentation, and keys that everybody knows."""
    assert kinds(text) == []


@settings(deadline=None)  # small pieces cost much
@given(st.sampled_from(sorted(FOUND)), st.integers(0, 3000), st.integers(20, 700), st.integers(0, 5))
def test_pieces_make_no_difference(kind: str, before: int, size: int, lines: int) -> None:
    """However a file is cut, a secret in it is found once, on its line."""
    content = ("." * before + "\n" * lines + FOUND[kind] + " ." * 400).encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    assert list(search(pieces, SECRETS)) == [(kind, lines + 1)]


@given(st.binary(max_size=2000))
def test_anything_may_be_searched(content: bytes) -> None:
    """Whatever the bytes are, the search ends, and tells lines that are there."""
    for _, line in search([content], (*SECRETS, *HOMES)):
        assert 1 <= line <= content.count(b"\n") + 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".env", "a file of environment variables"),
        ("deploy/.env.local", "a file of environment variables"),
        (".env.example", ""),
        ("demo/environment.py", ""),
        (".pypirc", "credentials of an upload"),
        ("home/.netrc", "a file of passwords"),
        ("keys/id_rsa", "a private key"),
        ("keys/id_rsa.pub", ""),
        ("cert.PFX", "a private key"),
        ("cert.pem", ""),
    ],
)
def test_some_files_are_told_by_their_names(path: str, kind: str) -> None:
    """A certificate may be public; whether a .pem holds a key is told by its content."""
    assert by_name(path) == kind


def test_folders_of_the_build_are_found() -> None:
    """Those of scratch, and the ones that are named."""
    patterns = folders(Path("/srv/checkout"))
    scratch = f"{tempfile.gettempdir()}/nox-release-build-wheel-1/dist"
    for content in (scratch, "x = '/srv/checkout/sdk'"):
        assert list(search([content.encode()], patterns)) == [("the folder of the build", 1)]
    other = f"{tempfile.gettempdir()}/other /srv/checkouts"
    assert not list(search([other.encode()], patterns))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("prefix = '/home/runner/demo/src'", True),
        ("/Users/ann/demo/x.py", True),
        ("/root/demo", True),
        (r"C:\Users\ann\demo", True),
        (r"'C:\\Users\\ann\\demo'", True),
        ("https://example.org/home/ann/index.html", False),
        ("rel/root/x", False),
        ("/home/", False),
    ],
)
def test_home_folders_are_found(text: str, found: bool) -> None:
    """Of Linux, macOS and Windows; not a part of a URL."""
    assert bool(list(search([text.encode()], HOMES))) is found
