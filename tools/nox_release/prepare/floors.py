"""What a requirement becomes when a sibling is released that it does not admit: edits of text, by exact places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.metadata.constraints import CLAUSE, specifiers

_SPECIFIER = re.compile(r"(===|~=|==|!=|<=|>=|<|>)(\s*)([^\s,;()\"']+)")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_BARE = re.compile(r"^[ \t]*([A-Za-z0-9][^\r\n#]*?)[ \t]*(?:#[^\r\n]*)?\r?$", re.MULTILINE)
_KEY = r"^[ \t]*[\"']?({name})[\"']?[ \t]*=[ \t]*(?:\{{[^\n}}]*?\bversion[ \t]*=[ \t]*)?[\"']([^\"'\n]*)[\"']"


def admits(requirement: str, version: Version) -> bool:
    """Whether *requirement* (PEP 508) lets *version* in, a prerelease as well; one from a URL lets in what is there."""
    return Requirement(requirement).specifier.contains(version, prereleases=True)


def followed(text: str, name: str, version: Version) -> str:
    """Return the text of a file whose requirements of *name* all admit *version*, as far as that can be done.

    What admits it stays as it is. Else an exact pin and a compatible one (``==``, ``~=``, poetry's ``^`` and ``~``) are
    moved to *version*, with as many numbers as they had, and an upper bound is moved above it; floors stay.
    """
    edits = dict(_requirements(text, name, version))
    edits.update(_poetry(text, name, version))
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _requirements(text: str, name: str, version: Version) -> Iterator[tuple[tuple[int, int], str]]:
    """Requirements in quotes, or alone on their line as in setup.cfg and requirements files."""
    for pattern in (_QUOTED, _BARE):
        for found in pattern.finditer(text):
            group = found.lastindex or 1
            written = found[group]
            if canonicalize_name(re.split(r"[\s\[<>=!~;(@]", written.strip(), maxsplit=1)[0]) != name:
                continue
            try:
                parsed = Requirement(written)
            except InvalidRequirement:
                continue
            if parsed.url or parsed.specifier.contains(version, prereleases=True):
                continue
            constraint, semicolon, marker = written.partition(";")
            moved = _SPECIFIER.sub(_mover(version), constraint)
            if _admitted(Requirement(moved).specifier, version):
                yield found.span(group), f"{moved}{semicolon}{marker}"


def _poetry(text: str, name: str, version: Version) -> Iterator[tuple[tuple[int, int], str]]:
    """Constraints that are the value of the package's name, as in ``[tool.poetry.dependencies]``."""
    spelt = r"[-_.]+".join(re.escape(part) for part in name.split("-"))
    for found in re.finditer(_KEY.format(name=spelt), text, re.MULTILINE | re.IGNORECASE):
        written = found[2]
        if (meaning := specifiers(written)) is None or _admitted(meaning, version):
            continue
        moved = CLAUSE.sub(_poetry_mover(version), written)
        if (meaning := specifiers(moved)) is not None and _admitted(meaning, version):
            yield found.span(2), moved


def _admitted(specifier: str | SpecifierSet, version: Version) -> bool:
    try:
        return SpecifierSet(str(specifier)).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def _mover(version: Version) -> Callable[[re.Match[str]], str]:
    def move(found: re.Match[str]) -> str:
        operator, space, bound = found.groups()
        return (
            found[0] if _admitted(operator + bound, version) else f"{operator}{space}{_moved(operator, bound, version)}"
        )

    return move


def _poetry_mover(version: Version) -> Callable[[re.Match[str]], str]:
    def move(found: re.Match[str]) -> str:
        operator, bound = found[1] or "", found[2]
        meaning = specifiers(found[0])
        if meaning is None or _admitted(meaning, version):
            return found[0]
        alike = {"^": "~=", "~": "~=", "": "==", "=": "=="}.get(operator, operator)
        return found[0][: found.start(2) - found.start()] + _moved(alike, bound, version)

    return move


def _moved(operator: str, bound: str, version: Version) -> str:
    """Return the bound that admits *version*; *bound* itself where none does, as with a floor that is above it."""
    if operator in ("==", "~=") and bound.endswith(".*"):
        return f"{_numbers(version, bound.count('.'))}.*"
    if operator in ("==", "===", "<="):
        return str(version)
    try:
        parsed = Version(bound)
    except InvalidVersion:
        return bound
    if operator == "~=":
        pre = "".join(map(str, version.pre)) if version.pre else ""
        return f"{_numbers(version, len(parsed.release))}{pre}{'' if version.dev is None else f'.dev{version.dev}'}"
    if operator == "<":
        place = max((at for at, number in enumerate(parsed.release) if number), default=0)
        release = (*version.release, *(0 for _ in range(place + 1 - len(version.release))))
        zeros = (0 for _ in parsed.release[place + 1 :])
        return _spelt(version.epoch, (*release[:place], release[place] + 1, *zeros))
    return bound


def _numbers(version: Version, count: int) -> str:
    return _spelt(version.epoch, (*version.release, *(0 for _ in range(count)))[:count])


def _spelt(epoch: int, release: tuple[int, ...]) -> str:
    return f"{f'{epoch}!' if epoch else ''}{'.'.join(map(str, release))}"
