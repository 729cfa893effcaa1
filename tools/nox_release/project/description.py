"""What is declared about the README, and which file it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath

from nox_release.project.document import Document, Source
from nox_release.project.legacy import Legacy
from nox_release.project.tables import first, named, string, strings, subtable

TYPES = {".md": "text/markdown", ".markdown": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}
"""Content type of a README by its file's suffix."""

READMES = ("readme.md", "readme.rst", "readme.txt", "readme", "readme.markdown")


@dataclass(frozen=True)
class Description:
    """What is declared about the README."""

    path: str = ""
    """Empty where no file is named."""
    text: str | None = None
    """A text that stands in the file :attr:`path` itself."""
    content_type: str | None = None
    """None where it goes by the suffix; empty where certainly none is declared."""
    declared: bool = True
    composed: bool = False
    """A plug-in of the build backend makes it, from a file and by rules of its own."""
    assumed: bool = False
    """Code in setup.py makes it; mostly it does no more than read the README."""


def description(pyproject: Mapping[str, object], legacy: Legacy) -> Description:
    """Return what the metadata declares about the README."""
    table, tools = subtable(pyproject, "project"), subtable(pyproject, "tool")
    if "readme" in table:
        return _pep621_readme(table["readme"])
    if table and "readme" not in strings(table.get("dynamic")):
        return Description(declared=False)
    dynamic = subtable(subtable(subtable(tools, "setuptools"), "dynamic"), "readme")
    if dynamic:
        # Without a content type setuptools writes reStructuredText, whatever the file is called.
        return Description(first(dynamic.get("file")), content_type=string(dynamic, "content-type", "text/x-rst"))
    if poetry := subtable(tools, "poetry"):
        path = first(poetry.get("readme"))
        return Description(path, content_type=None, declared=bool(path))
    if flit := subtable(subtable(tools, "flit"), "metadata"):
        path = first(flit.get("description-file"))
        return Description(path, declared=bool(path))
    if table and not legacy.keywords:
        return Description(composed=True)
    return _legacy_readme(legacy)


def _pep621_readme(readme: object) -> Description:
    if isinstance(readme, Mapping):
        text, kind = readme.get("text"), string(readme, "content-type", "")
        if isinstance(text, str):
            return Description("pyproject.toml", text, kind)
        return Description(string(readme, "file", ""), content_type=kind)
    path = first(readme)
    return Description(path, content_type=TYPES.get(PurePosixPath(path).suffix.lower(), ""))


def _legacy_readme(legacy: Legacy) -> Description:
    given = legacy.keywords
    if "long_description" not in given:
        return Description(declared=not legacy.complete)
    description, path, text = given["long_description"], "", None
    if isinstance(description, str) and description.startswith("file:"):
        path = description.removeprefix("file:").replace("\n", ",").split(",")[0].strip()
    elif isinstance(description, str):
        path, text = legacy.path("long_description"), description
    kind = given.get("long_description_content_type", "" if legacy.complete else None)
    return Description(path, text, kind if isinstance(kind, str) else None, assumed=not path)


def readme(described: Description, files: Sequence[str], source: Source) -> Document | None:
    """Return the README: what is declared, or else the file of that name; blank where a declared one is missing."""
    if described.text is not None:
        return Document(described.path, described.text)
    if described.path:
        return source.document(described.path) or Document(described.path, "")
    return source.document(named(files, READMES))


def readme_type(described: Description, readme: Document | None) -> str:
    """Return the content type without parameters, see :attr:`Project.readme_type`."""
    if described.content_type is None:
        # Without a suffix there is nothing to render wrongly, nor to be sure of.
        return TYPES.get(PurePosixPath(readme.path).suffix.lower(), "text/plain") if readme else ""
    if not described.content_type:
        return ""
    header = Message()
    header["Content-Type"] = described.content_type
    # The header's own parser turns what is no content type at all into text/plain; that is for the check to say.
    kind = header.get_content_type()
    return kind if described.content_type.strip().lower().startswith(kind) else described.content_type
