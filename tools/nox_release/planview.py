"""``nox -s plan``: what would be released, in which order, why, and how long that takes. It changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import nox

from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.errors import Misuse
from nox_release.outputs import hand_on
from nox_release.plan import Plan
from nox_release.printing import put
from nox_release.report.explain import explain
from nox_release.report.plan import as_json, github, mermaid, text
from nox_release.report.words import one_line
from nox_release.saying import say, told
from nox_release.selection import Unchanged
from nox_release.session import outside
from nox_release.shards import shards
from nox_release.timing import timings
from nox_release.wording import some


def plan(session: nox.Session, root: Path, started: float, environ: Mapping[str, str] = os.environ) -> None:
    """Show the plan for the targets behind ``--``; without one for all packages."""
    with told():
        arguments = parse(session.posargs, ("all",))
        if arguments.explain:
            say(explain(arguments.explain))
            return
        if arguments.format == "github" and not arguments.shards:
            raise Misuse("--format github makes a matrix of shards", "say for how many jobs at most: --shards 8")
        chain = Chain(root, arguments, started)
        try:
            found = chain.plan(outside(chain))
            nothing = ""
        except Unchanged as unchanged:
            found, nothing = Plan(()), unchanged.message
        finally:
            chain.close()
        _show(found, nothing, chain, environ)
        if found.broken:
            names = [broken.name for broken in found.broken]
            session.error(one_line(f"cannot be worked on: {some(names)}, see above"))


def _show(found: Plan, nothing: str, chain: Chain, environ: Mapping[str, str]) -> None:
    took, form = timings(found, chain.store), chain.arguments.format
    targets = {item.name: took[item.name].total for item in found.targets}
    shared = shards(targets, chain.arguments.shards)
    if form == "json":
        put(as_json(found, took, shared))
    elif form == "mermaid":
        say(mermaid(found))
    else:
        if nothing:
            put(f"nothing to do: {one_line(nothing)}", sys.stderr if form == "github" else None)
        if form == "text":
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
            say(text(found, took, shared, width))
            return
        matrix = github(shared)
        put(matrix)
        handed = {"matrix": matrix, "targets": " ".join(targets), "count": str(len(shared))}
        for command in hand_on(handed, environ, chain.store):
            put(command)
