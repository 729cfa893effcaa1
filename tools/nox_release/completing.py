"""Answers a shell that completes the command line of nox: ``python -I -S completing.py SHELL WORD… CURRENT``.

It is run anew for each press of a key, so it imports next to nothing and reads what :mod:`nox_release.vocabulary`
left in the user's cache. Where that is old it answers from it, and has it renewed behind the user's back. Whatever
goes wrong, it says nothing: an empty answer is no completion.

The answer is lines. The first is ``words``, or ``files`` where the shell is to complete files; each other one is a
word, and behind a tab what it means. Nothing of a package or a repository is run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than all else
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Answers = Iterable[tuple[str, str]]
    """Words, and what they mean."""

_SAFE = re.compile(r"[A-Za-z0-9._+@/:=!-]+")
"""Words that mean themselves to every shell; others are not offered, whatever they are called."""
_SELECTORS = {
    "path:": "the packages in a folder",
    "changed-since:": "the packages whose files differ from a revision",
    "dependents-of:": "the packages that need one",
}
_AGE = 60.0
"""Seconds after which the vocabulary is renewed in any case: what is not in git's index may have changed, too."""
_FIRST = 20.0
"""Seconds that making it for the first time may take."""
_OURS = ("arguments.py", "catalogue.json", "cli.py", "sessions.py")
"""Files of ours that it is made from."""


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


def read(place: str, environ: Mapping[str, str], renew: Callable[[str, bool], None]) -> Mapping[str, Any]:
    """Return the vocabulary of the workspace at *place*; made now where there is none, and renewed where it is old."""
    path = cached(place, environ)
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            found: dict[str, Any] = json.load(file)
    except (OSError, ValueError):
        renew(place, True)
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return dict(json.load(file))
    if found["stamp"] != stamp(place) or abs(time.time() - os.stat(path).st_mtime) > _AGE:  # noqa: PTH116
        renew(place, False)
    return found


def cached(place: str, environ: Mapping[str, str]) -> str:
    """Where the vocabulary of the workspace at *place* is kept: beside the toolboxes.

    Each version of this file has its own, so none reads what another one means.
    """
    folder = environ.get("XDG_CACHE_HOME", "")
    if not folder.startswith("/"):  # the specification has relative ones ignored
        folder = f"{environ.get('HOME', '')}/.cache"
    known, mine = os.stat(place), os.stat(__file__)  # noqa: PTH116
    return f"{folder}/nox-release/vocabulary/{known.st_dev:x}-{known.st_ino:x}-{mine.st_ino:x}.json"


def stamp(place: str) -> list[int]:
    """Return what differs when the vocabulary may have: times of git's index and of what it is made from."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    git = _git_dir(place)
    paths = [f"{git}/index", f"{git}/HEAD", f"{place}/pyproject.toml", *(f"{here}/{name}" for name in _OURS)]
    return [_time(path) for path in paths]


def _git_dir(place: str) -> str:
    while not os.path.exists(f"{place}/.git"):  # noqa: PTH110
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return place
        place = above
    if os.path.isdir(f"{place}/.git"):  # noqa: PTH112
        return f"{place}/.git"
    with open(f"{place}/.git", encoding="utf-8") as file:  # noqa: PTH123  # a worktree
        return os.path.join(place, file.read().strip().removeprefix("gitdir: "))  # noqa: PTH118


def _time(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def have_made(place: str, wait: bool) -> None:
    """Have the vocabulary made; it goes on without us unless we *wait*."""
    import subprocess  # most answers do without

    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "nox_release.vocabulary", place],
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    if wait:
        process.wait(_FIRST)


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


if __name__ == "__main__":
    try:  # noqa: SIM105  # contextlib takes time to import
        print(main(sys.argv[1:], os.environ), end="", flush=True)
    except BaseException:  # noqa: S110  # a shell that completes shows what is said in the middle of a line
        pass
    os._exit(0)  # without the tidying-up: nobody waits for it
