"""A candidate, seen from the session: where it goes, whether it may go, and who says so."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nox_release.approval import Approval, Mode, Statement, statement
from nox_release.approvals import Approvals, ask
from nox_release.candidate import Candidate
from nox_release.chain import Chain
from nox_release.check import Finding
from nox_release.errors import Blocked
from nox_release.gate import Gate, refusal
from nox_release.inquiry import Inquire, inquire
from nox_release.manifest import Manifest, read_manifest
from nox_release.plan import Plan
from nox_release.report.approval import shown
from nox_release.repository import Wanted, choose, read_pypirc
from nox_release.wording import some
from nox_release.work import GateAnswer, GateOrder, PreflightAnswer, PreflightOrder

_BEHIND_THE_GATE = 'publish from a job behind the gate, or set approval in [tool.nox-release] to "prompt" or "signed"'


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
    inquire: Inquire = inquire
    """Has a worker look."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def preflight(self) -> None:
        """Look at everything that could stop the candidate, and tell all of it at once.

        :raises Blocked: where anything has to be mended first, or could not be looked at. Nothing was uploaded then.
        """
        repository = self.candidate.repository
        self.say([f"preflight for {repository.upload_url}"])
        self.obey(self._ask_worker(), "the preflight")

    def obey(self, answer: PreflightAnswer, what: str) -> None:
        """Tell all that was found, and go no further with what fails.

        :param what: has found it.
        :raises Blocked: where anything fails, or could not be looked at. Nothing was uploaded then.
        """
        found = [(name, finding) for name, verdict in answer.verdicts.items() for finding in verdict]
        self.say(_grouped(found))
        if failing := {name for name, finding in found if finding.fails}:
            if answer.problem:
                self.say([f"  blocked: {what} could not look: {answer.problem}", f"    next: {answer.hint}"])
            raise Blocked(
                f"{what} stops {', '.join(sorted(failing))}; nothing was uploaded",
                "mend what is told above, then type the same command again",
            )
        if answer.problem:
            raise Blocked(f"{what} could not look: {answer.problem}; nothing was uploaded", answer.hint)

    def _ask_worker(self) -> PreflightAnswer:
        chain, unapproved = self.chain, self._unapproved()

        def order(answer: Path) -> PreflightOrder:
            return PreflightOrder(
                root=chain.root,
                plan=self.plan,
                prefix=chain.snapshot.prefix,
                toplevel=chain.snapshot.toplevel,
                git_dir=chain.snapshot.git_dir,
                config=chain.config,
                candidate=self.candidate,
                answer=answer,
                unapproved=unapproved,
            )

        return self.inquire("preflight", order, PreflightAnswer, chain.store, self.environ)

    def _unapproved(self) -> dict[str, tuple[str, ...]]:
        """Why packages are not approved, where that can be said before they are built and nobody can be asked."""
        if self.chain.approvals.policy.mode is Mode.ENVIRONMENT:
            _, refused = self._gate()
            return {item.name: (refused,) for item in self.plan.targets} if refused else {}
        if self.chain.approvals.policy.mode is Mode.PROMPT and self.terminal():
            return {}
        names = [item.name for item in self.plan.targets]
        try:
            if built := self.manifests():
                return dict.fromkeys(names, self.chain.approvals.missing(self.statement(built)))
            foreseen = self._foreseen()
        except Blocked as error:
            return dict.fromkeys(names, (f"{error.message}\n{error.hint}",))
        unbuilt = [item.name for item in self.plan.targets if (item.name, item.version) not in foreseen]
        return dict.fromkeys(unbuilt, ("nobody can have approved what is not built",))

    def _foreseen(self) -> set[tuple[str, str]]:
        """Name and version of what is approved for this commit and index: its bytes are compared once it is built."""
        return {
            (release.name, release.version)
            for approved in self.chain.approvals.approved()
            for release in approved.releases
            if approved.index == self.candidate.repository.upload_url and release.commit == self.plan.commit
        }

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

    def approve(self, names: Iterable[str]) -> tuple[Approval, ...]:
        """See that exactly the files of these packages are approved, and ask where a person may be asked.

        :returns: the approvals; each is one of all that goes out.
        :raises Blocked: where they are not; nothing was uploaded then.
        """
        manifests = self.manifests(names)
        wanted, approvals = self.statement(manifests), self.chain.approvals
        if (expected := self.chain.arguments.approved) and expected != wanted.digest:
            raise Blocked(
                f"not approved: --approved {expected} is not what would go out, whose digest is {wanted.digest}; "
                "nothing was uploaded",
                "nox -s approve shows what goes out, and its digest",
            )
        if approvals.policy.mode is Mode.ENVIRONMENT:
            self.say([f"what goes out: sha256 {wanted.digest}"])
            return (self._by_gate(wanted),)
        if why := approvals.missing(wanted):
            if approvals.policy.mode is not Mode.PROMPT or not self.terminal():
                raise Blocked(f"not approved: {'; '.join(why)}; nothing was uploaded", self._how(approvals, wanted))
            self.say(shown(wanted, manifests))
            ask(wanted, lambda line: self.say([line]), self.read)
            approvals.record(wanted)
        return approvals.given(wanted)

    def _gate(self) -> tuple[Gate | None, str]:
        """What the CI says of this job, and why that is no approval, with the mend in the next line; or nothing."""
        answer = self.inquire("gate", GateOrder, GateAnswer, self.chain.store, self.environ)
        if answer.gate is None:
            return None, f"{answer.problem}\n{answer.hint}"
        why = refusal(answer.gate, self.chain.config.release_environment, self.plan.commit)
        return answer.gate, f"{why}\n{_BEHIND_THE_GATE}" if why else ""

    def _by_gate(self, wanted: Statement) -> Approval:
        """The approval that the CI gave when it let this job run.

        :raises Blocked: where it did not.
        """
        gate, why = self._gate()
        if gate is None or why:
            message, _, hint = why.partition("\n")
            raise Blocked(f"not approved: {message}; nothing was uploaded", hint)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.say([f"approved by the environment {gate.environment} of {gate.ci}: {gate.by}"])
        return Approval(wanted, Mode.ENVIRONMENT, gate.by, at)

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
        yield f"the same as a page: nox -s review -- {self._again(wanted)}"
        if key := self.chain.arguments.sign_with:
            yield f"signed: {approvals.sign(wanted, Path(key).expanduser())}"
        elif signature := self.chain.arguments.signature:
            yield f"taken: {approvals.take(wanted, Path(signature).expanduser())}"
        elif approvals.policy.mode is Mode.PROMPT:
            ask(wanted, lambda line: self.say([line]), self.read)
            yield f"approved by {approvals.record(wanted).by}"
        elif approvals.policy.mode is Mode.ENVIRONMENT:
            yield f"what goes out: sha256 {wanted.digest}"
            yield "its gate is the CI's; the job behind it publishes exactly this with:"
            yield f"  nox -s publish -- {self._again(wanted)} --candidate-for-release --approved {wanted.digest}"
            return
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
        first = " --first-release" if asked.first_release else ""
        return " ".join(release.name for release in wanted.releases) + asked.typed + first


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
