"""Make the review page of the targets in the current folder, once, and print how long that took and what came out."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

began = time.perf_counter()

from nox_release.arguments import parse  # noqa: E402  # importing it is part of what is measured
from nox_release.chain import Chain  # noqa: E402
from nox_release.release import candidate_of  # noqa: E402
from nox_release.report.page import page  # noqa: E402
from nox_release.reviewing import Reviewing  # noqa: E402
from nox_release.session import looking_back, outside  # noqa: E402

imported = time.perf_counter()
arguments = parse(sys.argv[1:])
chain = Chain(Path.cwd(), arguments, time.time(), candidate_of(arguments.wanted, {}))
plan = chain.plan(outside(chain))
planned = time.perf_counter()
assert chain.candidate
session: Any = SimpleNamespace()  # nox's folder of virtualenvs is where it is by default
found = Reviewing(chain, plan, chain.candidate.repository, looking_back(session, chain)).review()
gathered = time.perf_counter()
text = page(found)
rendered = time.perf_counter()
chain.close()
known = sum(any(look.evidence for look in subject.looks.values()) for subject in found.subjects)
print(len(found.subjects), known, len(text.encode()), planned - imported, gathered - planned, rendered - gathered)
