"""What only build backends can tell: what their METADATA makes of a package, and how they are asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from uv import find_uv_bin

from backends import own_backend
from checkouts import Checkout
from fakes import package
from nox_release.completion import Completion, with_metadata
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.evidence import FOLDER, Store
from nox_release.source import Git
from nox_release.workspace import Workspace, discover

ASKED = package("", version=None, unknown=frozenset({"name", "version", "requires"}))


def test_metadata_fills_in_what_was_unknown() -> None:
    """Name and version are normalized, and nothing is unknown afterwards; the folder stays what it is."""
    told = with_metadata(
        ASKED, b"Metadata-Version: 2.1\nName: Contoso.Core\nVersion: 1.0.RC1\nRequires-Python: >=3.9\n\ntext"
    )
    assert (told.name, told.version, told.requires_python) == ("contoso-core", "1.0rc1", ">=3.9")
    assert told.unknown == frozenset()
    assert told.directory == ASKED.directory


@pytest.mark.parametrize(
    ("lines", "requires", "extras"),
    [
        ("", (), {}),
        ("Requires-Dist: attrs>=22\nRequires-Dist: six", ("attrs>=22", "six"), {}),
        (
            "Provides-Extra: Cli.Tools\nRequires-Dist: rich; extra == 'cli-tools'",
            (), {"cli-tools": ('rich; extra == "cli-tools"',)},
        ),
        (
            "Provides-Extra: a\nProvides-Extra: b\nRequires-Dist: x; extra == 'a' or extra == 'b'",
            (), {"a": ('x; extra == "a" or extra == "b"',), "b": ('x; extra == "a" or extra == "b"',)},
        ),
        ("Provides-Extra: a\nRequires-Dist: x; python_version < '3' and extra == 'a'", (), {"a": ()}),
        ("Requires-Dist: x; extra == 'undeclared'", (), {}),
        ("Requires-Dist: tomli; python_version < '3.11'", ('tomli; python_version < "3.11"',), {}),
    ],
    ids=[
        "nothing", "plain", "an extra under another spelling", "one for two extras", "never on this system",
        "an extra that is not declared", "a marker without extra",
    ],
)  # fmt: skip
def test_requirements_are_told_apart_by_extra(
    lines: str, requires: tuple[str, ...], extras: dict[str, tuple[str, ...]]
) -> None:
    """What an extra asks for is that extra's alone; what this system never installs belongs to none."""
    told = with_metadata(ASKED, f"Name: demo\nVersion: 1.0\n{lines}\n".encode())
    assert (told.requires, told.extras) == (requires, extras)


@pytest.mark.parametrize(
    ("before", "classifier", "private"),
    [
        (False, "Private :: Do Not Upload", True),
        (True, "Typing :: Typed", True),
        (False, "Typing :: Typed", False),
    ],
)
def test_a_private_package_stays_one(before: bool, classifier: str, private: bool) -> None:
    """Whoever says it first, the source or the backend."""
    asked = package("demo", private=before)
    content = f"Name: demo\nVersion: 1.0\nClassifier: {classifier}\n".encode()
    assert with_metadata(asked, content).private is private


class Asked:
    """A workspace whose backends can be asked, again after each change."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.store = Store(checkout.root)
        self.git = Git(checkout.root, checkout.root / FOLDER / "objects")

    def look(self, uv: str = "") -> tuple[Completion, Workspace]:
        """Take a snapshot; return who asks, and what the files alone tell."""
        self.store.prepare()
        snapshot = self.git.snapshot()
        completion = Completion(
            self.checkout.root, snapshot, self.store, Config(), self.git.tags(), uv or find_uv_bin(), 2
        )
        return completion, discover(snapshot, self.git, Config())

    def closure(self, *names: str, uv: str = "") -> Workspace:
        """What is known after asking for *names*."""
        completion, workspace = self.look(uv)
        return completion.closure(workspace, names)

    @property
    def answers(self) -> list[Path]:
        """All that is kept."""
        return sorted((self.store.root / "metadata").rglob("*.*"))


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], Asked]]:
    """Make a workspace of the given files, committed."""
    made: list[Asked] = []

    def make(files: Mapping[str, str]) -> Asked:
        made.append(Asked(Checkout.new(tmp_path / "workspace", files)))
        return made[-1]

    yield make
    for one in made:
        one.git.close()


Make = Callable[[Mapping[str, str]], Asked]
NO_UV = "/nowhere/uv"


@pytest.mark.end_to_end
def test_a_version_that_only_the_backend_knows(asked: Make) -> None:
    """The backend is asked once for each state of the source: again after a change, not again without one."""
    setup = "import os\nfrom setuptools import setup\nsetup(name='demo', version=os.popen('cat V').read())\n"
    space = asked({"demo/setup.py": setup, "demo/V": "1.5.RC1"})
    _, before = space.look()
    assert before.packages["demo"].version is None
    told = space.closure("demo").packages["demo"]
    assert (told.version, told.unknown) == ("1.5rc1", frozenset())
    assert space.closure("demo", uv=NO_UV).packages["demo"] == told
    space.checkout.write({"demo/V": "2.0"})
    assert space.closure("demo").packages["demo"].version == "2.0"
    assert len(space.answers) == 2


@pytest.mark.end_to_end
def test_a_backend_that_asks_git_is_asked_after_each_commit_and_tag(asked: Make) -> None:
    """Where the version follows from history, an answer holds for one commit with its tags."""
    pyproject = (
        '[build-system]\nrequires = ["setuptools>=77", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools_scm]\n[tool.setuptools]\npy-modules = []\n'
    )
    space = asked({"pyproject.toml": pyproject})
    space.checkout.git("tag", "v1.5")
    assert space.closure("demo").packages["demo"].version == "1.5"
    assert space.closure("demo", uv=NO_UV).packages["demo"].version == "1.5"
    space.checkout.commit()
    space.checkout.git("tag", "v1.6")
    assert space.closure("demo").packages["demo"].version == "1.6"


@pytest.mark.end_to_end
def test_siblings_are_asked_as_far_as_they_are_needed(asked: Make) -> None:
    """Who is needed is asked in turn, also where only a backend tells that it is needed; nobody else is."""
    space = asked(
        {
            **own_backend("app", "1.0", ("core>=1",)),
            **own_backend("core", "1.2", ("known", "base; extra == 'x'")),
            **own_backend("other", "1.0", first="raise SystemExit('asked')"),
            "known/pyproject.toml": '[project]\nname = "known"\nversion = "1.0"\n',
        }
    )
    told = space.closure("app", "broken-elsewhere")
    assert {name: each.version for name, each in told.packages.items()} == {
        "app": "1.0", "core": "1.2", "known": "1.0", "other": None,
    }  # fmt: skip
    assert told.packages["app"].requires == ("core>=1",)
    assert told.broken == ()
    assert [path.stem for path in space.answers] in (["app", "core"], ["core", "app"])


@pytest.mark.end_to_end
def test_names_are_asked_where_no_file_tells_them(asked: Make) -> None:
    """A package whose very name is computed is called by its folder until its backend has told it."""
    nameless = own_backend("Real.Name", "1.5", folder="deep/folder", project="")
    space = asked({**nameless, "deep/folder/setup.py": "from setuptools import setup\nsetup(name=input())\n"})
    completion, before = space.look()
    assert list(before.packages) == ["deep/folder"]
    told = completion.names(before)
    assert list(told.packages) == ["real-name"]
    assert told.packages["real-name"].directory == "deep/folder"
    assert completion.names(told) is told


@pytest.mark.end_to_end
def test_a_backend_that_fails_breaks_its_package_alone(asked: Make) -> None:
    """The package is broken, with what the backend said and the log, which is there; it is asked again next time."""
    failing = own_backend("failing", first="print('before'); raise SystemExit('no version today')")
    space = asked({**failing, **own_backend("sound", "1.5")})
    told = space.closure("failing", "sound")
    assert told.packages["sound"].version == "1.5"
    assert "failing" not in told.packages
    (broken,) = told.broken
    assert (broken.name, broken.directories) == ("failing", ("failing",))
    assert broken.message == (
        "failing/pyproject.toml: only its build backend can tell its requires, version, and that failed: "
        "no version today"
    )
    assert broken.hint == "the log is .nox-release/logs/metadata/failing.log"
    assert "before" in (space.checkout.root / ".nox-release/logs/metadata/failing.log").read_text()
    assert [path.name for path in space.answers] == ["sound.metadata"]
    space.checkout.write(own_backend("failing", "3.0"))
    assert space.closure("failing").packages["failing"].version == "3.0"


@pytest.mark.end_to_end
def test_an_answer_that_is_no_metadata_breaks_its_package_alone(asked: Make) -> None:
    """A version or a requirement that no standard knows is told as the backend's failure."""
    space = asked({**own_backend("odd", "one.two"), **own_backend("off", requires=("?",)), **own_backend("sound")})
    told = space.closure("odd", "off", "sound")
    assert list(told.packages) == ["sound"]
    assert {broken.name for broken in told.broken} == {"odd", "off"}
    assert all("and that failed: it tells " in broken.message for broken in told.broken)
    assert any("one.two" in broken.message for broken in told.broken)


@pytest.mark.end_to_end
def test_backends_that_tell_one_name_break_both(asked: Make) -> None:
    """Where backends tell a name that another package has, told or written, none of them is worked on."""
    setup = "from setuptools import setup\nsetup(name=input())\n"
    space = asked(
        {
            **own_backend("one", folder="a", project=""), "a/setup.py": setup,
            **own_backend("one", folder="b", project=""), "b/setup.py": setup,
            **own_backend("two", folder="c", project=""), "c/setup.py": setup,
            "d/pyproject.toml": '[project]\nname = "two"\nversion = "1.0"\n',
        }
    )  # fmt: skip
    completion, before = space.look()
    told = completion.names(before)
    assert told.packages == {}
    assert {broken.name: set(broken.directories) for broken in told.broken} == {"one": {"a", "b"}, "two": {"c", "d"}}
    assert all(broken.message.startswith(f"two packages are named {broken.name}: ") for broken in told.broken)


@pytest.mark.end_to_end
def test_a_worker_that_dies_proves_nothing(asked: Make) -> None:
    """Where the worker itself is killed, the command is blocked; nothing is kept."""
    space = asked(own_backend(first="os.kill(os.getppid(), signal.SIGKILL)"))
    with pytest.raises(Blocked, match="asking build backends failed") as caught:
        space.closure("demo")
    assert caught.value.hint == "run the command again"
    assert space.answers == []


@pytest.mark.end_to_end
def test_an_interrupted_worker_interrupts_the_command(asked: Make) -> None:
    """Where the worker was told to end, so is the command."""
    space = asked(own_backend(first="os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)"))
    with pytest.raises(KeyboardInterrupt):
        space.closure("demo")
    assert space.answers == []


@pytest.mark.end_to_end
def test_backends_are_asked_without_credentials(
    asked: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """No backend sees a variable that looks like a credential, whoever started the command."""
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    space = asked(own_backend(first="Path(os.environ['SEEN']).write_text(' '.join(os.environ))"))
    assert space.closure("demo").packages["demo"].version == "1.5"
    seen = (tmp_path / "seen").read_text().split()
    assert "MY_TOKEN" in os.environ
    assert "MY_TOKEN" not in seen
