"""What a shell is answered that completes a command line: in its own words, and back.

The answer is lines. The first is ``words``, or ``files`` where the shell is to complete files; each other one is a
word, and behind a tab what it means.
"""

from __future__ import annotations

import os
import re

from nox_release.completing.candidates import complete
from nox_release.completing.kept import have_made, read

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than all else
    from collections.abc import Callable, Mapping, Sequence

    from nox_release.completing.candidates import Answers

_SAFE = re.compile(r"[A-Za-z0-9._+@/:=!-]+")
"""Words that mean themselves to every shell; others are not offered, whatever they are called."""


def main(words: Sequence[str], environ: Mapping[str, str], renew: Callable[[str, bool], None] | None = None) -> str:
    """Return the answer to ``SHELL WORD… CURRENT``; empty where there is none.

    :param renew: has the vocabulary of a workspace made, and waits for it or not.
    """
    shell, *before, current = words
    cut = 0
    if shell == "bash":
        (*before, current), cut = joined([*before, current])
    typed = current
    if shell in ("bash", "fish"):
        before, current = [unquoted(word) for word in before], unquoted(current)
    place = root(before)
    if place is None:
        return ""
    vocabulary = read(place, environ, renew or have_made)
    kind, answers = complete(before, current, vocabulary, place, environ)
    if not kind:
        return ""
    start = "\\" if shell == "bash" and typed.startswith("\\!") else ""
    lines = [f"{(start + word)[cut:]}\t{meaning}" for word, meaning in safe(answers).items()]
    return "\n".join([kind, *lines]) + "\n"


def safe(answers: Answers) -> Mapping[str, str]:
    """Return the words that mean themselves to every shell, with what they mean to us."""
    return {word: meaning for word, meaning in answers if _SAFE.fullmatch(word)}


def joined(words: Sequence[str]) -> tuple[list[str], int]:
    """Return the words as they were typed, and how much of the last one bash has completed already.

    Bash breaks words at colons and equals signs, and replaces what stands behind the last break.
    """
    found: list[str] = []
    open_ = False
    for word in words:
        breaks = bool(word) and not word.strip(":=")
        if found and (breaks or open_):
            found[-1] += word
        else:
            found.append(word)
        open_ = breaks
    last = words[-1]
    return found, len(found[-1]) - (0 if open_ else len(last))


def unquoted(word: str) -> str:
    """Return what a word means whose quotes need not be closed yet."""
    return re.sub(r"\\(.)|['\"]", r"\1", word)


def root(words: Sequence[str]) -> str | None:
    """Return the folder of the noxfile that the command line means; None where it is none of ours."""
    noxfile = "noxfile.py"
    for number, word in enumerate(words[1:-1], 1):
        if word == "--":
            break
        if word in ("-f", "--noxfile"):
            noxfile = words[number + 1]
    if words[:1] and os.path.basename(words[0]) == "nox-release":  # noqa: PTH119  # pathlib takes too long to import
        return os.getcwd()  # noqa: PTH109
    try:
        with open(noxfile, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            mine = "nox_release" in file.read()
    except OSError:
        return None
    return os.path.dirname(os.path.abspath(noxfile)) if mine else None  # noqa: PTH100, PTH120
