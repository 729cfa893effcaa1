"""What a user writes, and below it this repository's own chores."""

import nox

import nox_release

nox_release.register()

nox.options.sessions = ["lint", "tests"]
nox.options.default_venv_backend = "uv"


@nox.session
def lint(session: nox.Session) -> None:
    """Look at formatting, style and types."""
    project = nox.project.load_toml("pyproject.toml")
    session.install("-e", ".", *nox.project.dependency_groups(project, "lint", "test"))
    session.install("-r", "tools/nox_release/toolchain/lint-metadata.txt")
    session.install("-r", "tools/nox_release/toolchain/build-sdist.txt")
    session.install("-r", "tools/nox_release/toolchain/publish.txt")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")
