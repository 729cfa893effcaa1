"""What ``explain -- CODE`` and ``--explain CODE`` print: all that is known of checks, no package is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nox_release.codes import PAGE, Described, beginning, families, suggestion
from nox_release.errors import Misuse


def explain(*texts: str) -> Iterator[str]:
    """Yield the lines about the checks with the codes *texts*, or about all whose codes begin with one of them.

    Without any, how codes begin, and what such checks look at.

    :raises Misuse: where there is none; nothing is told of the others then.
    """
    found = [_called(text) for text in texts]
    for number, checks in enumerate(found):
        if number:
            yield ""
        yield from _one(checks[0]) if len(checks) == 1 else _several(checks)
    if not texts:
        yield from _families()


def _called(text: str) -> tuple[Described, ...]:
    if checks := beginning(text) or beginning(text.upper()):
        return checks
    raise Misuse(f"no check is called {text!r}", suggestion(text))


def _several(checks: Sequence[Described]) -> Iterator[str]:
    for check in checks:
        yield f"{check.code} {check.severity:7} {'PyPI' if check.pypi else 'ours'}  {check.title}"
    yield ""
    yield f"PyPI: PyPI refuses an upload that breaks it. All of them: {PAGE}"


def _families() -> Iterator[str]:
    for start, checks in families().items():
        topics = ", ".join(dict.fromkeys(check.family for check in checks))
        yield f"{start} {len(checks):3} checks  {topics}"
    yield ""
    yield f"nox -s explain -- CODE tells of one, or of all whose codes begin so. All of them: {PAGE}"


def _one(check: Described) -> Iterator[str]:
    yield f"{check.code}: {check.title}"
    yield f"{check.severity}, {check.owner}; looked at by {check.sessions}"
    yield ""
    yield from check.why.splitlines()
    yield ""
    if check.essential:
        yield "No configuration lets it pass: what follows rests on it."
    else:
        yield f'To let it pass: ignore = {{ {check.code} = "the reason" }} in [tool.nox-release], or in an override.'
    yield check.url
