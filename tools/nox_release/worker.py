"""Does a stage's work, in the session's virtualenv: ``python -I worker.py ORDER``; and ``accept FORMAT FILE…``.

The virtualenv holds the stage's pinned tools and nothing else; nox_release itself is loaded from where this
file lies, so it is the same code however it was installed, and no other package comes along with it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def _load_beside() -> None:
    here = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "nox_release", here / "__init__.py", submodule_search_locations=[str(here)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["nox_release"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    if "nox_release" not in sys.modules:
        _load_beside()
    if sys.argv[1:2] == ["accept"]:
        from nox_release.examine import main as examine

        sys.exit(examine(sys.argv[2:]))
    from nox_release.orders import main

    sys.exit(main(sys.argv[1:]))
