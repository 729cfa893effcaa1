"""Checks of the README, which is the package's page on PyPI."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from readme_renderer import markdown, rst

from nox_release.check import Family, Problem, Severity
from nox_release.project import TYPES, Project

README: Family[Project] = Family("PRJ2", "the README")

_REPORT = re.compile(r"<string>:(\d*): \(\w+/\d\) (.*)")  # how docutils words what it found


@README.check("PRJ201", "A README is there and says something")
def readme_says_something(project: Project) -> Iterator[Problem]:
    """It is the whole page of the package on PyPI; without one nobody can tell what they are about to install."""
    if project.readme is None:
        yield Problem("README.md", "write a README.md, commit it and declare it", "no README among the committed files")
    elif not project.readme.text.strip():
        path = project.readme.path
        yield Problem(path, "write it, or declare another file", f"{path} is blank or not among the committed files")


@README.check("PRJ202", "PyPI can render the README")
def readme_renders(project: Project) -> Iterator[Problem]:
    """PyPI refuses an upload whose description does not render, so only the last step would tell.

    It renders with readme_renderer, which turns every warning of docutils into an error, and knows neither Sphinx'
    roles nor its directives. A description without a content type is taken for reStructuredText.
    """
    if (readme := project.readme) is None or not readme.text.strip():
        return
    if project.readme_type in ("text/x-rst", ""):
        stream = io.StringIO()
        rendered = rst.render(readme.text, stream=stream)
        if rendered is None or not rendered.strip():
            report = _REPORT.search(stream.getvalue())
            line, message = report.groups() if report else ("", "nothing is left of it when rendered")
            inline = readme.path == "pyproject.toml"
            yield Problem(
                f"{readme.path}:{line}" if line and not inline else readme.path,
                _rst_mend(project),
                f"line {line} of the text: {message}" if line and inline else message,
            )
    elif project.readme_type == "text/markdown" and not (markdown.render(readme.text) or "").strip():
        yield Problem(readme.path, "write visible text", "nothing is left of it when rendered")


def _rst_mend(project: Project) -> str:
    if project.readme and _suffix_type(project.readme.path) == "text/markdown":
        return "declare the content type text/markdown: PyPI takes this Markdown for reStructuredText"
    return "correct the markup; plain docutils has to read it, without Sphinx"


@README.check("PRJ203", "The README's declared type is what the file is")
def readme_type_fits(project: Project) -> Iterator[Problem]:
    """Markdown shown as reStructuredText, or the reverse, is refused or unreadable; another type PyPI does not take.

    The three types are those of the core metadata's field Description-Content-Type.
    """
    if project.readme is None or not project.readme_type:
        return
    path, declared, suffix = project.readme.path, project.readme_type, _suffix_type(project.readme.path)
    if declared not in TYPES.values():
        yield Problem(path, f"declare one of {', '.join(sorted(set(TYPES.values())))}", f"declared as {declared}")
    elif "text/plain" not in (declared, suffix) and suffix and declared != suffix:
        yield Problem(path, f"declare {suffix}, or rename the file", f"declared as {declared}")


@README.check("PRJ204", "The README is declared, with its content type", Severity.WARNING)
def readme_is_declared(project: Project) -> Iterator[Problem]:
    """What no metadata names PyPI does not show, and what it names without a type is taken for reStructuredText.

    See the core metadata's fields Description and Description-Content-Type.
    """
    if (readme := project.readme) is None:
        return
    if not project.described:
        message = f"no metadata names {readme.path}, so the package's page on PyPI will be blank"
        yield Problem(readme.path, f'declare it: readme = "{readme.path}" in [project], or long_description', message)
    elif not project.readme_type:
        message = "no content type is declared, so PyPI takes it for reStructuredText"
        kind = _suffix_type(readme.path) or "text/x-rst"
        yield Problem(readme.path, f'declare it: long_description_content_type="{kind}", or as content-type', message)


def _suffix_type(path: str) -> str:
    return TYPES.get(path[path.rfind(".") :].lower(), "")
