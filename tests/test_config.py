"""``[tool.nox-release]``: every key, every way to get one wrong, and the settings of one package."""

from __future__ import annotations

import contextlib
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.check import Rules
from nox_release.config import Config, Override, Settings, read_config
from nox_release.errors import Misuse

TABLE = b"[tool.nox-release]\n"
OVERRIDE = b"[[tool.nox-release.overrides]]\n"


@pytest.mark.parametrize("content", [None, b"", b"[project]\nname = 'demo'\n", b"[tool.other]\na = 1\n", TABLE])
def test_without_a_word_everything_is_default(content: bytes | None) -> None:
    """No file, no table and an empty table all mean the defaults."""
    assert read_config(content) == Config()


def test_every_key_is_read() -> None:
    """Each key of the table ends in the field of its name, lists as tuples."""
    content = TABLE + (
        b"packages = ['sdk/*']\nexclude = ['sdk/old']\ninstaller = 'pip'\njobs = 3\ntag-format = 'v{version}'\n"
        b"credentials = ['MY_*']\npass-environment = ['HTTP_KEY']\ntest-command = ['tox', '-e', 'py']\n"
        b"test-groups = ['dev']\ntest-extras = []\ntest-requirements = ['r.txt']\ntest-exempt = 'no tests yet'\n"
        b"index-url = 'http://127.0.0.1:3141/simple'\nindex-exempt = 'nowhere yet'\nclassifier-policy = 'azure'\n"
        b"build-inputs = ['VERSION']\ngit-history = true\nignore = { ART104 = 'wanted' }\n"
        b"select = { PRJ = 'first things first', ART = 'and these' }\nseverity = { SDI2 = 'error' }\n"
        b"pythons = ['3.9']\nresolutions = ['lowest']\n"
    ) + OVERRIDE + b"packages = ['a-*']\ngit-history = false\n"  # fmt: skip
    assert read_config(content) == Config(
        packages=("sdk/*",),
        exclude=("sdk/old",),
        installer="pip",
        jobs=3,
        tag_format="v{version}",
        index_url="http://127.0.0.1:3141/simple",
        credentials=("MY_*",),
        pass_environment=("HTTP_KEY",),
        settings=Settings(
            test_command=("tox", "-e", "py"),
            test_groups=("dev",),
            test_extras=(),
            test_requirements=("r.txt",),
            test_exempt="no tests yet",
            index_exempt="nowhere yet",
            build_inputs=("VERSION",),
            git_history=True,
            ignore={"ART104": "wanted"},
            select={"PRJ": "first things first", "ART": "and these"},
            severity={"SDI2": "error"},
            classifier_policy="azure",
            pythons=("3.9",),
            resolutions=("lowest",),
        ),
        overrides=(Override(("a-*",), {"git_history": False}),),
    )


def test_a_byte_order_mark_is_no_obstacle() -> None:
    """A file saved with a byte order mark is read like any other."""
    assert read_config(b"\xef\xbb\xbf" + TABLE + b"jobs = 2").jobs == 2


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"jobs = ", "pyproject.toml cannot be read: ", "mend the file"),
        (b"a = '\xff'", "pyproject.toml cannot be read: ", "mend the file"),
        (b"tool = 3", "tool in pyproject.toml is not a table", "[tool.nox-release]"),
        (b"[tool]\nnox-release = 3", "tool.nox-release in pyproject.toml is not a table", "[tool.nox-release]"),
        (TABLE + b"job = 3", "unknown key job", "did you mean jobs?"),
        (TABLE + b"test_command = ['x']", "unknown key test_command", "did you mean test-command?"),
        (TABLE + b"settings = 1", "unknown key settings", ""),
        (TABLE + b"approval = 'environment'\napprovals = 2", "do not count for approval", "the CI's environment"),
        (TABLE + b"approval = 'environment'\nself-approval = false", "do not count for approval", "self-review"),
        (TABLE + b"new-project-quota = 0", "new-project-quota is 0", "1 or more"),
        (TABLE + b"zzzzzzzzzz = 1", "unknown key zzzzzzzzzz", "the keys are: allow-changes, allowed-signers, approval"),
        (TABLE + b"jobs = '3'", "[tool.nox-release] in pyproject.toml: jobs is '3'", "write a number"),
        (TABLE + b"jobs = true", "jobs is True", "write a number"),
        (TABLE + b"jobs = -1", "jobs is -1", "write a number of 0 or more"),
        (TABLE + b"git-history = 1", "git-history is 1", "write true or false"),
        (TABLE + b"test-exempt = true", "test-exempt is True", "write a text in quotes"),
        (TABLE + b"classifier-policy = 'mild'", 'classifier-policy is "mild"', '"consistent", "azure", "none"'),
        (TABLE + b"packages = 'sdk/*'", "packages is 'sdk/*'", "write a list of texts"),
        (TABLE + b"packages = ['sdk/*', 1]", "packages is ['sdk/*', 1]", "write a list of texts"),
        (TABLE + b"ignore = ['WHL104']", "ignore is ['WHL104']", "write the reason for each"),
        (TABLE + b"ignore = { WHL104 = true }", "ignore is {'WHL104': True}", "write the reason for each"),
        (TABLE + b"ignore = { WHL104 = ' ' }", "ignore is {'WHL104': ' '}", "write the reason for each"),
        (TABLE + b"select = ['PRJ']", "select is ['PRJ']", "write the reason for each"),
        (TABLE + b"severity = { SDI2 = 1 }", "severity is {'SDI2': 1}", 'for severity "error" or "warning"'),
        (TABLE + b"severity = { SDI2 = 'info' }", "severity: SDI2 is 'info'", 'write "error" or "warning"'),
        (TABLE + b"ignore = { ART140 = 'x' }", "ignore names ART140, and no check is called that", "did you mean "),
        (TABLE + b"ignore = { art104 = 'x' }", "ignore names art104, and no check", "did you mean ART104"),
        (TABLE + b"select = { ARX = 'x' }", "select names ARX, and no check is called that", "did you mean "),
        (TABLE + b"severity = { ZZZ9999 = 'error' }", "severity names ZZZ9999, and no", "codes begin with "),
        (TABLE + b"ignore = { '' = 'x' }", "ignore names , and no check is called that", "codes begin with "),
        (TABLE + b"ignore = { BLD001 = 'x' }", "BLD001 cannot be let pass: what follows rests on it", "take it out"),
        (TABLE + b"severity = { PUB102 = 'warning' }", "PUB102 cannot be let pass", "take it out"),
        (OVERRIDE + b"packages = ['a']\nignore = { ART140 = 'x' }", "number 1 in pyproject.toml: ignore", "did you"),
        (TABLE + b"installer = 'conda'", 'installer is "conda"', 'write one of "uv", "pip"'),
        (TABLE + b"tag-format = '{nme}'", 'tag-format is "{nme}"', "use {name} and {version}"),
        (TABLE + b"tag-format = '{0}'", 'tag-format is "{0}"', "use {name} and {version}"),
        (TABLE + b"tag-format = '{name'", 'tag-format is "{name"', "use {name} and {version}"),
        (TABLE + b"tag-format = '{name.x}'", 'tag-format is "{name.x}"', "use {name} and {version}"),
        (TABLE + b"tag-format = '{name[x]}'", 'tag-format is "{name[x]}"', "use {name} and {version}"),
        (TABLE + b"tag-format = '{name}'", 'tag-format is "{name}"', "use {version} in it"),
        (TABLE + b"tag-format = ''", 'tag-format is ""', "use {version} in it"),
        (TABLE + b"index-url = 'index.test/simple'", 'index-url is "index.test/simple"', "write the URL of a Simple"),
        (TABLE + b"version-policy = 'calver'", 'version-policy is "calver"', '"semver", "azure-preview", "none"'),
        (TABLE + b"allow-changes = { 'demo.f' = '' }", "allow-changes is", "write the reason for each"),
        (TABLE + b"index-url = 'file:///srv'", 'index-url is "file:///srv"', "write the URL of a Simple API"),
        (TABLE + b"index-url = 'https:///simple/'", 'index-url is "https:///simple/"', "write the URL"),
        (TABLE + b"index-url = 'https://[/simple/'", 'index-url is "https://[/simple/"', "write the URL"),
        (TABLE + b"index-url = 'https://me:pw@example.org/'", "index-url holds a user", "write it without"),
        (TABLE + b"pythons = ['python3.9']", 'pythons has "python3.9"', 'pythons = ["3.9", "3.13"]'),
        (TABLE + b"pythons = ['3.9.1']", 'pythons has "3.9.1"', 'pythons = ["3.9", "3.13"]'),
        (TABLE + b"resolutions = ['lower']", 'resolutions has "lower"', 'write one of "highest", "lowest"'),
        (TABLE + b"resolutions = []", "resolutions is empty", "name at least one"),
        (OVERRIDE + b"packages = ['a']\npythons = ['py39']", 'pythons has "py39"', 'pythons = ["3.9", "3.13"]'),
        (TABLE + b"overrides = 1", "overrides in pyproject.toml is not a list of tables", "write [[tool.nox-release"),
        (TABLE + b"overrides = [1]", "overrides in pyproject.toml is not a list of tables", "write [[tool.nox-release"),
        (OVERRIDE + b"git-history = true", "number 1 in pyproject.toml does not say for which", "packages = ["),
        (TABLE + b"attestations = 'off'", 'attestations is "off"', 'write one of "auto", "required"'),
        (OVERRIDE + b"packages = 'a'", "number 1 in pyproject.toml: packages is 'a'", "write a list of texts"),
        (OVERRIDE + b"packages = ['a']\n" + OVERRIDE + b"packages = ['a']\njobs = 1", "number 2 in", ""),
        (OVERRIDE + b"packages = ['a']\ninstaller = 'pip'", "unknown key installer", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_obeyed_is_said(content: bytes, message: str, hint: str) -> None:
    """A configuration that cannot be obeyed names the key and its value, and tells what to write."""
    with pytest.raises(Misuse) as caught:
        read_config(content)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_the_message_names_the_file() -> None:
    """The file is named as the caller calls it."""
    with pytest.raises(Misuse, match=r"other/pyproject\.toml"):
        read_config(TABLE + b"jobs = 'x'", "other/pyproject.toml")


def test_later_overrides_win() -> None:
    """Of several overrides that match a package, the last one that sets a key counts."""
    config = read_config(
        TABLE + b"test-exempt = 'all'\n"
        + OVERRIDE + b"packages = ['a-*']\ntest-exempt = 'first'\ngit-history = true\n"
        + OVERRIDE + b"packages = ['a-b', 'z']\ntest-exempt = 'second'\n"
    )  # fmt: skip
    assert config.for_package("other") == Settings(test_exempt="all")
    assert config.for_package("a-c") == Settings(test_exempt="first", git_history=True)
    assert config.for_package("a-b") == Settings(test_exempt="second", git_history=True)


def test_what_is_said_of_codes_adds_up() -> None:
    """Overrides add to ``ignore`` and ``severity``, for the same code the later word counts; ``select`` is replaced."""
    config = read_config(
        TABLE + b"ignore = { ART = 'one', INS = 'two' }\nseverity = { SDI2 = 'error' }\nselect = { PRJ = 'a start' }\n"
        + OVERRIDE + b"packages = ['a']\nignore = { INS = 'other', PRJ = 'three' }\nseverity = { PRJ4 = 'warning' }\n"
        + b"select = { ART = 'another' }\n"
    )  # fmt: skip
    assert config.for_package("a").rules == Rules(
        {"ART": "one", "INS": "other", "PRJ": "three"}, {"ART": "another"}, {"SDI2": "error", "PRJ4": "warning"}
    )
    assert config.for_package("b").rules == Rules(
        {"ART": "one", "INS": "two"}, {"PRJ": "a start"}, {"SDI2": "error"}
    )  # fmt: skip
    assert config.settings.ignore == {"ART": "one", "INS": "two"}


NAMES = {item.name for item in (*fields(Config), *fields(Settings))}


@settings(deadline=None)
@given(st.sampled_from(sorted(NAMES)), st.integers(0, 20))
def test_a_slip_of_the_keyboard_is_met_with_the_right_key(name: str, place: int) -> None:
    """A key that lacks one letter is an error that names it, and its hint says what the keys are."""
    key = name.replace("_", "-")
    slip = key[: place % len(key)] + key[place % len(key) + 1 :]
    if name in {"settings", "overrides"} or slip in NAMES:  # "approvals" without its end is a key
        return
    with pytest.raises(Misuse) as caught:
        read_config(TABLE + f"{slip or 'x'} = 1".encode())
    assert caught.value.message.endswith(f"unknown key {slip or 'x'}")
    assert caught.value.hint.startswith(("did you mean ", "the keys are: "))


@settings(deadline=None)
@given(st.text() | st.sampled_from(["tool = []", "[tool]\nnox-release = ''", "[[tool]]", "[[tool.nox-release]]"]))
def test_whatever_stands_in_the_file_is_read_or_refused(content: str) -> None:
    """No content ends in anything but a configuration or a Misuse."""
    with contextlib.suppress(Misuse):
        assert isinstance(read_config(content.encode(errors="replace")), Config)
