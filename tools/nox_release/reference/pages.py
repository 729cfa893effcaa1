"""Pages of the documentation of which some sections are made from the code; what stands around them is written by hand.

A section stands between ``<!-- NAME: from the code -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from nox_release.reference.api import api
from nox_release.reference.commandline import behind, commands, sessions
from nox_release.reference.configuration import for_packages, for_workspace
from nox_release.reference.exits import exits
from nox_release.reference.manifest import manifest

SECTIONS: Mapping[str, Callable[[], Iterable[str]]] = {
    "configuration of the workspace": for_workspace,
    "configuration of packages": for_packages,
    "sessions": sessions,
    "targets and options": behind,
    "commands": commands,
    "exit codes": exits,
    "manifest": manifest,
    "api": api,
}
"""Name of a section → its lines, in Markdown."""

SECTION = re.compile(r"<!-- ([\w ]+): from the code -->\n.*?<!-- end -->", re.DOTALL)


def fill(page: str) -> str:
    """Return the text of a page with each of its sections as the code has it now.

    :raises KeyError: for a section that nothing makes.
    """

    def filled(found: re.Match[str]) -> str:
        lines = "\n".join(SECTIONS[found[1]]())
        return f"<!-- {found[1]}: from the code -->\n\n{lines}\n\n<!-- end -->"

    return SECTION.sub(filled, page)
