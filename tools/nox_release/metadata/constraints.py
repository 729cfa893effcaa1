"""Poetry's version constraints (caret, tilde, wildcard) as specifiers (PEP 440) and markers (PEP 508)."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

CLAUSE = re.compile(r"(~=|==|!=|<>|<=|>=|<|>|=|\^|~)?\s*((?:\d+!)?[^\s,=<>!^~]+)")


def specifiers(constraint: str) -> str | None:
    """Return *constraint* as specifiers; None where it has no such form (a union) or is not a constraint.

    Poetry documents the operators at https://python-poetry.org/docs/dependency-specification/.
    """
    text = constraint.strip()
    if text in ("", "*"):
        return ""
    if re.sub(r"[\s,]", "", CLAUSE.sub("", text)):
        return None
    found: list[str] = []
    for operator, version in CLAUSE.findall(text):
        if (clause := _clause(operator, version)) is None:
            return None
        found.append(clause)
    return ",".join(clause for clause in found if clause)


def _clause(operator: str, version: str) -> str | None:
    if version == "*":
        return None if operator not in ("", "=", "==") else ""
    wild = re.fullmatch(r"v?(\d+(?:\.\d+)*)(?:\.[*xX])+", version)
    if wild and operator in ("", "=", "=="):
        return f"=={wild[1]}.*"
    if wild:
        return f"!={wild[1]}.*" if operator in ("!=", "<>") else None
    try:
        parsed = Version(version)
    except InvalidVersion:
        return None
    if operator in ("^", "~"):
        release = list(parsed.release)
        at = 1 if operator == "~" and len(release) > 1 else 0
        if operator == "^":
            at = next((index for index, part in enumerate(release) if part), len(release) - 1)
        upper = [*release[:at], release[at] + 1, *(0 for _ in release[at + 1 :])]
        epoch = f"{parsed.epoch}!" if parsed.epoch else ""
        return f">={parsed},<{epoch}{'.'.join(str(part) for part in upper)}"
    return {"": "==", "=": "==", "<>": "!="}.get(operator, operator) + str(parsed)


def python_marker(constraint: str) -> str | None:
    """Return the marker for a constraint on Python's version; None as for :func:`specifiers`."""
    found = specifiers(constraint)
    if not found:
        return found
    parts: list[str] = []
    for clause in found.split(","):
        operator, version = re.findall(r"^([~=!<>]+)(.*)$", clause)[0]
        variable = "python_version" if version.count(".") - version.count("*") <= 1 else "python_full_version"
        parts.append(f'{variable} {operator} "{version}"')
    return " and ".join(parts)
