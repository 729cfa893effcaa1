"""The words that may stand where a command line is completed, by its vocabulary; git alone is asked besides."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than all else
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Answers = Iterable[tuple[str, str]]
    """Words, and what they mean."""

_SELECTORS = {
    "path:": "the packages in a folder",
    "changed-since:": "the packages whose files differ from a revision",
    "dependents-of:": "the packages that need one",
}


def complete(
    before: Sequence[str], current: str, vocabulary: Mapping[str, Any], place: str, environ: Mapping[str, str]
) -> tuple[str, Answers]:
    """Return the kind of the answer, and the words that may stand for *current* behind the words *before*."""
    if before and os.path.basename(before[0]) == "nox-release":  # noqa: PTH119
        return _command(before[1:], current, vocabulary["commands"])
    if "--" not in before:
        asked = _asked_for_sessions(before)
        return ("words", _starting(vocabulary["sessions"].items(), current)) if asked else ("", ())
    middle = list(before).index("--")
    named = {part for word in before[1:middle] for part in (word, word.partition("=")[2])}
    sessions = [name for name in vocabulary["sessions"] if name in named]
    if not sessions:
        return "", ()
    return _behind(before[middle + 1 :], current, sessions, vocabulary, place, environ)


def _command(given: Sequence[str], current: str, commands: Mapping[str, Any]) -> tuple[str, Answers]:
    """What may stand behind ``nox-release``."""
    if not given:
        return "words", _starting(((name, made["help"]) for name, made in commands.items()), current)
    made = commands.get(given[0])
    if made is None:
        return "", ()
    options = {item["name"]: item for item in made["options"]}
    if given[-1] in options and options[given[-1]]["value"]:
        return "words", _starting(((choice, "") for choice in options[given[-1]]["choices"]), current)
    if current.startswith("-"):
        return "words", _starting(((name, item["help"]) for name, item in options.items()), current)
    return ("files", ()) if made["files"] else ("words", _starting(((word, "") for word in made["words"]), current))


def _asked_for_sessions(words: Sequence[str]) -> bool:
    """Whether a session may stand next: behind -s and those that are named already."""
    options = [word for word in words[1:] if word.startswith("-")]
    last = options[-1] if options else ""
    return last in ("--session", "--sessions") or bool(re.fullmatch(r"-[A-Za-z]*[se]", last))


def _behind(
    given: Sequence[str],
    current: str,
    sessions: Sequence[str],
    vocabulary: Mapping[str, Any],
    place: str,
    environ: Mapping[str, str],
) -> tuple[str, Answers]:
    """What may stand behind ``--``."""
    options = {
        item["name"]: item
        for item in vocabulary["options"]
        if not item["sessions"] or {*sessions} & {*item["sessions"]}
    }
    name, equals, value = current.partition("=")
    if equals and name in options:
        kind, answers = _value(options[name], value, vocabulary, environ)
        return kind, ((f"{name}={word}", meaning) for word, meaning in answers)
    if given and given[-1] in options and options[given[-1]]["value"]:
        return _value(options[given[-1]], current, vocabulary, environ)
    if sessions == ["explain"]:
        return "words", _codes(current, vocabulary)
    if current.startswith("-"):
        left = ((item["name"], item["help"]) for item in options.values() if item["name"] not in given)
        return "words", _starting(left, current)
    mark = "!" if current.startswith("!") else ""
    found = _targets(current[len(mark) :], vocabulary, place)
    return "words", ((mark + word, meaning) for word, meaning in found if mark + word not in given)


def _value(
    option: Mapping[str, Any], current: str, vocabulary: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, Answers]:
    """What may stand behind an option."""
    if option["name"] == "--explain":
        return "words", _codes(current, vocabulary)
    if option["name"] == "--repository":
        return "words", _starting(((name, "") for name in _repositories(environ)), current)
    if option["value"] in ("FILE", "KEY"):
        return "files", ()
    return "words", _starting(((choice, "") for choice in option["choices"]), current)


def _codes(current: str, vocabulary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How codes begin, and once that is typed the codes."""
    current = current.upper()
    starts = dict.fromkeys(code.rstrip("0123456789") for code in vocabulary["codes"])
    if current.rstrip("0123456789") in starts:
        yield from _starting(vocabulary["codes"].items(), current)
    else:
        yield from _starting(((start, "") for start in starts), current)


def _repositories(environ: Mapping[str, str]) -> list[str]:
    """The sections of .pypirc that index-servers names, and those that are always there; nothing else is read."""
    import configparser  # most answers do without

    parser = configparser.RawConfigParser()
    try:
        parser.read(f"{environ.get('HOME', '')}/.pypirc", encoding="utf-8-sig")
        servers = parser.get("distutils", "index-servers", fallback="").split()
    except (configparser.Error, UnicodeDecodeError):
        servers = []
    return list(dict.fromkeys(("pypi", "testpypi", *servers)))


def _targets(current: str, vocabulary: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    selector, colon, value = current.partition(":")
    if colon and f"{selector}:" in _SELECTORS:
        if selector == "path":
            words: Iterable[str] = _folders(value, vocabulary["folders"])
        elif selector == "changed-since":
            words = (word for word in _references(place) if word.startswith(value))
        else:
            words = _named(value, vocabulary["needed"])
        yield from ((f"{selector}:{word}", "") for word in words)
        return
    yield from ((name, "") for name in _named(current, vocabulary["packages"]))
    yield from _starting((("all", "every package that may be published"), *_SELECTORS.items()), current)


def _named(current: str, names: Sequence[str]) -> Iterator[str]:
    """Names that begin so, however that is spelled (PEP 503)."""
    start = re.sub(r"[-_.]+", "-", current).lower()
    return (name for name in names if name.startswith(start))


def _folders(current: str, folders: Sequence[str]) -> list[str]:
    """The next part of the ways to the folders of packages."""
    depth = current.count("/") + 1
    found: dict[str, None] = {}
    for folder in folders:
        if folder.startswith(current):
            parts = folder.split("/")
            found["/".join(parts[:depth]) + ("/" if len(parts) > depth else "")] = None
    return list(found)


def _references(place: str) -> list[str]:
    import subprocess  # most answers do without

    kinds = ("refs/heads", "refs/remotes", "refs/tags")
    # Read from the repository's own files; no program that its configuration names is run.
    done = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname:short)", *kinds],
        cwd=place, capture_output=True, text=True, timeout=5, check=False,
    )  # fmt: skip
    return ["HEAD", *done.stdout.splitlines()]


def _starting(answers: Answers, current: str) -> Iterator[tuple[str, str]]:
    return ((word, meaning) for word, meaning in answers if word.startswith(current))
