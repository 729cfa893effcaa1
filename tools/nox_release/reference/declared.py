"""What stands in docstrings: those below the fields of a dataclass or the members of an enumeration, too."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Sequence


def meanings(kind: type) -> dict[str, str]:
    """Return name → the docstring below it, for what the class *kind* declares, as one line of Markdown."""
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(declared, ast.ClassDef)
    found = {}
    for statement, below in itertools.pairwise(declared.body):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = markdown(" ".join(text.split()))
    return found


def markdown(docstring: str) -> str:
    """Return a docstring in reStructuredText as Markdown: of its markup only literals and parameters are used."""
    text = re.sub(r"^:(\w+)(?: (\w+))?: ", lambda field: f"- `{field[2] or field[1]}`: ", docstring, flags=re.MULTILINE)
    return text.replace("``", "`")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return ["|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines]
