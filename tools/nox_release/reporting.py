"""Where reports go: the files of every command, and the CI system that runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from nox_release.evidence import write_atomically
from nox_release.report.annotations import Annotation, marks, rendering, summary_command
from nox_release.report.document import document
from nox_release.report.junit import junit
from nox_release.report.run import REVIEW, Run
from nox_release.report.sarif import of_run
from nox_release.report.summary import summary

SUMMARY = "summary.md"
FILES = ("report.json", "junit.xml", "report.sarif", SUMMARY)


def clear(folder: Path) -> None:
    """Take away what an earlier command left, so that it is not taken for this one's."""
    for name in (*FILES, REVIEW):  # a page of before must not be taken for one of what is here now
        (folder / name).unlink(missing_ok=True)


def write(run: Run, folder: Path) -> None:
    """Write every report; each is wholly there or not at all."""
    contents = (_json(document(run)), junit(run), _json(of_run(run)), _text(run))
    for name, content in zip(FILES, contents, strict=True):
        write_atomically(folder / name, content)


def _json(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"  # indented it would be ten times as slow


def _text(run: Run) -> bytes:
    return "".join(f"{line}\n" for line in summary(run)).encode()


def tell(run: Run, folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what the CI system is to be told, line by line, and give GitHub the summary; elsewhere nothing."""
    render = rendering(environ)
    if render is None:
        return
    yield from map(render, marks(run))
    if environ.get("TF_BUILD"):
        yield summary_command(str(folder / SUMMARY))
    elif path := environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("ab") as file:
                file.write(_text(run))
        except OSError as error:
            yield render(Annotation("warning", "nox-release", f"the summary was not written: {error.strerror}"))
