"""The sessions that need no stage before them: they look, and but for `prepare` change nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import nox

from nox_release.arguments import Arguments, codes, parse
from nox_release.chain import Chain
from nox_release.errors import Misuse
from nox_release.evidence import write_atomically
from nox_release.health import Checkup
from nox_release.inquiry import Inquire, inquire
from nox_release.overview import Overview
from nox_release.prepare.applying import Prepare
from nox_release.printing import put
from nox_release.release import candidate_of
from nox_release.report.doctor import as_json as healthy_json
from nox_release.report.doctor import healthy
from nox_release.report.explain import explain
from nox_release.report.page import page
from nox_release.report.run import REVIEW
from nox_release.report.status import as_json, first_releases, status, yank
from nox_release.report.words import one_line
from nox_release.reviewing import Reviewing
from nox_release.saying import say, told
from nox_release.session import looking_back, outside
from nox_release.status import judge
from nox_release.wording import some


class Views:
    """What one of these sessions looks at.

    :param started: when the command began, seconds since the epoch.
    :param inquire: has a worker look at what is outside of this machine.
    """

    def __init__(
        self, root: Path, started: float, environ: Mapping[str, str] = os.environ, inquire: Inquire = inquire
    ) -> None:
        self._root = root
        self._started = started
        self._environ = environ
        self._inquire = inquire

    def status(self, session: nox.Session) -> None:
        """Show where packages stand, and what to type next."""
        with told(), self._overview(session) as overview:
            arguments, repository = overview.chain.arguments, overview.repository
            if arguments.yank:
                for withdrawal in overview.withdrawal(arguments.yank):
                    say(yank(withdrawal, repository.pages, repository.simple_url))
                return
            standings = overview.standings()
            unknown = [item.name for item in standings if item.shelf.problem]
            options = arguments.wanted.typed
            found = [(item, judge(item, options, repository.pages)) for item in standings]
            if arguments.first_releases:
                quota, new = overview.chain.config.new_project_quota, overview.new(standings)
                say(first_releases(new, overview.publisher(), quota, repository.pages, options, unknown))
            elif arguments.json:
                put(as_json(found, repository.simple_url))
            else:
                say(status(found, repository.simple_url))
            if unknown:
                session.error(one_line(f"the index could not be looked at for {some(unknown)}"))

    def review(self, session: nox.Session) -> None:
        """Write the page that an approver judges a release by."""
        with told(), self._overview(session) as overview:
            chain = overview.chain
            if chain.arguments.json:
                raise Misuse("--format json is for status, doctor and plan", "leave it out: review writes a page")
            found = Reviewing(chain, overview.plan, overview.repository, looking_back(session, chain)).review()
            path = chain.reports / REVIEW
            write_atomically(path, page(found).encode())
            say(f"{item.verdict}: {item.name} {item.version}" for item in found.subjects)
            say([f"the page: {path}", f"next: {found.command}"])

    def doctor(self, session: nox.Session) -> None:
        """Tell what keeps the workspace from releasing, with the mend of each."""
        with told():
            arguments = _arguments(session)
            unclear = candidate = None
            try:
                candidate = candidate_of(arguments.wanted, self._environ)
            except Misuse as error:  # told with all else
                unclear = error
            chain = Chain(self._root, arguments, self._started, candidate)
            try:
                areas = tuple(Checkup(chain, unclear, self._environ, self._inquire).areas())
            finally:
                chain.close()
            if arguments.json:
                put(healthy_json(areas))
            else:
                say(healthy(areas))
            if any(item.misuse for area in areas for item in area.blocked):
                raise SystemExit(Misuse.exit_code)
            if any(area.fails for area in areas):
                session.error("see above")

    def explain(self, session: nox.Session) -> None:
        """Tell what checks are about."""
        with told():
            say(explain(*codes(session.posargs)))

    def prepare(self, session: nox.Session) -> None:
        """Make the source ready for a release, or for what comes after one."""
        with told():
            arguments = parse(session.posargs)
            if arguments.explain:
                say(explain(arguments.explain))
                return
            chain = Chain(self._root, arguments, self._started)
            try:
                Prepare(chain, say, environ=self._environ)()
            finally:
                chain.close()

    @contextlib.contextmanager
    def _overview(self, session: nox.Session) -> Iterator[Overview]:
        """What needs no stage: a plan of its own, made without a virtualenv."""
        arguments = _arguments(session)
        chain = Chain(self._root, arguments, self._started, candidate_of(arguments.wanted, self._environ))
        assert chain.candidate is not None
        try:
            plan = chain.plan(outside(chain))
            if not arguments.json:
                say(f"BLOCKED {broken.name}: {broken.message}; {broken.hint}" for broken in plan.broken)
            yield Overview(chain, plan, chain.candidate.repository, self._environ, self._inquire)
        finally:
            chain.close()


def _arguments(session: nox.Session) -> Arguments:
    """What stands after ``--``; without a target it is about all packages."""
    arguments = parse(session.posargs, ("all",))
    if arguments.explain:
        say(explain(arguments.explain))
        raise SystemExit(0)
    if arguments.format not in ("text", "json"):
        raise Misuse(f"--format {arguments.format} is for plan", "write text or json")
    return arguments
