"""Plan everything in the workspace that is the current folder, once, and print how long that took."""

import sys
import time
from pathlib import Path

began = time.perf_counter()

from nox_release.arguments import parse  # noqa: E402  # importing it is part of what is measured
from nox_release.chain import Chain  # noqa: E402
from nox_release.proven import Machine  # noqa: E402

imported = time.perf_counter()
chain = Chain(Path.cwd(), parse(["all"]), time.time())
plan = chain.plan(Machine(sys.argv[1], "benchmark"))
planned = time.perf_counter()
chain.close()
print(len(plan.packages), imported - began, planned - imported)
