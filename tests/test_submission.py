"""Reading metadata as they are sent: what comes out, and that nothing makes it raise."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nox_release.submission import SIZE_LIMIT, VALUE_LIMIT, WORK_LIMIT, Submission, read

SOUND = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"


def test_fields_come_out_with_their_values() -> None:
    """A field that stands once has one value, another has all in their order; the body is the description."""
    found = read(f"{SOUND}Classifier: B\nClassifier: A\nProject-URL: Docs,https://x.y\n\nText\n".encode())
    assert found.one("Name") == "demo"
    assert found.one("Summary") is None
    assert found.every("Classifier") == ("B", "A")
    assert found.every("Project-URL") == ("Docs, https://x.y",)
    assert found.one("Description") == "Text\n"
    assert found == Submission(found.fields)


@pytest.mark.parametrize(
    ("version", "sent"),
    [("2.1", ()), ("2.3", ()), ("2.4", ("LICENSE",)), ("2.5", ("LICENSE",)), ("new", ("LICENSE",))],
)
def test_twine_drops_license_files_of_old_metadata(version: str, sent: tuple[str, ...]) -> None:
    """Below 2.4 no License-File is sent, and none is missed."""
    found = read(f"Metadata-Version: {version}\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n".encode())
    assert found.every("License-File") == sent
    assert not found.unknown


@pytest.mark.parametrize(
    ("more", "attribute", "fields"),
    [
        (b"Name: other\n", "repeated", ("Name",)),
        (b"Description: a\nDescription: b\n", "repeated", ("Description",)),
        (b"Description: a\n\nb", "repeated", ("Description",)),
        (b"Project-URL: Docs, https://x\nProject-URL: Docs, https://y\n", "repeated", ("Project-URL",)),
        (b"Author: caf\xe9\n", "undecodable", ("Author",)),
        (b"Classifier: caf\xe9\nClassifier: A\n", "undecodable", ("Classifier",)),
        (b"\ncaf\xe9", "undecodable", ("Description",)),
        (b"Colour: red\n", "unknown", ("colour",)),
        (b"Home-page: UNKNOWN\nAuthor:\n", "blank", ("Author", "Home-page")),
    ],
)
def test_what_is_wrong_with_the_form_is_told(more: bytes, attribute: str, fields: tuple[str, ...]) -> None:
    """Each sort of trouble is kept apart, and its fields are not among those that are sent."""
    found = read(SOUND.encode() + more)
    assert getattr(found, attribute) == fields
    assert not set(fields) & set(found.fields)


@pytest.mark.parametrize(
    "content",
    [
        b"Name: " + b"x" * SIZE_LIMIT,
        b"Requires-Dist: x\n" * (WORK_LIMIT + 1),
        b"".join(b"A%d: b\n" % number for number in range(1000)),
        b"Name: demo\rContent-Type: multipart/mixed; boundary=x\r\r--x\r",
        b"content-transfer-encoding: base64\n\nAAAA",
    ],
    ids=["large", "lines", "names", "a message of parts", "an encoded body"],
)
def test_the_parser_is_kept_from_what_would_keep_it(content: bytes) -> None:
    """What would take long, or is read as another sort of message, is not read at all, and that is told."""
    (found,) = read(content).unread
    assert found


def test_a_long_value_is_left_out() -> None:
    """A value with a grammar is not parsed beyond a length; text may be of any."""
    found = read(f"{SOUND}Requires-Dist: {'x' * (VALUE_LIMIT + 1)}\nLicense: {'x' * (VALUE_LIMIT + 1)}\n".encode())
    assert found.unread == (f"a value of Requires-Dist is longer than {VALUE_LIMIT} characters",)
    assert "License" in found.fields


LINES = st.sampled_from(
    [b"Name: a", b"Version: 1", b"Metadata-Version: 2.4", b"Requires-Dist: ", b"Description: x", b"", b" more", b":",
     b"From x", b"Author: \xff", b"Keywords: a,b", b"Project-URL: a", b"Import-Name:", b"License-File: a",
     b"\xc3\xa9: x"]
)  # fmt: skip


@example(b"Description: a header\n\nand a body that is no UTF-8: \x80")
@given(st.one_of(st.binary(max_size=400), st.lists(LINES).map(b"\n".join), st.lists(LINES).map(b"\r\n".join)))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    """Whatever the bytes, every field has values, all of them text, and is one of the specification's."""
    found = read(content)
    assert all(values and all(isinstance(value, str) for value in values) for values in found.fields.values())
    assert not set(found.fields) & {*found.repeated, *found.undecodable, *found.blank}
