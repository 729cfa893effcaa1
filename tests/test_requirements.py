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
        ("-f wheels\n--find-links wheels\n--no-binary :all:\n--only-binary=:all:\n-c limits.txt", ()),
    ],
)
def test_lines_that_ask_for_packages(line: str, requires: tuple[str, ...]) -> None:
    """A requirement is kept as PEP 508 writes it; comments, hashes and where to download from are passed over."""
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
        ("-e ../core[aio]", "sdk/core"),
        ("../../tools/testing  # ours", "tools/testing"),
    ],
)
def test_lines_that_ask_for_folders(line: str, folder: str) -> None:
    """A path, editable or not, is a folder relative to the file that names it."""
    assert asked(line) == Requirements(folders=(folder,))


@pytest.mark.parametrize("line", ["-r ../common.txt", "--requirement ../common.txt", "--requirement=../common.txt"])
def test_included_files_are_read_in_place(line: str) -> None:
    """A file that is included counts where it is included, its paths relative to itself."""
    found = asked(f"first\n{line}\nlast", **{"sdk/common.txt": "middle\n-e core"})
    assert found == Requirements(("first", "middle", "last"), ("sdk/core",))


def test_files_that_include_one_another_end() -> None:
    """A circle of includes is read, and ends."""
    found = asked("one\n-r other.txt", **{"sdk/demo/other.txt": "two\n-r dev.txt"})
    assert found.requires == ("one", "two")


def test_a_file_that_includes_itself_ends() -> None:
    """A file that includes itself asks for what it says, and nothing else."""
    assert set(asked("one\n-r dev.txt").requires) == {"one"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("fine\nnot a requirement", "sdk/demo/dev.txt:2: 'not a requirement' is no requirement", "mend the line"),
        ("--trusted-hosts example.org", "sdk/demo/dev.txt:1: '--trusted-hosts example.org' is no", "mend the line"),
        ("\n\npytest=9", "sdk/demo/dev.txt:3: 'pytest=9' is no requirement", "mend the line"),
        ("-r gone.txt", "sdk/demo/gone.txt is not committed", "commit it"),
        ("-r ../../../out.txt", "../out.txt is not committed", "commit it"),
        ("-r", "sdk/demo/dev.txt:1: '-r' is no requirement", "mend the line"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, message: str, hint: str) -> None:
    """A line that is neither requirement nor known option is named with its file and number."""
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
    """The sum of two holds what both ask for, in order."""
    assert Requirements(("a",), ("x",)) + Requirements(("b",), ("y",)) == Requirements(("a", "b"), ("x", "y"))


LINES = st.sampled_from(
    [
        "-r ",
        "-r a",
        "-r b",
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
