"""Requirements files: what they ask for, and where they cannot be understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from nox_release.errors import Blocked
from nox_release.requirements import Requirements, read_requirements


def reader(files: Mapping[str, str]) -> Callable[[str], bytes | None]:
    return lambda path: files[path].encode() if path in files else None


def asked(text: str, **others: str) -> Requirements:
    """What the file sdk/demo/dev.txt asks for."""
    return read_requirements("sdk/demo/dev.txt", reader({"sdk/demo/dev.txt": text, **others}))


@pytest.mark.parametrize(
    ("line", "requires"),
    [
        ("pytest", ("pytest",)),
        ("  pytest>=8,<9  ", ("pytest<9,>=8",)),
        ("pytest # why", ("pytest",)),
        ("# nothing", ()),
        ("   ", ()),
        ("azure-core[aio]>=1; python_version < '4'", ('azure-core[aio]>=1; python_version < "4"',)),
        ("demo @ https://example.org/demo.whl#sha256=abc", ("demo @ https://example.org/demo.whl#sha256=abc",)),
        ("pytest==9.0 --hash=sha256:abc --hash=sha256:def", ("pytest==9.0",)),
        ("pytest==9.0 \\\n    --hash=sha256:abc", ("pytest==9.0",)),
        ("\ufeffpytest", ("pytest",)),
        ("pytest\r\ntox\r\n", ("pytest", "tox")),
        (
            "-i https://example.org/simple\n--index-url https://a\n--extra-index-url=https://b\n--pre\npytest",
            ("pytest",),
        ),
        ("-f wheels\n--find-links wheels\n--no-binary :all:\n--only-binary=:all:\n--trusted-host example.org", ()),
        ("--option-of-a-later-pip\n-x y\npytest", ("pytest",)),
        ("pytest \\\n  >=8 \\\n  ,<9\ntox", ("pytest<9,>=8", "tox")),
        ("pytest \\\r\n  >=8\r\ntox\r\n", ("pytest>=8", "tox")),
        ("pytest\t# why\n\t# nothing", ("pytest",)),
        ("pytest \\", ("pytest",)),
        ("-e git+https://example.org/a.git@main#egg=demo", ("demo @ git+https://example.org/a.git@main",)),
        ("--editable=git+ssh://git@example.org/a.git#egg=demo", ("demo @ git+ssh://git@example.org/a.git",)),
        ("https://example.org/a.zip#egg=demo[cli]", ("demo[cli] @ https://example.org/a.zip",)),
    ],
)
def test_lines_that_ask_for_packages(line: str, requires: tuple[str, ...]) -> None:
    """A requirement is kept as PEP 508 writes it; comments, hashes and options of the installer are passed over."""
    assert asked(line) == Requirements(requires)


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("-e .", "sdk/demo"),
        ("-e ../core", "sdk/core"),
        ("--editable=../core", "sdk/core"),
        ("--editable ../core/", "sdk/core"),
        ("../core", "sdk/core"),
        ("./inner", "sdk/demo/inner"),
        ("-e ../core[aio]", "sdk/core[aio]"),
        ("../core[aio,cli]", "sdk/core[aio,cli]"),
        ("-e.", "sdk/demo"),
        ("-e .[test]", "sdk/demo[test]"),
        ("-e ../[test]", "sdk[test]"),
        ("../../tools/testing  # ours", "tools/testing"),
    ],
)
def test_lines_that_ask_for_folders(line: str, folder: str) -> None:
    """A path, editable or not, is a folder relative to the file that names it."""
    assert asked(line) == Requirements(folders=(folder,))


@pytest.mark.parametrize(
    "line",
    [
        "-r ../common.txt",
        "-r../common.txt",
        "-r\t../common.txt",
        "-r=../common.txt",
        "--requirement ../common.txt",
        "--requirement=../common.txt",
        "-r ../common.txt  # all of it",
        "-r ../common.txt\r",
    ],
)
def test_included_files_are_read_in_place(line: str) -> None:
    """A file that is included counts where it is included, its paths relative to itself."""
    found = asked(f"first\n{line}\nlast", **{"sdk/common.txt": "middle\n-e core"})
    assert found == Requirements(("first", "middle", "last"), ("sdk/core",))


def test_files_that_include_one_another_end() -> None:
    """A circle of includes is read, and ends."""
    found = asked("one\n-r other.txt", **{"sdk/demo/other.txt": "two\n-r dev.txt"})
    assert found.requires == ("one", "two")


def test_a_file_that_includes_itself_ends() -> None:
    """A file that includes itself is read once."""
    assert asked("one\n-r dev.txt\n-r ../demo/dev.txt").requires == ("one",)


@pytest.mark.parametrize(
    "line",
    ["-c ../limits.txt", "-c../limits.txt", "--constraint ../limits.txt", "--constraint=../limits.txt"],
)
def test_constraints_limit_and_ask_for_nothing(line: str) -> None:
    """What a constraints file holds, with the files that it includes, is kept apart from what is asked for."""
    limits = {
        "sdk/limits.txt": "six<2\n-r more.txt\n-c even/more.txt",
        "sdk/more.txt": "attrs",
        "sdk/even/more.txt": "a",
    }
    assert asked(f"first\n{line}\nlast", **limits) == Requirements(
        ("first", "last"), constraints=("six<2", "attrs", "a")
    )


def test_a_file_may_both_limit_and_be_included() -> None:
    """A file that is read as constraints first is still read where it is included."""
    found = asked("-c ../both.txt\n-r ../both.txt", **{"sdk/both.txt": "six<2"})
    assert found == Requirements(("six<2",), constraints=("six<2",))


@pytest.mark.parametrize("line", ["-c dev.txt", "-c other.txt"])
def test_constraints_that_name_one_another_end(line: str) -> None:
    """A circle of constraints is read, and ends."""
    found = asked(f"one\n{line}", **{"sdk/demo/other.txt": "two\n-c dev.txt\n-c other.txt"})
    assert found.requires == ("one",)
    assert set(found.constraints) <= {"one", "two"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("fine\nnot a requirement", "sdk/demo/dev.txt:2: 'not a requirement' is no requirement", "mend the line"),
        ("fine\nfine \\\n  >=1\n\n?", "sdk/demo/dev.txt:5: '?' is no requirement", "mend the line"),
        ("fine\r\n\r\nnot \\\r\n  one", "sdk/demo/dev.txt:3: 'not    one' is no requirement", "mend the line"),
        ("-e https://example.org/a.zip", "sdk/demo/dev.txt:1: 'https://example.org/a.zip' is no", "NAME @ URL"),
        ("\n\npytest=9", "sdk/demo/dev.txt:3: 'pytest=9' is no requirement", "mend the line"),
        ("-r gone.txt", "sdk/demo/gone.txt is not committed", "commit it"),
        ("-r ../../../out.txt", "../out.txt is not committed", "commit it"),
        ("-r", "sdk/demo is not committed", "mend the line"),
        ("-c gone.txt", "sdk/demo/gone.txt is not committed", "commit it"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, message: str, hint: str) -> None:
    """A line that is neither requirement nor option is named with its file and the number of its first line."""
    with pytest.raises(Blocked) as caught:
        asked(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 1


def test_the_line_is_that_of_the_included_file() -> None:
    """A bad line in an included file is told by that file's name."""
    with pytest.raises(Blocked, match=r"sdk/demo/more\.txt:1: '\?' is no requirement"):
        asked("-r more.txt", **{"sdk/demo/more.txt": "?"})


def test_the_file_itself_has_to_be_there() -> None:
    """A file that is asked for and not committed is named."""
    with pytest.raises(Blocked, match=r"nowhere\.txt is not committed, but the tests need it"):
        read_requirements("nowhere.txt", reader({}))


def test_requirements_add_up() -> None:
    """The sum of two holds what both ask for, in order, and the first problem."""
    one, two = Requirements(("a",), ("x",), ("l",)), Requirements(("b",), ("y",), ("m",), "p")
    assert one + two == Requirements(("a", "b"), ("x", "y"), ("l", "m"), "p")
    assert (two + Requirements(problem="q")).problem == "p"


LINES = st.sampled_from(
    [
        "-r ",
        "-r a",
        "-r b",
        "-c ",
        "-c a",
        "-c b",
        "-e .",
        "-e",
        "--editable=",
        "[",
        "]",
        "pytest",
        "==",
        "9",
        ";",
        "@",
        "--",
        "\\\n",
        " #",
        "\n",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.binary() | st.lists(LINES | st.text(max_size=3)).map(lambda parts: "".join(parts).encode(errors="replace")))
def test_any_content_is_understood_or_blocked(content: bytes) -> None:
    """Whatever stands in a file, it is read or Blocked, and what was read are requirements."""
    try:
        found = read_requirements("a", lambda path: content if path in {"a", "b"} else None)
    except Blocked:
        return
    for text in found.requires:
        Requirement(text)
