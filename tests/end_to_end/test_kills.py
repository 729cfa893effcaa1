"""Commands and servers killed at every step: whoever runs the command again gets the whole release or a true reason.

Each case draws its index, its victim and its moment from a seed of its own. What is run is publish's worker with its
order, on a workspace whose earlier stages are evidence; ``test_candidate.py`` goes the whole way.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from jobs import Bench
from nox_release import manifest, worker
from nox_release.approval import statement
from nox_release.candidate import Candidate
from nox_release.index.credentials import Known
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.model import Evidence, Outcome, Stage
from nox_release.record import to_json
from nox_release.repository import Repository
from nox_release.work import Order
from projects import FLIT, demo
from servers.gate import Gate, Moment, Strike, gate
from servers.indexes import INDEXES, PASSWORD, USER

pytestmark = pytest.mark.end_to_end
IN_CI, IN_ALL = 12, 120
"""Cases; the slow suite has all."""
REQUESTS = 14
"""What a whole way asks of the index: each of them is struck in some case."""
LIMIT = 180.0
TAG = "demo_1.0"


@dataclass
class Release:
    """A workspace with an approved release, and the worker that publishes it."""

    bench: Bench
    passing: Gate
    runs: list[str] = field(default_factory=list)
    """What became of each run, for the message of a case that fails."""

    def __post_init__(self) -> None:
        bench, folder = self.bench, self.bench.folder
        sdist = make_sdist(folder, {"pyproject.toml": FLIT, "more.txt": "x" * 60_000})
        wheel = make_wheel(folder, {"demo/__init__.py": "", "demo/more.txt": "x" * 60_000})
        for stage, path in ((Stage.BUILD_SDIST, sdist), (Stage.BUILD_WHEEL, wheel)):
            bench.put(stage, path)
        facts = {"commit": bench.snapshot.commit}
        built = {stage: replace(one, facts=facts) for stage, one in bench.built["demo"].items()}
        whole = manifest.manifest(built, source=bench.plan["demo"].source, committed=True)
        bench.store.deliver("demo", whole.artifacts, {manifest.FILENAME: manifest.text(whole)})
        bench.checkout.git("init", "--quiet", "--bare", str(folder / "remote.git"))
        bench.checkout.git("remote", "add", "origin", str(folder / "remote.git"))
        bench.checkout.git("push", "--quiet", "origin", "main")
        self.wanted = {item.filename: item.sha256 for item in whole.artifacts}
        repository = Repository("loopback", self.passing.upload_url, self.passing.simple_url)
        self.candidate = Candidate(repository, approved=statement([whole], repository.upload_url))

    @contextmanager
    def command(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start the worker; what it started is gone afterwards."""
        bench = self.bench
        order = Order(
            Stage.PUBLISH, bench.root, bench.plan, bench.snapshot.prefix, bench.snapshot.toplevel,
            bench.snapshot.git_dir, bench.config, {"demo": "inputs"}, dict(bench.built), bench.uv, 1, logs="logs",
            candidate=self.candidate,
        )  # fmt: skip
        path = bench.folder / "order.json"
        path.write_text(to_json(order))
        who = {"GIT_CONFIG_GLOBAL": os.devnull}
        who |= {f"GIT_{role}_{what}": "t@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        with (bench.folder / "said.txt").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-I", worker.__file__, "stage", str(path)],
                cwd=bench.root,
                env={**os.environ, **who, "TWINE_USERNAME": USER, "TWINE_PASSWORD": PASSWORD},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            end(process)

    def run(self, disturb: Callable[[subprocess.Popen[bytes]], None] = lambda _: None) -> Evidence | None:
        """Run the worker to its end, or to the one that *disturb* brings it; return what it left."""
        began, self.passing.shown = time.time(), None
        with self.command() as process:
            disturb(process)
            code = process.wait(timeout=LIMIT)
        evidence = self.bench.store.read(Stage.PUBLISH, "demo", "inputs")
        if evidence and evidence.started < began:
            evidence = None
        told = (
            f"{evidence.outcome} {evidence.problem} {[(one.code, one.where, one.message) for one in evidence.findings]}"
            if evidence
            else ""
        )
        self.runs.append(f"exit {code}; {told}; struck: {self.passing.struck}; uploads: {self.passing.uploads}")
        return evidence

    def served(self) -> dict[str, str]:
        """File name → sha256 of what the server serves."""
        with closing(Reader(self.passing.server.simple_url)) as reader:
            return {name: reader.digest(file) for name, file in reader.files("demo").items()}

    def tagged(self) -> str:
        """The commit that the tag names on the remote; empty: there is none."""
        return self.bench.checkout.git("ls-remote", "origin", f"refs/tags/{TAG}^{{}}").partition("\t")[0]


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a command with everything of its group, as a closed terminal or a cancelled job does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def disturbance(draw: random.Random, release: Release) -> tuple[str, Callable[[subprocess.Popen[bytes]], None]]:
    """Draw who is killed and when; return that in words, and what does it."""
    server, victim = release.passing.server, draw.choice(["command", "server"])
    kind = draw.choice(["request", "request", "upload", "delay", "tag"])
    number, moment = draw.randrange(2 if kind == "upload" else REQUESTS), draw.choice(list(Moment))
    delay, pause = draw.uniform(0.2, 2.5), draw.uniform(0, 0.5)

    def kill(process: subprocess.Popen[bytes]) -> None:
        if victim == "command":
            end(process)
        else:
            server.kill()
            time.sleep(pause)
            server.start()

    def at_request(process: subprocess.Popen[bytes]) -> None:
        release.passing.strike = Strike(number, moment, lambda: kill(process), uploads=kind == "upload")

    def after_delay(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=delay)
        kill(process)

    def at_tag(process: subprocess.Popen[bytes]) -> None:
        tag = release.bench.root / ".git/refs/tags" / TAG
        while process.poll() is None and not tag.exists():
            time.sleep(0.001)
        kill(process)

    if kind == "delay":
        return f"{victim} after {delay:.2f} s", after_delay
    if kind == "tag":
        return f"{victim} when the tag is set", at_tag
    return f"{victim} at {kind} {number}, {moment}", at_request


def check(release: Release, evidence: Evidence | None) -> None:
    """The end: everything, or a true reason why not."""
    served, wanted = release.served(), release.wanted
    assert [name for name, listed in release.passing.uploads if listed] == [], (
        "a file that was there was sent, and the index would have told"
    )
    assert evidence is not None, "the command left no word"
    if evidence.outcome is Outcome.PASSED:
        assert served == wanted
        assert release.tagged() == release.bench.snapshot.commit
        return
    conflicts = {name for name, digest in served.items() if digest != wanted[name]}
    assert conflicts, f"it stopped for no reason: {evidence.problem} {evidence.findings}"
    assert conflicts <= {finding.where for finding in evidence.findings}
    assert release.tagged() == ""


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] if seed >= IN_CI else []) for seed in range(IN_ALL)]
)
def test_whatever_is_killed_running_it_again_ends_well(tmp_path: Path, seed: int) -> None:
    """Exactly the approved bytes and the tag, or a stop that names the conflict; nothing listed is sent again."""
    draw = random.Random(seed)
    name = list(INDEXES)[seed % len(INDEXES)]
    told = [f"seed {seed}: {name}"]
    with INDEXES[name](tmp_path) as server, gate(server) as passing:
        bench = Bench(tmp_path, demo(FLIT))
        release = Release(bench, passing)
        try:
            for _ in range(draw.choice([1, 1, 2])):
                what, disturb = disturbance(draw, release)
                told.append(what)
                passing.requests.clear()
                evidence = release.run(disturb)
                passing.strike = None
                if evidence is not None and evidence.outcome is Outcome.PASSED:
                    check(release, evidence)  # it claims to be whole: it has to be so at once
            check(release, release.run())
        finally:
            print(*told, *release.runs, sep="\n")  # shown of a case that fails
            bench.close()


def test_the_gate_sees_a_second_upload(tmp_path: Path) -> None:
    """Should a listed file ever be sent again, the cases above would tell: on each server."""
    for name, start in INDEXES.items():
        (tmp_path / name).mkdir()
        with start(tmp_path / name) as server, gate(server) as passing:
            bench = Bench(tmp_path / name, demo(FLIT))
            release = Release(bench, passing)
            assert release.run()
            assert passing.uploads == [(filename, False) for filename in release.wanted]
            known = Known("by hand", USER, PASSWORD)
            with (
                closing(Uploader(passing.upload_url, known)) as uploader,
                closing(Reader(passing.simple_url)) as reader,
            ):
                for look in (lambda: None, lambda: reader.files("demo")):
                    passing.uploads.clear()
                    for filename in release.wanted:
                        look()
                        uploader.upload(bench.store.dist / "demo" / filename)
                    assert passing.uploads == [(filename, True) for filename in release.wanted]
            bench.close()
