"""The patterns of `license-files`, as PEP 639 defines them."""

from __future__ import annotations

import functools
import re


def matches(pattern: str, path: str) -> bool:
    """Whether the whole *path* matches *pattern*: ``*`` and ``?`` stay within a folder, ``**`` does not."""
    return _compiled(pattern).fullmatch(path) is not None


@functools.lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", re.sub(r"\*{3,}", "**", pattern))
    return re.compile("".join(_meaning(part) for part in parts))


def _meaning(part: str) -> str:
    if part in _WILD:
        return _WILD[part]
    if len(part) > 2 and part[0] == "[" and part[-1] == "]":
        inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[").replace("^", r"\^")
        return f"[{inner}]"
    return re.escape(part)


_WILD = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
