"""The keywords of ``setup()``, as far as setup.py and setup.cfg give them literally."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field

from nox_release.errors import Blocked
from nox_release.project.document import Source


@dataclass(frozen=True)
class Legacy:
    """The keywords of ``setup()`` from setup.py and setup.cfg."""

    keywords: Mapping[str, object] = field(default_factory=dict)
    """None stands for a value that is not a literal."""
    complete: bool = False
    """Whether a keyword that is not there is certainly not given."""
    configured: frozenset[str] = frozenset()
    """The keywords that setup.cfg gives."""

    def path(self, keyword: str) -> str:
        """Return the file that gives *keyword*."""
        return "setup.cfg" if keyword in self.configured else "setup.py"


def legacy(source: Source) -> Legacy:
    """Return what setup.py and setup.cfg say literally; setup.cfg wins, as it does in setuptools."""
    raw = source.read("setup.py")
    keywords, complete = ({}, True) if raw is None else _setup_keywords(raw)
    configured = _metadata(source)
    if raw is None and not configured:
        return Legacy()
    given = {**keywords, **configured}
    # pbr reads keys of its own, and adds to what setup() was given.
    complete = complete and not {"pbr", "description_file"} & given.keys()
    return Legacy(given, complete, frozenset(configured))


def _metadata(source: Source) -> Mapping[str, object]:
    if (text := source.text("setup.cfg")) is None:
        return {}
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Blocked(f"{source.directory}/setup.cfg cannot be parsed: {error.message}", "correct it") from error
    if not parser.has_section("metadata"):
        return {}
    given: dict[str, object] = {key.replace("-", "_"): value.strip() for key, value in parser.items("metadata")}
    lines = given.pop("classifiers", given.pop("classifier", None))
    if isinstance(lines, str):
        stripped = tuple(line.strip() for line in lines.split("\n") if line.strip())
        given["classifiers"] = None if lines.startswith("file:") else stripped
    return given


def _setup_keywords(source: bytes) -> tuple[dict[str, object], bool]:
    """Return the keywords of the only ``setup()`` call, None where not literal, and whether these are all of them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}, False  # its own build says so better than we can
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)]
    if len(calls) != 1:
        return {}, False
    keywords: dict[str, object] = {}
    for keyword in calls[0].keywords:
        if keyword.arg is not None:
            try:
                keywords[keyword.arg] = ast.literal_eval(keyword.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                keywords[keyword.arg] = None
    return keywords, all(keyword.arg is not None for keyword in calls[0].keywords)


def _is_setup(function: ast.expr) -> bool:
    return getattr(function, "id", getattr(function, "attr", "")) == "setup"
