"""The noxfile that registers our sessions: lines are added, and none is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.adopt.noxfile import registering
from nox_release.errors import Misuse

TAKEN = ("lint-metadata", "test", "publish", "status")
CHORES = "import nox\n\n\n@nox.session\ndef tests(session):\n    pass\n"


@pytest.mark.parametrize("source", [None, b"", b"\n\n"])
def test_a_new_noxfile_has_two_lines(source: bytes | None) -> None:
    """What is written where nothing is, is what the README says."""
    assert registering(source, TAKEN) == b"import nox_release\n\nnox_release.register()\n"


@pytest.mark.parametrize(
    ("source", "result"),
    [
        (CHORES, CHORES.replace("nox\n", "nox\nimport nox_release\n", 1) + "\n\nnox_release.register()\n"),
        # The place is behind `import nox`, as import sorters have it.
        (
            "import nox\nimport os\n\nX = 1\n",
            "import nox\nimport nox_release\nimport os\n\nX = 1\n\nnox_release.register()\n",
        ),
        (
            '"""Chores."""\nfrom __future__ import annotations\n\nfrom nox import session\nX = 1\n',
            '"""Chores."""\nfrom __future__ import annotations\n\nfrom nox import session\nimport nox_release\nX = 1\n'
            "\nnox_release.register()\n",
        ),
        # Imports that span lines, or share one.
        (
            "from nox import (\n    session,\n)\n",
            "from nox import (\n    session,\n)\nimport nox_release\n\nnox_release.register()\n",
        ),
        ("import nox; X = (\n1)\n", "import nox; X = (\n1)\nimport nox_release\n\nnox_release.register()\n"),
        # What is imported already is not imported again.
        ("import nox_release\n", "import nox_release\n\nnox_release.register()\n"),
        ("import nox_release as nr\n", "import nox_release as nr\n\nnr.register()\n"),
        ("from nox_release import register\n", "from nox_release import register\n\nregister()\n"),
        # Nothing to stand behind.
        ("# Nothing yet.\n", "# Nothing yet.\n\nimport nox_release\n\nnox_release.register()\n"),
        ("X = 1", "X = 1\n\nimport nox_release\n\nnox_release.register()\n"),
        ("import nox", "import nox\nimport nox_release\n\nnox_release.register()\n"),
        # Line ends, marks and encodings are those of the file.
        ("import nox\r\nX = 1\r\n", "import nox\r\nimport nox_release\r\nX = 1\r\n\r\nnox_release.register()\r\n"),
        ("\ufeffimport nox\n", "\ufeffimport nox\nimport nox_release\n\nnox_release.register()\n"),
    ],
)
def test_lines_are_added_to_a_noxfile(source: str, result: str) -> None:
    """The import goes to the imports and the call to the end, in the file's own style."""
    assert registering(source.encode(), TAKEN) == result.encode()


@pytest.mark.parametrize(
    "source",
    [
        "import nox_release\nnox_release.register()\n",
        "import nox_release as nr\n\nif True:\n    nr.register()\n",
        "from nox_release import register as add\nadd()\n",
    ],
)
def test_a_noxfile_that_registers_stays(source: str) -> None:
    """However it says it, a second time is not needed."""
    assert registering(source.encode(), TAKEN) == source.encode()


def test_a_register_of_something_else_is_none() -> None:
    """The call has to be ours."""
    source = b"import atexit\n\natexit.register(print)\n"
    assert b"nox_release.register()" in registering(source, TAKEN)


@pytest.mark.parametrize(
    ("session", "name"),
    [
        ("@nox.session\ndef test(session): ...\n", "test (line 3)"),
        ("@session(python='3.12')\ndef publish(s): ...\n", "publish (line 3)"),
        ("@nox.session(name='lint-metadata')\ndef lint(session): ...\n", "lint-metadata (line 3)"),
        ("@nox.session\n@nox.parametrize('x', [1])\ndef status(session, x): ...\n", "status (line 4)"),
    ],
)
def test_a_session_with_a_name_of_ours_is_a_conflict(session: str, name: str) -> None:
    """Nox would let the one replace the other without a word."""
    with pytest.raises(Misuse, match="names that nox-release needs") as stopped:
        registering(f"import nox\n{session}".encode(), TAKEN)
    assert name in stopped.value.message


@pytest.mark.parametrize(
    "session",
    ["@nox.session\ndef tests(session): ...\n", "@nox.session(name='t')\ndef test(s): ...\n", "def test(s): ...\n"],
)
def test_other_sessions_and_functions_are_no_conflict(session: str) -> None:
    """What counts is the name that nox knows it by."""
    assert b"nox_release.register()" in registering(f"import nox\n{session}".encode(), TAKEN)


def test_the_conflicts_mend_mends_it() -> None:
    """The name that is proposed is no name of ours."""
    source = "import nox\n@nox.session\ndef test(session): ...\n"
    with pytest.raises(Misuse) as stopped:
        registering(source.encode(), TAKEN)
    mend = '@nox.session(name="my-test")'
    assert mend in stopped.value.hint
    assert registering(source.replace("@nox.session", mend).encode(), TAKEN)


@pytest.mark.parametrize(
    ("source", "where"),
    [
        (b"import nox\ndef (:\n", "noxfile.py:2"),
        (b"\0", "noxfile.py"),
        (b"\xff\xfe", "noxfile.py"),
        (b"-" * 100_000 + b"1", "noxfile.py"),
    ],
)
def test_a_broken_noxfile_is_told_with_its_line(source: bytes, where: str) -> None:
    """Nothing is added to what cannot be read."""
    with pytest.raises(Misuse, match=f"{where}.*cannot be read"):
        registering(source, TAKEN)


def _script(dependencies: str) -> bytes:
    return f"# /// script\n# requires-python = '>=3.11'\n# {dependencies}\n# ///\n\nimport nox\n".encode()


def test_a_noxfile_with_an_environment_of_its_own_must_name_us() -> None:
    """Nox would run it where nox-release is not installed; what the message says to add mends it."""
    with pytest.raises(Misuse, match="states its own dependencies"):
        registering(_script('dependencies = ["nox"]'), TAKEN)
    assert registering(_script('dependencies = ["nox", "nox-release"]'), TAKEN)
    assert registering(_script("x = 1"), TAKEN)


PIECES = st.sampled_from([
    "import nox", "import os, sys", "from nox import session", "X = 1; Y = 2", "# a comment", "", '"""A text."""',
    "@nox.session\ndef lint(session):\n    pass", "if __name__ == '__main__':\n    nox.main()", "    ", "\f",
])  # fmt: skip


@given(st.lists(PIECES), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_second_run_changes_nothing(pieces: list[str], end: str, closed: bool) -> None:
    """Every line that was there is there in the same order, and what is written is taken for registered."""
    source = (end.join("\n".join(pieces).split("\n")) + (end if closed else "")).encode()
    if source.strip():
        added = registering(source, TAKEN)
        rest = iter(added.decode().splitlines())
        assert all(line in rest for line in source.decode().splitlines())
        assert registering(added, TAKEN) == added
