"""Uploading: what is sent, what the answers are, and the parts of twine that it stands on."""

from __future__ import annotations

import base64
import hashlib
import inspect
from pathlib import Path

import pytest
from twine.package import PackageFile
from twine.repository import Repository
from twine.settings import Settings

from archives import make_sdist, make_wheel
from nox_release.errors import Blocked
from nox_release.index.credentials import Known
from nox_release.index.upload import Uploader
from nox_release.reconcile import Attempt
from scripted_index import Scripted


def uploader(scripted: Scripted) -> Uploader:
    return Uploader(f"{scripted.url}/legacy/", Known("test", "user", "word"))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path, {"demo.py": ""}, more="Summary: it does things\nRequires-Dist: attrs\n")


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_one_request_sends_the_file_with_its_metadata(
    scripted: Scripted, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The form has the bytes, their digest and the metadata; the user is ours, not one of the home."""
    path = make_wheel(tmp_path, {"demo.py": ""}) if kind == "wheel" else make_sdist(tmp_path, {"demo.py": ""})
    scripted.answers["/legacy/"] = (200, "text/plain", b"")
    assert uploader(scripted).upload(path) == Attempt(200, "OK")
    ((method, where, headers),) = scripted.asked
    assert (method, where) == ("POST", "/legacy/")
    assert headers["authorization"] == f"Basic {base64.b64encode(b'user:word').decode()}"
    (body,) = scripted.bodies
    for part in (b"file_upload", b"demo", path.read_bytes(), hashlib.sha256(path.read_bytes()).hexdigest().encode()):
        assert part in body
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("status", "reason", "body", "told"),
    [
        (400, "File already exists", b"", "File already exists"),
        (400, "Bad Request", b"File already exists\nsee the help\n", "Bad Request: File already exists"),
        (403, "Forbidden", b"<html><body>Forbidden</body></html>", "Forbidden"),
        (403, "Forbidden", b"Forbidden", "Forbidden"),
        (500, "", b"Out of order", "Out of order"),
        (302, "Found", b"", "Found"),
    ],
)
def test_a_refusal_is_returned_with_its_reason(
    scripted: Scripted, wheel: Path, status: int, reason: str, body: bytes, told: str
) -> None:
    """Whatever the index answers comes back after one request: nothing is sent twice, nothing is followed."""
    scripted.reason = reason
    scripted.answers["/legacy/"] = (status, "text/plain", body)
    assert uploader(scripted).upload(wheel) == Attempt(status, told)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("described", [True, False])
def test_the_long_description_may_stay_behind(scripted: Scripted, tmp_path: Path, described: bool) -> None:
    """An index that takes no long fields gets the metadata without it; the file has it in any case."""
    scripted.answers["/legacy/"] = (200, "text/plain", b"")
    wheel = make_wheel(tmp_path, {"demo.py": ""}, more="Summary: short\n\n# A long story\n")
    Uploader(f"{scripted.url}/legacy/", Known("test", "user", "word"), described=described).upload(wheel)
    (body,) = scripted.bodies
    assert b"short" in body
    assert (b'name="description"' in body) is described
    assert wheel.read_bytes() in body


def test_a_broken_connection_is_no_answer(scripted: Scripted, wheel: Path) -> None:
    """Status 0: the file may be there or not, so it is not sent again before somebody looked."""
    scripted.answers["/legacy/"] = (0, "", b"")
    answer = uploader(scripted).upload(wheel)
    assert answer.status == 0
    assert answer.reason
    assert len(scripted.asked) == 1


def test_an_index_that_is_not_there_is_no_answer(wheel: Path) -> None:
    """Nobody listens: status 0 as well."""
    assert Uploader("http://127.0.0.1:9/legacy/", Known("test", "user", "word")).upload(wheel).status == 0


@pytest.mark.parametrize("filename", ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz", "demo.txt"])
def test_what_twine_cannot_upload_is_said(scripted: Scripted, tmp_path: Path, filename: str) -> None:
    """A file that is no distribution is refused before anything is sent."""
    path = tmp_path / filename
    path.write_bytes(b"neither a zip nor a tar")
    with pytest.raises(Blocked, match=f"^twine cannot upload {filename}: ") as caught:
        uploader(scripted).upload(path)
    assert "verify-artifacts" in caught.value.hint
    assert scripted.asked == []


def test_files_of_the_home_decide_nothing(
    scripted: Scripted, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither ``.pypirc``, ``.netrc`` nor twine's variables change where it goes and as whom; nothing is printed."""
    (tmp_path / ".pypirc").write_text("[pypi]\nrepository = http://127.0.0.1:9/\nusername = other\npassword = other\n")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    for name, value in (
        ("HOME", str(tmp_path)), ("TWINE_USERNAME", "other"), ("TWINE_REPOSITORY_URL", "http://127.0.0.1:9/"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    scripted.answers["/legacy/"] = (200, "text/plain", b"")
    assert uploader(scripted).upload(wheel).status == 200
    assert scripted.asked[0][2]["authorization"] == f"Basic {base64.b64encode(b'user:word').decode()}"
    assert capfd.readouterr().out == ""


def test_a_password_is_not_shown() -> None:
    """Credentials can be written down without it."""
    assert "word" not in repr(Known("test", "user", "word"))


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Settings.create_repository, {"self": ...}),
        (PackageFile.from_filename, {"filename": ..., "comment": ...}),
        (Repository.upload, {"self": ..., "package": ..., "max_redirects": 5}),
        (Repository.close, {"self": ...}),
    ],
)  # fmt: skip
def test_twine_has_the_functions_that_uploads_stand_on(function: object, parameters: dict[str, object]) -> None:
    """No library interface of twine is promised, so a new pin has to show that these are what they were."""
    assert callable(function)
    found = inspect.signature(function).parameters.values()
    assert {one.name: ... if one.default is one.empty else one.default for one in found} == parameters


def test_twine_takes_the_settings_that_uploads_give() -> None:
    """The names of the settings, and the session whose trust in the environment is taken away."""
    wanted = {"username", "password", "repository_url", "non_interactive", "disable_progress_bar", "config_file"}
    assert wanted <= set(inspect.signature(Settings).parameters)
    settings = Settings(username="user", password="word", repository_url="http://127.0.0.1/", config_file="/dev/null")
    repository = settings.create_repository()
    assert repository.session.trust_env
    repository.close()
