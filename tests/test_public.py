"""The last release of a package that an index has, and what it requires."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from archives import make_sdist, make_wheel
from fakes import FakeTarget
from nox_release.errors import Blocked
from nox_release.index.target import Published, PublishedFile
from nox_release.prefixes import Release
from nox_release.public import last_releases

MORE = "Requires-Dist: core>=1\nRequires-Dist: fast; extra == 'fast'\nRequires-Python: >=3.9\n"
WHOLE = Release("demo", "1.0", ("core>=1", "fast; extra == 'fast'"), ">=3.9")


def listed(path: Path, described: str | None = None, *, yanked: bool = False, version: str = "1.0") -> PublishedFile:
    """A file as an index lists it."""
    url = f"http://index.test/{path.name}"
    return PublishedFile(path.name, url, yanked=yanked, version=Version(version), described=described)


def test_its_metadata_are_enough(tmp_path: Path) -> None:
    """Where the index serves them, no file of the release is downloaded."""
    metadata = tmp_path / "METADATA"
    metadata.write_text(f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{MORE}\n\nName: of the description\n")
    wheel = listed(Path("demo-1.0-py3-none-any.whl"), "")
    published = Published("demo", (wheel, listed(Path("demo-1.0.tar.gz"))))
    target = FakeTarget({"demo": published}, {f"{wheel.filename}.metadata": metadata})
    assert last_releases(target, ["demo", "absent"]) == {"demo": WHOLE}
    assert wheel.filename not in target.asked


def test_a_wheel_tells_it_too(tmp_path: Path) -> None:
    """Of an index that serves no metadata the wheel is read."""
    wheel = make_wheel(tmp_path, {"demo.py": ""}, more=MORE)
    target = FakeTarget({"demo": Published("demo", (listed(wheel),))}, {wheel.name: wheel})
    assert last_releases(target, ["demo"]) == {"demo": WHOLE}


@pytest.mark.parametrize(
    ("stated", "more", "requires"),
    [
        ("2.1", MORE, None),
        ("2.2", MORE, WHOLE.requires),
        ("2.2", f"{MORE}Dynamic: Requires-Dist\n", None),
        ("2.2", "Requires-Dist: core (=1)\n", None),
    ],
)
def test_an_sdist_may_not_know(tmp_path: Path, stated: str, more: str, requires: tuple[str, ...] | None) -> None:
    """An old one, or one that a build may still change, tells not all; then anything may be required."""
    sdist = make_sdist(tmp_path, {}, more=more)
    header = f"Metadata-Version: {stated}\nName: demo\nVersion: 1.0\n{more}"
    sdist = make_sdist(tmp_path, {"PKG-INFO": header})
    target = FakeTarget({"demo": Published("demo", (listed(sdist),))}, {sdist.name: sdist})
    assert last_releases(target, ["demo"])["demo"].requires == requires


def test_what_cannot_be_read_may_require_anything(tmp_path: Path) -> None:
    """A wheel that is none is not passed over."""
    wheel = tmp_path / "demo-1.0-py3-none-any.whl"
    wheel.write_bytes(b"no zip")
    target = FakeTarget({"demo": Published("demo", (listed(wheel),))}, {wheel.name: wheel})
    assert last_releases(target, ["demo"]) == {"demo": Release("demo", "1.0", None)}


def test_a_yanked_release_is_not_the_last(tmp_path: Path) -> None:
    """Installers pass it over."""
    wheel = make_wheel(tmp_path, {"demo.py": ""}, more=MORE)
    later = listed(Path("demo-2.0-py3-none-any.whl"), yanked=True, version="2.0")
    target = FakeTarget({"demo": Published("demo", (listed(wheel), later))}, {wheel.name: wheel})
    assert last_releases(target, ["demo"])["demo"].version == "1.0"


def test_an_index_that_cannot_be_read_is_not_an_empty_one() -> None:
    """Nothing is known then."""
    with pytest.raises(Blocked, match="out of order"):
        last_releases(FakeTarget({"demo": Blocked("out of order", "wait")}), ["demo"])
