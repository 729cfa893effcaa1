"""Checks of the README, which is the package's page on PyPI."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project
from nox_release.project.description import TYPES

README: Family[Project] = Family("PRJ2", "the README")

_INLINE = ("pyproject.toml", "setup.py", "setup.cfg")  # where a description may stand as a text


@README.check("PRJ201", "A README is there and says something")
def readme_says_something(project: Project) -> Iterator[Problem]:
    """It is the whole page of the package on PyPI; without one nobody can tell what they are about to install."""
    if project.readme is None:
        yield Problem("README.md", "write a README.md, commit it and declare it", "no README among the committed files")
    elif not project.readme.text.strip():
        path = project.readme.path
        yield Problem(path, "write it, or declare another file", f"{path} is blank or not among the committed files")


@README.check("PRJ202", "PyPI can render the README", pypi=True)
def readme_renders(project: Project) -> Iterator[Problem]:
    """PyPI refuses an upload whose description does not render, so only the last step would tell.

    It renders with readme_renderer, which turns every warning of docutils into an error, and knows neither Sphinx'
    roles nor its directives. A description without a content type is taken for reStructuredText.
    """
    if not project.assumed:
        yield from _unrendered(project)


def _unrendered(project: Project) -> Iterator[Problem]:
    if project.composed or (readme := project.readme) is None or (page := project.page) is None or not page.message:
        return
    inline = readme.path in _INLINE
    message = f"line {page.line} of the text: {page.message}" if page.line and inline else page.message
    yield Problem(_line(readme.path, page.line), _mend(project), message)


def _mend(project: Project) -> str:
    if project.readme_type == "text/markdown":
        return "write visible text"
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


@README.check("PRJ205", "The README's links and images lead somewhere from PyPI", Severity.WARNING)
def links_are_absolute(project: Project) -> Iterator[Problem]:
    """PyPI has the README, and not the files beside it: a relative address leads to a page that is not there."""
    if project.page is None or project.composed or project.readme is None:
        return
    for link in project.page.relative:
        what = "the image" if link.image else "the link to"
        mend = "write the whole address, https://…; for a file in the repository, at the tag of the version"
        yield Problem(_line(project.readme.path, link.line), mend, f"{what} {link.address} leads nowhere from PyPI")


@README.check("PRJ206", "The README's links into itself have a target", Severity.WARNING)
def anchors_are_there(project: Project) -> Iterator[Problem]:
    """A heading that was renamed keeps nobody from linking to its old name; nothing happens when readers click."""
    if project.page is None or project.composed or project.readme is None:
        return
    for link in project.page.astray:
        mend = "write it as the heading has it: lower case, hyphens for blanks, no punctuation; or give the place an id"
        yield Problem(_line(project.readme.path, link.line), mend, f"nothing on the page is called {link.address}")


@README.check("PRJ207", "PyPI can render the README that code makes the description of", Severity.WARNING)
def assumed_readme_renders(project: Project) -> Iterator[Problem]:
    """The same as PRJ202 where setup.py computes the long description: most read the README and hand it on.

    If that code mends what does not render, all is well: verify-artifacts looks at the description as it was built.
    """
    if project.assumed:
        yield from _unrendered(project)


def _line(path: str, line: int) -> str:
    return f"{path}:{line}" if line and path not in _INLINE else path


def _suffix_type(path: str) -> str:
    return TYPES.get(path[path.rfind(".") :].lower(), "")
