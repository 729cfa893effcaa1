"""The store: found is what is whole, whatever was killed, damaged, or done at the same time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from nox_release.evidence import FOLDER, Store, sha256, write_atomically
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage
from nox_release.record import to_json

INPUTS = "0" * 64


def evidence(**changes: object) -> Evidence:
    return replace(Evidence("demo", "1.0", Stage.BUILD_WHEEL, INPUTS, Outcome.PASSED), **changes)  # type: ignore[arg-type]  # the fields are the caller's


def built(folder: Path, name: str = "demo-1.0-py3-none-any.whl", content: bytes = b"wheel") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def record(store: Store, item: Evidence) -> Path:
    return store.root / "evidence" / item.stage / item.package / f"{item.inputs}.json"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "workspace")
    made.prepare()
    return made


def at_once(*works: Callable[[], object]) -> None:
    """Do all *works* in threads of their own that begin together; raise what one of them raises."""
    gate = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> None:
        gate.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result()


def test_git_and_backups_keep_away(store: Store) -> None:
    """The store and dist are ignored by git, and the store is marked as a cache; doing it twice changes nothing."""
    store.prepare()
    assert (store.root / ".gitignore").read_text().endswith("*\n")
    assert (store.dist / ".gitignore").read_text().endswith("*\n")
    assert (store.root / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert store.root.name == FOLDER


def test_what_a_user_wrote_into_gitignore_stays(store: Store) -> None:
    """A .gitignore that is there is left alone."""
    (store.dist / ".gitignore").write_text("mine\n")
    store.prepare()
    assert (store.dist / ".gitignore").read_text() == "mine\n"


def test_saved_evidence_is_found(store: Store) -> None:
    """What was saved is found under its stage, package and inputs, and under nothing else."""
    store.save(evidence())
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) == evidence()
    assert store.find(Stage.BUILD_SDIST, "demo", INPUTS) is None
    assert store.find(Stage.BUILD_WHEEL, "other", INPUTS) is None
    assert store.find(Stage.BUILD_WHEEL, "demo", "1" * 64) is None


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BLOCKED])
def test_what_did_not_pass_is_read_but_not_found(store: Store, outcome: Outcome) -> None:
    """Evidence of a failure tells what happened, and proves nothing."""
    store.save(evidence(outcome=outcome))
    assert store.read(Stage.BUILD_WHEEL, "demo", INPUTS) == evidence(outcome=outcome)
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is None


def test_saving_again_replaces(store: Store) -> None:
    """The last evidence for the same inputs counts."""
    store.save(evidence(outcome=Outcome.FAILED))
    store.save(evidence())
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) == evidence()
    assert len(list(record(store, evidence()).parent.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff\xff", b'{"package": "demo"}'])
def test_damaged_evidence_is_absent(store: Store, content: bytes) -> None:
    """A record that cannot be read is as if it were not there, so the stage runs again and mends it."""
    store.save(evidence())
    record(store, evidence()).write_bytes(content)
    assert store.read(Stage.BUILD_WHEEL, "demo", INPUTS) is None
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is None
    assert store.newest(Stage.BUILD_WHEEL, "demo") is None
    store.save(evidence())
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) == evidence()


def test_a_file_where_a_folder_should_be_is_absence(store: Store) -> None:
    """Evidence below something that is no folder is not there."""
    write_atomically(store.root / "evidence" / "test", b"not a folder")
    assert store.read(Stage.TEST, "demo", INPUTS) is None


@pytest.mark.parametrize(
    "moved",
    [evidence(package="other"), evidence(stage=Stage.TEST), evidence(inputs="1" * 64)],
    ids=["package", "stage", "inputs"],
)
def test_evidence_of_another_is_not_taken(store: Store, moved: Evidence) -> None:
    """A record that was copied to another's place proves nothing there."""
    write_atomically(record(store, evidence()), to_json(moved).encode())
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is None


def test_a_kill_while_writing_leaves_what_was_there(store: Store) -> None:
    """Half of a file beside its place is never read, and the next save is not disturbed by it."""
    folder = record(store, evidence()).parent
    folder.mkdir(parents=True)
    whole = to_json(evidence()).encode()
    (folder / ".new-abc").write_bytes(whole[: len(whole) // 2])
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is None
    store.save(evidence())
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) == evidence()


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """Where a file cannot be put in its place, nothing lies beside it and the error is told."""
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(OSError, match="place"):
        write_atomically(place, b"content")
    assert list(tmp_path.iterdir()) == [place]


def test_everybody_may_read_what_is_written(tmp_path: Path) -> None:
    """Files of the store have usual modes, not those of temporary files."""
    write_atomically(tmp_path / "a" / "b", b"content")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "a" / "b").read_bytes() == b"content"


def test_two_commands_save_at_once(store: Store) -> None:
    """Of two commands that save the same evidence again and again, neither ever finds half of it."""
    long = evidence(facts={str(number): "x" * 1000 for number in range(50)})
    store.save(long)
    found = []

    def work() -> None:
        for _ in range(40):
            store.save(long)
            found.append(store.find(Stage.BUILD_WHEEL, "demo", INPUTS) == long)

    at_once(work, work)
    assert found == [True] * 80
    assert len(list(record(store, long).parent.iterdir())) == 1


def test_the_newest_evidence_tells_the_duration(store: Store) -> None:
    """How long a stage took is told by what was recorded last, whatever its inputs; unknown where nothing is."""
    assert store.newest(Stage.BUILD_WHEEL, "demo") is None
    old, new = evidence(inputs="f" * 64, duration=5.0), evidence(duration=7.0)
    for seconds, item in ((2000, new), (1000, old)):
        store.save(item)
        os.utime(record(store, item), (seconds, seconds))
    assert store.newest(Stage.BUILD_WHEEL, "demo") == 7.0


@pytest.mark.parametrize(
    "said", ["NaN", "Infinity", "-Infinity", "1e999", "1e308", "-5", "1" * 400, '"x"', "[" * 100_000]
)
def test_a_duration_that_no_stage_has_is_not_known(store: Store, said: str) -> None:
    """Code of packages may have written the evidence that a cache holds: no plan stumbles over it."""
    store.save(item := evidence(duration=7.0))
    path = record(store, item)
    before = path.read_text()
    path.write_text(before.replace('"duration": 7.0', f'"duration": {said}'))
    assert path.read_text() != before
    assert store.newest(Stage.BUILD_WHEEL, "demo") is None


@pytest.mark.parametrize(("name", "kind"), [("demo-1.0-py3-none-any.whl", Kind.WHEEL), ("demo-1.0.tar.gz", Kind.SDIST)])
def test_an_artifact_is_known_by_its_bytes(store: Store, tmp_path: Path, name: str, kind: Kind) -> None:
    """A built file is taken into the store under its digest and its own name."""
    path = built(tmp_path / "out", name)
    artifact = store.add(path)
    assert artifact == Artifact(name, kind, sha256(path), 5)
    assert store.holds(artifact)
    assert store.path(artifact).read_bytes() == b"wheel"
    assert store.path(artifact).name == name
    path.unlink()
    assert store.holds(artifact)


@pytest.mark.parametrize("content", [b"whale", b"wheels", b"", None])
def test_an_altered_artifact_is_not_found(store: Store, tmp_path: Path, content: bytes | None) -> None:
    """Evidence whose artifact is gone or has other bytes, of the same size or not, proves nothing until mended."""
    path = built(tmp_path / "out")
    artifact = store.add(path)
    store.save(evidence(artifacts=(artifact,)))
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is not None
    if content is None:
        store.path(artifact).unlink()
    else:
        store.path(artifact).write_bytes(content)
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is None
    assert store.read(Stage.BUILD_WHEEL, "demo", INPUTS) is not None
    assert store.add(path) == artifact
    assert store.find(Stage.BUILD_WHEEL, "demo", INPUTS) is not None


def test_an_artifact_that_is_there_is_not_written_again(store: Store, tmp_path: Path) -> None:
    """Taking in the same bytes twice leaves the first file."""
    path = built(tmp_path / "out")
    first = store.path(store.add(path)).stat().st_ino
    assert store.path(store.add(path)).stat().st_ino == first


def test_dist_holds_exactly_what_is_delivered(store: Store, tmp_path: Path) -> None:
    """A delivery replaces everything that lay in the package's folder, and nothing else in dist."""
    wheel, sdist = (store.add(built(tmp_path / "out", name)) for name in ("demo-1.0-py3-none-any.whl", "d-1.0.tar.gz"))
    (store.dist / "other").mkdir()
    assert store.deliver("demo", [wheel, sdist], {"note.json": b"1"}) == store.dist / "demo"
    assert contents(store.dist / "demo") == {wheel.filename: b"wheel", sdist.filename: b"wheel", "note.json": b"1"}
    (store.dist / "demo" / "stray.txt").write_text("stray")
    store.deliver("demo", [wheel], {"note.json": b"2"})
    assert contents(store.dist / "demo") == {wheel.filename: b"wheel", "note.json": b"2"}
    assert (store.dist / "other").is_dir()
    assert (store.dist / "demo").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["demo-1.0-py3-none-any.whl", "note.json"])
def test_a_delivery_altered_on_disk_is_made_again(store: Store, tmp_path: Path, name: str) -> None:
    """A file in dist that has other bytes than it should is replaced, also one of the same size."""
    wheel = store.add(built(tmp_path / "out"))
    store.deliver("demo", [wheel], {"note.json": b"12345"})
    (store.dist / "demo" / name).write_bytes(b"54321")
    store.deliver("demo", [wheel], {"note.json": b"12345"})
    assert contents(store.dist / "demo") == {wheel.filename: b"wheel", "note.json": b"12345"}


def test_the_same_delivery_touches_nothing(store: Store, tmp_path: Path) -> None:
    """Where dist already holds exactly that, the files stay as they are."""
    wheel = store.add(built(tmp_path / "out"))
    before = (store.deliver("demo", [wheel], {"n": b"1"}) / wheel.filename).stat().st_ino
    assert (store.deliver("demo", [wheel], {"n": b"1"}) / wheel.filename).stat().st_ino == before


def test_nothing_is_left_beside_a_delivery(store: Store, tmp_path: Path) -> None:
    """What a delivery prepared and what it replaced are gone when it is done."""
    wheel = store.add(built(tmp_path / "out"))
    for number in range(3):
        store.deliver("demo", [wheel], {"n": str(number).encode()})
    assert list(store.folder("tmp").iterdir()) == []


def test_the_next_delivery_takes_away_what_a_kill_left(store: Store, tmp_path: Path) -> None:
    """A folder that a killed command moved aside is swept by the next delivery, of whatever package."""
    wheel = store.add(built(tmp_path / "out"))
    built(store.folder("tmp", "old-abc", "demo"), content=b"old")
    store.deliver("other", [wheel], {})
    assert list(store.folder("tmp").iterdir()) == []


def test_a_delivery_that_was_killed_is_swept_when_nobody_can_be_at_it(store: Store, tmp_path: Path) -> None:
    """What was prepared and never put in its place is taken away after a while; what is young may be another's."""
    wheel = store.add(built(tmp_path / "out"))
    for name, age in (("new-demo-killed", 7200), ("new-demo-young", 0), ("other", 7200)):
        path = built(store.folder("tmp", name)).parent
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    store.deliver("demo", [wheel], {})
    assert {path.name for path in store.folder("tmp").iterdir()} == {"new-demo-young", "other"}


def test_orders_of_killed_commands_are_swept(store: Store, tmp_path: Path) -> None:
    """What a worker was asked, by a command that could not take it away, is gone after a day."""
    for name, age in (("order-1.json", 90_000), ("preflight-1.answer", 90_000), ("order-2.json", 80_000)):
        path = store.folder("tmp") / name
        path.touch()
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    store.deliver("demo", [store.add(built(tmp_path / "out"))], {})
    assert [path.name for path in store.folder("tmp").iterdir()] == ["order-2.json"]


def test_logs_of_the_newest_commands_are_kept(store: Store) -> None:
    """The logs of old commands are taken away, those of the newest stay, and so does what is no command's."""
    for day in range(10, 15):
        built(store.folder("logs", f"202611{day}-120000-7"), "demo.log")
    built(store.folder("logs", "metadata"), "demo.log")
    store.sweep_logs(keep=2)
    left = {"20261113-120000-7", "20261114-120000-7", "metadata"}
    assert {path.name for path in store.folder("logs").iterdir()} == left
    store.sweep_logs()
    assert {path.name for path in store.folder("logs").iterdir()} == left


def test_a_delivery_over_a_file_replaces_it(store: Store, tmp_path: Path) -> None:
    """A file that lies where the package's folder belongs is taken away."""
    wheel = store.add(built(tmp_path / "out"))
    (store.dist / "demo").write_text("a file")
    assert contents(store.deliver("demo", [wheel], {})) == {wheel.filename: b"wheel"}


@pytest.mark.parametrize("name", ["old-demo", "old-"])
def test_a_package_may_be_called_old(store: Store, tmp_path: Path, name: str) -> None:
    """Sweeping what is old never takes a delivery of a package whose name begins so."""
    wheel = store.add(built(tmp_path / "out"))

    def work(package: str) -> None:
        for number in range(60):
            store.deliver(package, [wheel], {"n": str(number).encode()})

    at_once(lambda: work(name), lambda: work("other"))
    assert contents(store.dist / name)["n"] == b"59"


def test_two_commands_deliver_different_packages_at_once(store: Store, tmp_path: Path) -> None:
    """Neither of two commands disturbs the other's delivery while it cleans up after its own."""
    wheel = store.add(built(tmp_path / "out"))

    def work(package: str) -> None:
        for number in range(100):
            store.deliver(package, [wheel], {"n": str(number).encode()})

    at_once(lambda: work("one"), lambda: work("two"), lambda: work("three"))
    for package in ("one", "two", "three"):
        assert contents(store.dist / package) == {wheel.filename: b"wheel", "n": b"99"}


def test_two_commands_deliver_one_package_at_once(store: Store, tmp_path: Path) -> None:
    """Of two deliveries of one package one is there in the end, whole, and neither fails."""
    one, two = (store.add(built(tmp_path / "out", f"{name}.whl", name.encode())) for name in ("one", "two"))

    def work(artifact: Artifact) -> None:
        for _ in range(100):
            store.deliver("demo", [artifact], {f"{artifact.filename}.json": b"1"})

    at_once(lambda: work(one), lambda: work(two))
    assert contents(store.dist / "demo") in [
        {"one.whl": b"one", "one.whl.json": b"1"},
        {"two.whl": b"two", "two.whl.json": b"1"},
    ]


def test_a_lock_keeps_others_out(store: Store) -> None:
    """What is done under a lock is done by one at a time."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            with store.lock("a"):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    at_once(work, work, work)
    assert set(most) == {1}
