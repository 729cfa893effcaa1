"""What a noxfile may use of the package, from its docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import nox_release
from nox_release.reference.declared import markdown


def api() -> Iterator[str]:
    """Yield each public name with its signature and its docstring."""
    for name in nox_release.__all__:
        public = getattr(nox_release, name)
        yield f"### nox_release.{name}"
        yield ""
        yield "```python"
        yield f"nox_release.{name}{inspect.signature(public, eval_str=True)}"
        yield "```"
        yield ""
        yield markdown(inspect.getdoc(public) or "")
