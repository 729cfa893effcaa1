"""What ``--explain CODE`` prints: all that is known of a check, without looking at any package."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.codes import PAGE, Described, beginning, suggestion
from nox_release.errors import Misuse


def explain(text: str) -> Iterator[str]:
    """Yield the lines about the check with the code *text*, or about all whose codes begin with it.

    :raises Misuse: where there is none.
    """
    checks = beginning(text) or beginning(text.upper())
    if not checks:
        raise Misuse(f"no check is called {text!r}", suggestion(text))
    if len(checks) == 1:
        yield from _one(checks[0])
        return
    for check in checks:
        yield f"{check.code} {check.severity:7} {'PyPI' if check.pypi else 'ours'}  {check.title}"
    yield ""
    yield f"PyPI: PyPI refuses an upload that breaks it. All of them: {PAGE}"


def _one(check: Described) -> Iterator[str]:
    yield f"{check.code}: {check.title}"
    yield f"{check.severity}, {check.owner}; looked at by {' and '.join(check.stages)}"
    yield ""
    yield from check.why.splitlines()
    yield ""
    if check.essential:
        yield "No configuration lets it pass: what follows rests on it."
    else:
        yield f'To let it pass: ignore = {{ {check.code} = "the reason" }} in [tool.nox-release], or in an override.'
    yield check.url
