"""The states between two uploads, proven on real indexes on loopback."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from uv import find_uv_bin

from archives import make_sdist, make_wheel
from fakes import package
from nox_release.config import Config, read_config
from nox_release.environment import Installer, for_installer, for_package_code
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.ground import Ground, why_not
from nox_release.index.credentials import Known
from nox_release.index.rehearsal import Rehearsal, rehearsal_index
from nox_release.index.target import TargetIndex
from nox_release.manifest import FILENAME, Manifest, text
from nox_release.matrix import Interpreter
from nox_release.plan import Plan, Planned
from nox_release.process import Log, Processes
from nox_release.proof import prove
from nox_release.work import PrefixOrder, PreflightAnswer
from uploads import put

pytestmark = pytest.mark.end_to_end
HERE = Interpreter(platform.python_version(), sys.executable)
CORE_1 = "def old():\n    ...\n"
CORE_2 = "def new():\n    ...\n"


@pytest.fixture
def real() -> Iterator[Rehearsal]:
    """An index that stands for the real one."""
    with rehearsal_index(os.environ) as index:
        yield index


@dataclass
class Scene:
    """A workspace, the index that it is about to be released to, and what is planned."""

    folder: Path
    real: Rehearsal
    config: Config = field(default_factory=Config)
    pythons: tuple[Interpreter, ...] = (HERE,)
    uv: str = field(default_factory=find_uv_bin)
    said: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    workspace: set[str] = field(default_factory=set)
    installed: int = 0
    """How much was installed by the last proof."""
    elsewhere: str = ""
    """The index that the installer is configured for, where that is another one."""

    def __post_init__(self) -> None:
        self.store = Store(self.folder / "workspace")
        self.store.prepare()

    def publish(self, name: str, version: str, body: str, *requires: str) -> None:
        """Make a release public."""
        self.workspace.add(name)
        known = Known("test", self.real.username, self.real.password)
        put(self.real.upload_url, self.real.simple_url, known, name, self._files(name, version, body, requires))

    def plan(self, name: str, version: str, body: str, *requires: str) -> None:
        """Plan an upload, after those that are planned already; its files are built and proven."""
        self.workspace.add(name)
        artifacts = tuple(self.store.add(path) for path in self._files(name, version, body, requires))
        manifest = Manifest(1, name, version, "c" * 40, "source", True, artifacts, {})
        self.store.deliver(name, artifacts, {FILENAME: text(manifest)})
        self.names.append(name)

    def _files(self, name: str, version: str, body: str, requires: tuple[str, ...]) -> list[Path]:
        folder = self.folder / f"{name}-{version}"
        folder.mkdir(exist_ok=True)
        files = {f"{name}/__init__.py": body}
        more = "".join(f"Requires-Dist: {item}\n" for item in requires)
        return [make_sdist(folder, files, name, version, more), make_wheel(folder, files, name, version, more)]

    def prove(self, since: float = 0.0) -> PreflightAnswer:
        """Prove the plan, as the worker does."""
        plan = Plan(
            tuple(Planned(package(name), True, "asked for", "source", False) for name in self.names),
            workspace=dict.fromkeys(sorted(self.workspace), ""),
        )
        order = PrefixOrder(
            self.store.root.parent, plan, self.config, tuple(self.names), self.uv, "", self.pythons, 2, "logs", "code",
            since, self.folder / "answer",
        )  # fmt: skip
        work = self.folder / f"work-{len(list(self.folder.iterdir()))}"
        home = work / "home"
        home.mkdir(parents=True)
        environ = {
            **os.environ,
            "UV_DEFAULT_INDEX": self.elsewhere or self.real.simple_url,
            "UV_HTTP_RETRIES": "0",
            "PIP_INDEX_URL": self.real.simple_url,
            "UV_CACHE_DIR": str(self.folder / "cache"),
            "PIP_CACHE_DIR": str(self.folder / "cache"),
        }
        target = TargetIndex(self.real.simple_url, self.store.root / "downloads")
        with (work / "log").open("w", encoding="utf-8") as stream:
            installer = Installer(self.uv, for_installer(environ, home))
            log = Log(stream, Processes())
            laid: list[Ground] = []

            def lay(indexes: tuple[str, ...]) -> Ground:
                code = for_package_code(environ, home)
                laid.append(Ground(installer, code, log, work, indexes, frozenset(plan.workspace)))
                return laid[-1]

            try:
                return prove(order, self.store, target, lay, self.said.append, os.environ, time.time())
            finally:
                target.close()
                self.installed = sum(ground.installed for ground in laid)


def told(answer: PreflightAnswer) -> list[tuple[str, str, str]]:
    """Code, where and the beginning of each message."""
    return [(item.code, item.where, item.message) for found in answer.verdicts.values() for item in found]


def test_a_plan_that_breaks_what_is_public_half_way_is_refused(tmp_path: Path, real: Rehearsal) -> None:
    """Core 2.0 lacks what user 1.0 imports; until user 2.0 is there, whoever installs user gets a broken one."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1")
    scene.plan("core", "2.0", CORE_2)
    scene.plan("user", "2.0", "from core import new\n", "core>=2")
    answer = scene.prove()
    ((code, where, message),) = told(answer)
    assert (code, where) == ("PFX101", "user 1.0")
    assert message == (
        "after core 2.0 is uploaded, user 1.0, public today, fails with the highest siblings that it allows "
        "(core 2.0): import user: ImportError: cannot import name 'old' from 'core' (core/__init__.py)"
    )
    assert answer.verdicts["core"].fails
    assert scene.said[0] == "proving 3 states of the index: at most 7 installations"


def test_a_bound_keeps_what_is_public_whole(tmp_path: Path, real: Rehearsal) -> None:
    """The same plan goes where user 1.0 rules core 2.0 out; only what the plan brings is tried, each once."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1,<2")
    scene.plan("core", "2.0", CORE_2)
    scene.plan("user", "2.0", "from core import new\n", "core>=2")
    answer = scene.prove()
    assert told(answer) == []
    assert answer.problem == ""
    assert scene.installed == 2


def test_a_sound_plan_is_proven_once(tmp_path: Path, real: Rehearsal) -> None:
    """Core 2.0 keeps what user 1.0 needs: nothing is found; the same plan again is not tried again, unless asked."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1")
    scene.plan("core", "2.0", CORE_1 + CORE_2)
    scene.plan("user", "2.0", "from core import new\n", "core>=2")
    assert told(scene.prove()) == []
    # core 2.0; user 1.0 beside core 1.0 and beside core 2.0; user 2.0: the lowest of each is one of them
    assert scene.installed == 4
    assert told(scene.prove()) == []
    assert scene.installed == 0
    assert scene.said[-1].startswith("every state between two uploads is proven already")
    scene.prove(since=2e10)
    assert scene.installed == 4
    scene.publish("core", "1.1", CORE_1)
    scene.prove()
    assert scene.installed == 5  # user 1.0 beside core 1.1, too


def test_pip_proves_it_too(tmp_path: Path, real: Rehearsal) -> None:
    """With installer = "pip" the highest versions are tried; the lowest are what pip cannot choose."""
    scene = Scene(tmp_path, real, uv="")
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1")
    scene.publish("lost", "1.0", "", "core", "never-published")
    scene.plan("core", "2.0", CORE_2)
    found = told(scene.prove())
    assert {(code, where) for code, where, _ in found} == {("PFX101", "user 1.0"), ("PFX104", "lost 1.0")}
    assert any("(core 2.0): import user: ImportError" in message for _, _, message in found)
    assert scene.said[0] == "proving 2 states of the index: at most 5 installations"


def test_a_lower_bound_that_is_too_low_is_refused(tmp_path: Path, real: Rehearsal) -> None:
    """User 1.1 allows core 1.0 and needs what core 2.0 brings: it works with the highest, and fails with the lowest."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.plan("core", "2.0", CORE_1 + CORE_2)
    scene.plan("user", "1.1", "from core import new\n", "core>=1.0")
    ((code, where, message),) = told(scene.prove())
    assert (code, where) == ("PFX102", "user 1.1")
    assert "fails with the lowest siblings that it allows (core 1.0): import user: ImportError" in message


def test_what_needs_it_by_way_of_another_is_tried(tmp_path: Path, real: Rehearsal) -> None:
    """Top needs middle, which needs core; an upload of core alone breaks top, which never names it."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("middle", "1.0", "", "core")
    scene.publish("top", "1.0", "import middle\nfrom core import old\n", "middle")
    scene.plan("core", "2.0", CORE_2)
    found = told(scene.prove())
    assert {(code, where) for code, where, _ in found} == {("PFX101", "top 1.0")}


def test_what_is_broken_today_is_not_the_plans_fault(tmp_path: Path, real: Rehearsal) -> None:
    """A module that fails before the first upload may fail after it; what cannot be installed at all is told."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "import nowhere\n", "core")
    scene.publish("lost", "1.0", "", "core", "never-published")
    scene.plan("core", "2.0", CORE_2)
    answer = scene.prove()
    assert {(code, where) for code, where, _ in told(answer)} == {("PFX104", "lost 1.0")}
    assert not answer.verdicts["core"].fails
    assert answer.problem == ""


def test_a_single_upload_that_nobody_needs_is_not_tried(tmp_path: Path, real: Rehearsal) -> None:
    """There is no state in between, and publish installs it from the index anyway."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.plan("core", "2.0", CORE_2)
    assert scene.prove() == PreflightAnswer()
    assert scene.said == ["nothing public needs what is uploaded, and nothing comes in between"]


def test_what_is_uploaded_already_is_no_step(tmp_path: Path, real: Rehearsal) -> None:
    """A command that goes on after an interruption proves what is still to come, in the index as it is."""
    scene = Scene(tmp_path, real)
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1")
    scene.plan("core", "2.0", CORE_2)
    scene.publish("core", "2.0", CORE_2)
    scene.plan("user", "2.0", "from core import new\n", "core>=2")
    assert told(scene.prove()) == []
    assert scene.said == ["nothing public needs what is uploaded, and nothing comes in between"]


def test_what_cannot_be_tried_blocks_unless_the_configuration_says_why_not(tmp_path: Path, real: Rehearsal) -> None:
    """No interpreter suits user 1.0: nothing is known of it, and that is a problem until a reason is given."""
    scene = Scene(tmp_path, real, pythons=())
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1")
    scene.plan("core", "2.0", CORE_1)
    answer = scene.prove()
    assert {code for code, _, _ in told(answer)} == {"PFX103"}
    assert "no interpreter of this machine suits requires-python" in answer.problem
    scene.config = read_config(b"[tool.nox-release]\nignore = { PFX103 = 'tried by hand' }\n")
    assert scene.prove().problem == ""


def test_bytes_that_are_not_what_was_built_are_not_proven(tmp_path: Path, real: Rehearsal) -> None:
    """The proof is one of the very files that go out."""
    scene = Scene(tmp_path, real)
    scene.plan("core", "2.0", CORE_2)
    (wheel,) = scene.store.root.glob("artifacts/*/*.whl")
    wheel.write_bytes(b"other")
    with pytest.raises(Blocked, match=r"core-2\.0-py3-none-any\.whl is not what was built"):
        scene.prove()


def test_code_of_packages_sees_no_credentials(tmp_path: Path, real: Rehearsal) -> None:
    """A module that is imported for the proof finds neither token nor home."""
    scene = Scene(tmp_path, real)
    spy = "import os\nif 'TWINE_PASSWORD' in os.environ: raise RuntimeError('it can be seen')\nfrom core import new\n"
    scene.publish("core", "1.0", CORE_1 + CORE_2)
    scene.publish("user", "1.0", spy, "core")
    scene.plan("core", "2.0", CORE_2)
    assert told(scene.prove()) == []


@pytest.mark.parametrize(
    ("output", "known"),
    [
        (
            "error: No solution found when resolving dependencies\n  cause: Because core was not found in the registry",
            True,
        ),
        ("error: No solution found\nBecause x\n\nhint: An index URL could not be queried (403 Forbidden).", False),
        ("error: Failed to fetch: `http://index.test/simple/core/`\n  cause: Connection refused (os error 111)", False),
        ("error: Failed to download and build `core==1.0`", True),
        ("ERROR: No matching distribution found for core==9", True),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", False),
        ("", False),
    ],
)
def test_only_what_installers_say_of_packages_is_a_refusal(output: str, known: bool) -> None:
    """A network that is down or a disk that is full proves nothing of a package, and is no "refused"."""
    if known:
        assert why_not(output)
    else:
        with pytest.raises(Blocked):
            why_not(output)


def test_an_index_that_goes_away_is_not_a_refusal(tmp_path: Path, real: Rehearsal) -> None:
    """Where the installer cannot reach the index it is configured for, nothing is known, and the candidate stops."""
    scene = Scene(tmp_path, real, elsewhere="http://127.0.0.1:9/simple/")
    scene.publish("core", "1.0", CORE_1)
    scene.publish("user", "1.0", "from core import old\n", "core>=1", "never-published")
    scene.plan("core", "2.0", CORE_1)
    answer = scene.prove()
    assert "PFX103" in {code for code, _, _ in told(answer)}
    assert "the installer failed" in answer.problem
