"""The session's part in proving the states between two uploads: a worker that is given no credentials."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable

import nox
import nox.command

from nox_release import worker
from nox_release.chain import Chain
from nox_release.environment import find_uv, without_credentials
from nox_release.errors import Blocked
from nox_release.evidence import write_atomically
from nox_release.plan import Plan
from nox_release.record import from_json, to_json
from nox_release.session import PATIENCE
from nox_release.toolbox import toolbox
from nox_release.work import PrefixOrder, PreflightAnswer


def prove(session: nox.Session, chain: Chain, plan: Plan, names: Iterable[str]) -> PreflightAnswer:
    """Return what the states between the uploads of the packages *names* show.

    It runs code of packages, so it is a process of its own, over before the one that uploads is started. Nothing is
    found where nox was told only to install.

    :raises Blocked: where there is no answer.
    """
    config, wanted, pip = chain.config, set(names), chain.config.installer == "pip"
    environ = without_credentials(os.environ, config.credentials, config.pass_environment)
    for name in ("PYTHONPATH", "PYTHONHOME"):
        environ.pop(name, None)
    path = chain.store.folder("tmp") / f"prefixes-{uuid.uuid4().hex}.json"
    order = PrefixOrder(
        root=chain.root,
        plan=plan,
        config=config,
        names=tuple(planned.name for planned in plan.targets if planned.name in wanted),
        uv="" if pip else find_uv(),
        python=str(toolbox("pip", environ)) if pip else "",
        pythons=chain.pythons,
        jobs=chain.jobs,
        logs=chain.logs,
        code=chain.proven.code,
        since=chain.since,
        answer=path.with_suffix(".answer"),
        ca=chain.candidate.repository.ca if chain.candidate else "",
    )
    write_atomically(path, to_json(order).encode())
    ran = True
    try:
        with contextlib.suppress(nox.command.CommandFailed):  # what has no answer is blocked, and told as that
            ran = session.run(
                str(toolbox("publish", environ)), "-I", worker.__file__, "prefixes", str(path),
                env=environ, include_outer_env=False, log=False, external=True,
                interrupt_timeout=PATIENCE, terminate_timeout=PATIENCE,
            ) is not None  # fmt: skip
        if order.answer.is_file():
            return from_json(PreflightAnswer, order.answer.read_bytes())
    finally:
        path.unlink(missing_ok=True)
        order.answer.unlink(missing_ok=True)
    if not ran:
        return PreflightAnswer()
    raise Blocked(
        "the states between two uploads could not be tried; nothing was uploaded",
        f"{chain.logs}/prefixes.log has what was said; run the command again",
    )
