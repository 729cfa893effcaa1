"""A build backend that lies in the package itself, so that nothing has to be installed for it."""

from __future__ import annotations

from textwrap import indent

BACKEND = """\
import os, signal, sys, tarfile, time, zipfile
from pathlib import Path

NAME, VERSION = {name!r}, {version!r}
REQUIRES = {requires!r}


def metadata():
    lines = ["Metadata-Version: 2.1", "Name: " + NAME, "Version: " + VERSION]
    return "\\n".join(lines + ["Requires-Dist: " + text for text in REQUIRES]) + "\\n"


def first():
{first}


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    first()
    info = Path(folder, NAME + "-" + VERSION + ".dist-info")
    info.mkdir()
    (info / "METADATA").write_text(metadata())
    return info.name


def build_sdist(folder, config_settings=None):
    first()
    stem = NAME + "-" + VERSION
    Path("PKG-INFO").write_text(metadata())
    with tarfile.open(Path(folder, stem + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(Path().rglob("*")):
            if path.is_file():
                tar.add(path, stem + "/" + path.as_posix())
    return stem + ".tar.gz"


def build_wheel(folder, config_settings=None, metadata_directory=None):
    first()
    stem, name = NAME + "-" + VERSION, NAME + "-" + VERSION + "-py3-none-any.whl"
    info = stem + ".dist-info/"
    files = {{
        NAME + "/__init__.py": "",
        info + "METADATA": metadata(),
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }}
    record = "".join(path + ",,\\n" for path in [*files, info + "RECORD"])
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        for path, text in {{**files, info + "RECORD": record}}.items():
            wheel.writestr(path, text)
    return name
"""


def own_backend(
    name: str = "demo",
    version: str = "1.5",
    requires: tuple[str, ...] = (),
    *,
    folder: str = "",
    first: str = "pass",
    build_requires: tuple[str, ...] = (),
    project: str | None = None,
) -> dict[str, str]:
    """The files of a package in *folder* (by default its name) that builds itself.

    :param first: what each hook does before its work.
    :param project: the ``[project]`` table; by default one that leaves version and requirements to the backend.
    """
    table = f'[project]\nname = "{name}"\ndynamic = ["version", "dependencies"]\n' if project is None else project
    folder = folder or name
    return {
        f"{folder}/pyproject.toml": (
            f'[build-system]\nrequires = {list(build_requires)}\nbuild-backend = "own"\nbackend-path = ["."]\n{table}'
        ),
        f"{folder}/own.py": BACKEND.format(
            name=name, version=version, requires=requires, first=indent(first, "    ")
        ),
    }  # fmt: skip
