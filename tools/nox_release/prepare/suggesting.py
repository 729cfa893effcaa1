"""Which step a release should take, by what verify-artifacts found to differ from the last one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from nox_release.difference import Difference, Nature
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.policy import Policy
from nox_release.prepare.bumping import Bump, bumped, demanded
from nox_release.prepare.preparing import Preparation
from nox_release.record import from_json
from nox_release.wording import number, some


@dataclass(frozen=True)
class Suggestion:
    """What the recorded difference of one package comes to."""

    last: Version
    """The release that it was compared with."""
    breaks: tuple[str, ...]
    """Paths of what breaks its users."""
    adds: tuple[str, ...]
    """Paths of what is new or does something else."""

    @property
    def why(self) -> str:
        """The reason, for people."""
        if self.breaks:
            return f"{number(len(self.breaks), 'change')} since {self.last} that can break users: {some(self.breaks)}"
        if self.adds:
            counted = "1 addition or change" if len(self.adds) == 1 else f"{len(self.adds)} additions and changes"
            return f"{counted} since {self.last}: {some(self.adds)}"
        return f"the public API is that of {self.last}"


def suggested(found: Difference, last: Version) -> Suggestion:
    """Return what the difference between two wheels comes to."""
    broken = (Nature.REMOVED, Nature.INCOMPATIBLE)
    breaks = [change.path for change in found.api if change.nature in broken]
    return Suggestion(
        last,
        (*breaks, *found.entry_points.removed),
        tuple(change.path for change in found.api if change.nature not in broken),
    )


def suggestions(preparation: Preparation) -> Iterator[str]:
    """Yield the lines that say what to type for each package."""
    chain = preparation.chain
    for package in preparation.packages():
        try:
            current, _ = preparation.current(package)
        except Blocked as error:
            yield f"{package.name}: {error.message}"
            continue
        command = f"nox -s prepare -- {package.name} --bump"
        if Policy(chain.config.for_package(package.name).version_policy) is Policy.NONE:
            yield f"{package.name} {current}: its versions promise nothing, so nothing is suggested"
            yield f"  next: {command} VERSION"
        elif (found := recorded(chain.store, package.name, current)) is None:
            yield f"{package.name} {current}: nothing is known of how it differs from its last release"
            yield f"  next: nox -s verify-artifacts -- {package.name} compares them; or {command} patch|minor|major|pre"
        else:
            bump = demanded(found.last, current, len(found.breaks), len(found.adds))
            said = bump if isinstance(bump, Bump) else str(bump)
            yield f"{package.name} {current}: {found.why} (as verify-artifacts last saw it)"
            yield f"  next: {command} {said}  ({bumped(current, bump)})"


def recorded(store: Store, name: str, current: Version) -> Suggestion | None:
    """Return what the newest comparison of *current* with a stable release says; None where there is none."""
    folder = store.root / "differences"
    paths = sorted(folder.glob(f"{name}-*-{current}.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths:
        try:
            found = from_json(Difference, json.dumps(json.loads(path.read_bytes())["wheel"]))
            other, last, _, _ = parse_wheel_filename(found.old)
        except (OSError, ValueError, KeyError, TypeError, InvalidWheelFilename, InvalidVersion):
            continue
        if other == name and "*" not in found.unread:
            return suggested(found, last)
    return None
