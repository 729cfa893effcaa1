"""What a user writes, and below it this repository's own chores."""

import os
import shutil
from pathlib import Path

import nox
import nox.command

import nox_release

nox_release.register()

nox.options.sessions = ["lint", "tests"]
nox.options.default_venv_backend = "uv"

BENCHMARKS = (
    "accept",
    "again",
    "by_hand",
    "completion",
    "lint",
    "listing",
    "planning",
    "publishing",
    "review",
    "scaling",
)
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "fish": ("fish",),
    "procps": ("ps",),
    "rsync": ("rsync",),
    "tmux": ("tmux",),
    "zsh": ("zsh",),
}
"""Package of Debian → the programs of which tests need one."""
TOOLCHAIN = Path("tools/nox_release/toolchain")


def _install(session: nox.Session, *groups: str, locks: tuple[str, ...] = ()) -> None:
    """Install this project, some of its dependency groups, and the pinned tools of some stages."""
    wanted = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), *groups)
    session.install("-e", ".", *wanted)
    for lock in locks:
        # One at a time: each is resolved for itself, as it is for its stage.
        session.install("-r", str(TOOLCHAIN / f"{lock}.txt"))


@nox.session
def lint(session: nox.Session) -> None:
    """Look at formatting, style and types."""
    _install(session, "lint", "test", locks=("build-sdist", "publish", "lint-metadata", "verify-artifacts"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")


def _programs(session: nox.Session) -> None:
    """Have the programs that tests need beside Python; without one its tests are skipped, and say so."""
    missing = [package for package, names in PROGRAMS.items() if not any(map(shutil.which, names))]
    if not missing:
        return
    if os.geteuid() or not shutil.which("apt-get"):
        session.warn(f"some tests are skipped for want of programs: apt-get install {' '.join(missing)}")
        return
    # One at a time: what one system does not have keeps no other from being installed.
    for command in (("update",), *(("install", "-y", "--no-install-recommends", package) for package in missing)):
        try:
            environ = {"DEBIAN_FRONTEND": "noninteractive"}
            session.run("apt-get", "-qq", *command, external=True, silent=True, env=environ)
        except nox.command.CommandFailed:
            session.warn(f"apt-get {' '.join(command)} failed: the tests that need it are skipped")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and measure their coverage; what stands after -- goes to pytest."""
    _install(session, "test", locks=("build-sdist", "publish", "lint-metadata", "verify-artifacts", "pip"))
    _programs(session)
    # A chosen few need not cover everything.
    chosen = [*session.posargs, "--cov-fail-under=0"] if session.posargs else []
    session.run("pytest", "--numprocesses=auto", "--cov", "--cov-report=term", *chosen)


@nox.session
def docs(session: nox.Session) -> None:
    """Write what the documentation has from the code (checks, configuration, …), and build it, strictly."""
    _install(session, "docs", locks=("build-sdist", "publish", "lint-metadata", "verify-artifacts"))
    for path, options in (("docs/checks.md", ()), ("tools/nox_release/catalogue.json", ("--json",))):
        with Path(path).open("w", encoding="utf-8") as file:
            session.run("python", "-m", "nox_release.report.catalogue", *options, stdout=file)
    session.run("python", "-m", "nox_release.reference")
    session.run("mkdocs", "build", "--strict", "--quiet", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def bench(session: nox.Session) -> None:
    """Take the measurements that the README quotes: -- NAME [options], or -- NAME --help."""
    name, *options = session.posargs or [""]
    if name not in BENCHMARKS:
        session.error(f"name a benchmark after --: {', '.join(BENCHMARKS)}")
    _install(session, locks=("publish",))
    session.run("python", "-m", f"benchmarks.{name}", *options)


@nox.session
def pin(session: nox.Session) -> None:
    """Pin the tools of the stages anew, from *.in to *.txt; -- --upgrade takes the newest."""
    session.install("uv")
    session.chdir(TOOLCHAIN)
    for source in sorted(Path().glob("*.in")):
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--no-header", "--no-emit-index-url", "--no-emit-find-links", *session.posargs),
            *(source.name, "--output-file", source.with_suffix(".txt").name),
        )


@nox.session
def hooks(session: nox.Session) -> None:
    """Have git run formatter, linter and type checker before each commit."""
    _install(session, "lint", "test", locks=("build-sdist", "publish", "lint-metadata", "verify-artifacts"))
    session.install("pre-commit>=4,<5")
    session.run("pre-commit", "install")
