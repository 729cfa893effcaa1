"""How a first release of many packages goes: names in waves within the index's quota, and their trusted publishers."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


def waves(names: Iterable[str], edges: Mapping[str, Iterable[str]], quota: int) -> tuple[tuple[str, ...], ...]:
    """Return *names* in as few waves of at most *quota* as there can be; what a package needs goes no later than it.

    :param edges: name → what it needs; names that are not to be released count as released.
    :raises graphlib.CycleError: where names need one another in a circle, which no plan has.
    """
    todo = set(names)
    sorter = graphlib.TopologicalSorter({name: sorted(todo & set(edges.get(name, ()))) for name in sorted(todo)})
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(tuple(order[start : start + quota]) for start in range(0, len(order), quota))


@dataclass(frozen=True)
class Publisher:
    """What the form of a trusted publisher asks for."""

    service: str
    """``GitHub`` or ``GitLab``."""
    owner: str
    """User, organization or namespace."""
    repository: str
    workflow: str
    """File name, for GitLab the path of the pipeline's file."""
    environment: str

    def form(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return label and value of each field for the project *name*."""
        if self.service == "GitLab":
            labels = ("Namespace", "Project name", "Top-level pipeline file path", "Environment name")
        else:
            labels = ("Owner", "Repository name", "Workflow name", "Environment name")
        values = (self.owner, self.repository, self.workflow, self.environment)
        return (("PyPI Project Name", name), *zip(labels, values, strict=True))


_SERVICES = {"github.com": "GitHub", "gitlab.com": "GitLab"}
_SCP = re.compile(r"(?:[^@/]+@)?([^:/]+):(?!//)(.+)")
"""``git@github.com:owner/name.git``, which is no URL."""
PIPELINE = ".gitlab-ci.yml"


def publisher(remote: str, workflow: str, environment: str) -> Publisher | None:
    """Return the publisher of the repository at a remote's URL; None where PyPI trusts no such host.

    :param workflow: the workflow's file; of GitLab it is the pipeline's unless a path of YAML is configured.
    """
    try:
        parts = urlsplit(remote)
        host, path = (parts.hostname or "").lower(), parts.path
    except ValueError:
        return None
    if not host and (found := _SCP.fullmatch(remote)):
        host, path = found[1].lower(), found[2]
    service = _SERVICES.get({"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}.get(host, host))
    owner, _, name = path.strip("/").removesuffix(".git").rpartition("/")
    if service is None or not owner or not name or (service == "GitHub" and "/" in owner):
        return None
    return Publisher(
        service, owner, name, workflow or ("release.yml" if service == "GitHub" else PIPELINE), environment
    )
