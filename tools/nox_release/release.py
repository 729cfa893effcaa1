"""A candidate, seen from the session: where it goes, whether it may go, and who says so."""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nox_release import worker
from nox_release.approval import Mode, Statement, statement
from nox_release.approvals import Approvals, ask
from nox_release.candidate import Candidate
from nox_release.chain import Chain
from nox_release.check import Finding
from nox_release.errors import Blocked
from nox_release.evidence import write_atomically
from nox_release.manifest import Manifest, read_manifest
from nox_release.plan import Plan
from nox_release.process import Processes
from nox_release.record import from_json, to_json
from nox_release.report.approval import shown
from nox_release.report.words import some
from nox_release.repository import Wanted, choose, read_pypirc
from nox_release.toolbox import toolbox
from nox_release.work import PreflightAnswer, PreflightOrder


def candidate_of(wanted: Wanted, environ: Mapping[str, str] = os.environ) -> Candidate:
    """Return where a candidate goes.

    :raises Misuse: where the command line, the environment and .pypirc do not say that clearly.
    """
    return Candidate(choose(wanted, read_pypirc(), environ), wanted.first_release)


@dataclass(frozen=True)
class Release:
    """The way of one command's candidate through preflight and approval."""

    chain: Chain
    plan: Plan
    candidate: Candidate
    say: Callable[[Iterable[str]], None]
    read: Callable[[str], str] = input
    """Shows a prompt and returns what was typed."""
    terminal: Callable[[], bool] = sys.stdin.isatty
    """Whether a person can be asked."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def preflight(self) -> None:
        """Look at everything that could stop the candidate, and tell all of it at once.

        :raises Blocked: where anything has to be mended first, or could not be looked at. Nothing was uploaded then.
        """
        repository = self.candidate.repository
        self.say([f"preflight for {repository.upload_url}"])
        answer = self._ask_worker()
        found = [(name, finding) for name, verdict in answer.verdicts.items() for finding in verdict]
        self.say(_grouped(found))
        if answer.problem:
            raise Blocked(f"the preflight could not look: {answer.problem}; nothing was uploaded", answer.hint)
        if failing := {name for name, finding in found if finding.fails}:
            raise Blocked(
                f"the preflight stops {', '.join(sorted(failing))}; nothing was uploaded",
                "mend what is told above, then type the same command again",
            )

    def _ask_worker(self) -> PreflightAnswer:
        chain, path = self.chain, self.chain.store.folder("tmp") / f"preflight-{uuid.uuid4().hex}.json"
        answer = path.with_suffix(".answer")
        order = PreflightOrder(
            root=chain.root,
            plan=self.plan,
            prefix=chain.snapshot.prefix,
            toplevel=chain.snapshot.toplevel,
            git_dir=chain.snapshot.git_dir,
            config=chain.config,
            candidate=self.candidate,
            answer=answer,
            unapproved=self._unapproved(),
        )
        write_atomically(path, to_json(order).encode())
        try:
            # It looks for credentials, so it has the whole environment; it runs no code of any package.
            environ = {name: text for name, text in self.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
            python = toolbox("publish", environ)
            done = Processes()(
                [python, "-I", worker.__file__, "preflight", path], cwd=chain.root, env=environ, timeout=600
            )
            if not answer.is_file():
                said = done.output.strip().splitlines()[-1:] or [f"its worker ended with {done.code}"]
                raise Blocked(f"the preflight could not look: {said[0]}; nothing was uploaded", "run the command again")
            return from_json(PreflightAnswer, answer.read_bytes())
        finally:
            path.unlink(missing_ok=True)
            answer.unlink(missing_ok=True)

    def _unapproved(self) -> dict[str, tuple[str, ...]]:
        """Why packages are not approved, where that can be said before they are built and nobody can be asked."""
        if self.chain.approvals.policy.mode is Mode.ENVIRONMENT:
            return {}
        if self.chain.approvals.policy.mode is Mode.PROMPT and self.terminal():
            return {}
        if not (built := self.manifests()):
            return {item.name: ("nobody can have approved what is not built",) for item in self.plan.targets}
        why = self.chain.approvals.missing(self.statement(built))
        return {item.name: why for item in self.plan.targets}

    def manifests(self, names: Iterable[str] | None = None) -> tuple[Manifest, ...]:
        """The release manifests of the targets *names*, or of all; nothing where one is absent or of another source."""
        wanted = {planned.name for planned in self.plan.targets} if names is None else set(names)
        found = []
        for planned in self.plan.targets:
            if planned.name not in wanted:
                continue
            manifest = read_manifest(self.chain.store.dist / planned.name)
            if manifest is None or manifest.source != planned.source:
                return ()
            found.append(manifest)
        return tuple(found)

    def statement(self, manifests: Iterable[Manifest]) -> Statement:
        """Exactly what would go out."""
        return statement(manifests, self.candidate.repository.upload_url)

    def approve(self, names: Iterable[str]) -> Statement:
        """See that exactly the files of these packages are approved, and ask where a person may be asked.

        :raises Blocked: where they are not; nothing was uploaded then.
        """
        manifests = self.manifests(names)
        wanted = self.statement(manifests)
        approvals = self.chain.approvals
        if why := approvals.missing(wanted):
            if approvals.policy.mode is not Mode.PROMPT or not self.terminal():
                raise Blocked(f"not approved: {'; '.join(why)}; nothing was uploaded", self._how(approvals, wanted))
            self.say(shown(wanted, manifests))
            ask(wanted, lambda line: self.say([line]), self.read)
            approvals.record(wanted)
        return wanted

    def take_approval(self) -> Iterator[str]:
        """Record an approval of exactly what would go out, or say how one is given; yield the lines that tell it.

        :raises Blocked: where not every target is proven, or the approval is none.
        """
        manifests = self.manifests()
        if not manifests:
            raise Blocked("not every package of the plan is proven, so there is nothing to approve", "see above")
        wanted, approvals = self.statement(manifests), self.chain.approvals
        yield from shown(wanted, manifests)
        yield ""
        if key := self.chain.arguments.sign_with:
            yield f"signed: {approvals.sign(wanted, Path(key).expanduser())}"
        elif signature := self.chain.arguments.signature:
            yield f"taken: {approvals.take(wanted, Path(signature).expanduser())}"
        elif approvals.policy.mode is Mode.PROMPT:
            ask(wanted, lambda line: self.say([line]), self.read)
            yield f"approved by {approvals.record(wanted).by}"
        if why := approvals.missing(wanted):
            yield f"not approved yet: {'; '.join(why)}"
            yield f"  next: {self._how(approvals, wanted)}"
        else:
            yield f"approved; next: nox -s publish -- {self._again(wanted)} --candidate-for-release"

    def _how(self, approvals: Approvals, wanted: Statement) -> str:
        again = self._again(wanted)
        if approvals.policy.mode is Mode.SIGNED:
            path = approvals.state(wanted)
            return (
                f"an approver signs {path}: nox -s approve -- {again} --sign-with KEY, or on another machine "
                f"ssh-keygen -Y sign -n nox-release -f KEY {path.name}, then nox -s approve -- {again} --signature FILE"
            )
        return f"nox -s approve -- {again}, at a terminal"

    def _again(self, wanted: Statement) -> str:
        """Targets and options as they have to be typed for the same index."""
        asked = self.chain.arguments.wanted
        options = {
            "--repository": asked.repository,
            "--repository-url": asked.repository_url,
            "--index-url": asked.index_url,
        }
        return " ".join(
            [release.name for release in wanted.releases]
            + [f"{option} {text}" for option, text in options.items() if text]
        )


def _grouped(found: list[tuple[str, Finding]]) -> Iterator[str]:
    """Tell each finding once, with all packages that have it."""
    packages: dict[Finding, list[str]] = {}
    for name, finding in found:
        packages.setdefault(finding, []).append(name)
    for finding, names in packages.items():
        word = "exempt" if finding.exempt else finding.severity.value
        where = "" if finding.where in names else f"{finding.where}: "
        yield f"  {word} {finding.code} {some(names)}: {where}{finding.message or finding.title}"
        yield f"    because: {finding.exempt}" if finding.exempt else f"    next: {finding.fix}"


@contextlib.contextmanager
def locked(chain: Chain, names: Iterable[str]) -> Iterator[None]:
    """Keep two candidates of one package from running at once on this machine.

    :raises Blocked: where another command has one of them.
    """
    with contextlib.ExitStack() as held:
        for name in sorted(names):
            if not held.enter_context(chain.store.try_lock(f"candidate-{name}")):
                raise Blocked(f"another command on this machine is releasing {name}", "wait for it, then look again")
        yield
