"""Targets → names of packages."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from packaging.utils import canonicalize_name

from nox_release.check import matches
from nox_release.errors import Misuse
from nox_release.workspace import Workspace

Changed = Callable[[str], Iterable[str]]
"""Git reference → paths of the workspace that differ from it."""


class Unchanged(Misuse):
    """Only packages that changed were asked for, and none has: there is nothing to do, which may be well."""


def select(targets: Sequence[str], workspace: Workspace, changed: Changed) -> tuple[str, ...]:
    """Return the names that *targets* mean, sorted; broken packages among them included.

    :raises Unchanged: where only what changed was asked for, and nothing has.
    :raises Misuse: for a target that matches nothing, or where nothing is left; near names are suggested.
    """
    wanted: set[str] = set()
    unwanted: set[str] = set()
    asked = [target for target in targets if not target.startswith("!")]
    only_changed = asked and all(target.startswith("changed-since:") for target in asked)
    unchanged: Unchanged | None = None
    for target in targets:
        try:
            found = _matched(target.removeprefix("!"), workspace, changed)
        except Unchanged as error:
            if not only_changed:
                raise Misuse(error.message, error.hint) from None
            unchanged = error
            continue
        (unwanted if target.startswith("!") else wanted).update(found)
    if unchanged and not wanted:
        raise unchanged
    if not wanted:
        raise Misuse(
            "only exclusions are given, so nothing is left to do", "name what they exclude from: all, or a glob"
        )
    if not (left := wanted - unwanted):
        hint = f"without them it would be {', '.join(sorted(wanted))}"
        raise (Unchanged if only_changed else Misuse)("the exclusions leave no package", hint)
    return tuple(sorted(left))


def _matched(target: str, workspace: Workspace, changed: Changed) -> Iterable[str]:
    names = {*workspace.packages, *(broken.name for broken in workspace.broken)}
    # Private packages are left out of everything but their own name: nobody publishes them by a glob.
    public = {name for name in names if name not in workspace.packages or not workspace.packages[name].private}
    selector, separator, value = target.partition(":")
    if target == "all":
        return _some(public, target, names, "this workspace has no package that may be published")
    if separator and selector == "path":
        folder = posixpath.normpath(value.strip("/") or ".")
        inside = {name for name in public if any(_below(place, folder) for place in _folders(name, workspace))}
        return _some(inside, target, names, f"no package lies in {folder}")
    if separator and selector == "changed-since":
        paths = tuple(changed(value))
        touched = {name for name in public if any(_touches(path, name, workspace) for path in paths)}
        if not touched:
            why = f"{target} matches nothing: no package's files differ between {value} and now"
            raise Unchanged(why, "name packages, or an earlier commit")
        return touched
    if separator and selector == "dependents-of":
        (name,) = _named(value, names)
        users = dependents(name, workspace) & public
        return _some(users, target, names, f"no package needs {name}")
    if separator:
        raise Misuse(
            f"unknown selector {selector}: in {target}", "the selectors are path:, changed-since:, dependents-of:"
        )
    if any(character in target for character in "*?["):
        glob = target.lower().replace("_", "-").replace(".", "-")
        return _some({name for name in public if matches(name, [glob])}, target, names, "the glob matches no package")
    return _named(target, names)


def _named(target: str, names: Set[str]) -> tuple[str]:
    # A package that could not even be read goes by its folder; most folders are named as their package.
    unread = [name for name in names if "/" in name and target in (name, name.rpartition("/")[2])]
    if len(unread) == 1 and canonicalize_name(target) not in names:
        return (unread[0],)
    name = canonicalize_name(target)
    if name not in names:
        _some((), target, names, "no package of this workspace has that name")
    return (name,)


def _some(found: Iterable[str], target: str, names: Set[str], why: str) -> tuple[str, ...]:
    if result := tuple(found):
        return result
    near = difflib.get_close_matches(canonicalize_name(target.partition(":")[2] or target), names, 3, 0.4)
    if near:
        hint = f"did you mean {' or '.join(near)}?"
    elif not names:
        hint = "packages in [tool.nox-release] says where they lie; see that git has what is there"
    else:
        shown = sorted(names)[:8]
        hint = f"the packages are {', '.join(shown)}{', …' if len(shown) < len(names) else ''}"
    raise Misuse(f"{target} matches nothing: {why}", hint)


def _folders(name: str, workspace: Workspace) -> tuple[str, ...]:
    if name in workspace.packages:
        return (workspace.packages[name].directory,)
    return next(broken.directories for broken in workspace.broken if broken.name == name)


def _below(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def _touches(path: str, name: str, workspace: Workspace) -> bool:
    outside = workspace.packages[name].outside if name in workspace.packages else ()
    return path in outside or any(_below(path, folder) for folder in _folders(name, workspace))


def dependents(name: str, workspace: Workspace) -> set[str]:
    """Names of the packages that need *name*, directly or through others."""
    users: dict[str, set[str]] = {}
    for package in workspace.packages.values():
        for sibling, _ in workspace.siblings(package):
            users.setdefault(sibling.name, set()).add(package.name)
    return reachable(name, users) - {name}


def reachable(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    """All nodes on any way from *start*, itself included."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(edges.get(node, ()))
    return seen
