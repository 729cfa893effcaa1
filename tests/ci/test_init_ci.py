"""The command init-ci: what it writes, when it asks, and what it calls drift."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checkouts import Checkout, everything
from nox_release.ci.command import init_ci
from nox_release.ci.workflows import ACTIONS, CIS, workflows
from nox_release.cli import main
from nox_release.config import Config, Override, Settings, read_config
from nox_release.errors import Misuse

FILES = {
    "github": {".github/workflows/verify.yml", ".github/workflows/release.yml"},
    "azure": {".azure-pipelines/verify.yml", ".azure-pipelines/release.yml"},
    "gitlab": {".gitlab/nox-release.yml", ".gitlab-ci.yml"},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Checkout.new(tmp_path / "workspace", {"pyproject.toml": "[tool.nox-release]\n", "noxfile.py": ""}).root


def answer(text: str, asked: list[str]) -> Callable[[str], str]:
    def ask(question: str) -> str:
        asked.append(question)
        return text

    return ask


@pytest.mark.parametrize("ci", CIS)
def test_it_shows_asks_and_writes_once(ci: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The diff comes first; a second run changes nothing, and a check finds no drift."""
    asked: list[str] = []
    assert init_ci(ci, root, check=False, yes=False, ask=answer("y", asked)) == 0
    told = capsys.readouterr().out
    assert asked and all(f"+++ b/{name}" in told and (root / name).is_file() for name in FILES[ci])
    assert 'set approval = "environment"' in told
    assert init_ci(ci, root, check=False, yes=False, ask=None) == 0
    assert init_ci(ci, root, check=True, yes=False) == 0
    assert "as init-ci writes them" in capsys.readouterr().out


@pytest.mark.parametrize("reply", ["", "n", "no", "yesterday"])
def test_nothing_is_written_without_a_yes(root: Path, reply: str) -> None:
    """Not at a terminal, and not where nobody is there to ask."""
    assert init_ci("github", root, check=False, yes=False, ask=answer(reply, [])) == 1
    assert init_ci("github", root, check=False, yes=False, ask=None) == 1
    assert init_ci("github", root, check=True, yes=True) == 1
    assert not (root / ".github").exists()


def test_what_a_user_changed_is_drift_and_is_shown_before_it_goes(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check fails and shows the lines; they stay until somebody agrees."""
    init_ci("github", root, check=False, yes=True)
    path = root / ".github/workflows/release.yml"
    mine = path.read_text().replace("timeout-minutes: 60", "timeout-minutes: 61")
    path.write_text(mine)
    capsys.readouterr()
    assert init_ci("github", root, check=True, yes=False) == 1
    told = capsys.readouterr().out
    assert "-    timeout-minutes: 61" in told and "drifted: .github/workflows/release.yml\n" in told
    assert init_ci("github", root, check=False, yes=False, ask=answer("n", [])) == 1
    assert path.read_text() == mine
    assert init_ci("github", root, check=False, yes=False, ask=answer("y", [])) == 0
    assert init_ci("github", root, check=True, yes=False) == 0


def test_a_pipeline_of_gitlab_that_is_there_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one file that GitLab reads is the user's; what has to be added to it is said."""
    (root / ".gitlab-ci.yml").write_text("build:\n  script: make\n")
    assert init_ci("gitlab", root, check=False, yes=True) == 0
    assert (root / ".gitlab-ci.yml").read_text() == "build:\n  script: make\n"
    assert "include: [{ local: .gitlab/nox-release.yml }]" in capsys.readouterr().out
    assert init_ci("gitlab", root, check=True, yes=False) == 0
    first, said = capsys.readouterr().out.splitlines()
    assert first == "as init-ci writes them: .gitlab/nox-release.yml"
    assert "include: [{ local: .gitlab/nox-release.yml }]" in said
    (root / ".gitlab-ci.yml").write_text("include: [{ local: .gitlab/nox-release.yml }]\n")
    assert init_ci("gitlab", root, check=True, yes=False) == 0
    assert capsys.readouterr().out == f"{first}\n"


def test_without_a_configuration_the_defaults_hold(root: Path) -> None:
    """A repository that has no pyproject.toml at its top has workflows all the same."""
    (root / "pyproject.toml").unlink()
    assert init_ci("github", root, check=False, yes=True) == 0
    assert 'environment: "release"' in (root / ".github/workflows/release.yml").read_text()


@pytest.mark.parametrize(
    ("name", "ci"),
    [("pyproject.toml", "github"), (".gitlab-ci.yml", "gitlab"), (".github/workflows/verify.yml", "github")],
)
def test_what_cannot_be_read_is_told(name: str, ci: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in the place of a file ends it with the file's name, and nothing is written."""
    (root / name).unlink(missing_ok=True)
    (root / name).mkdir(parents=True)
    before = everything(root)
    with pytest.raises(SystemExit) as ended:
        init_ci(ci, root, check=False, yes=True)
    assert ended.value.code == 2 and f"{name} cannot be read: Is a directory" in capsys.readouterr().err
    assert everything(root) == before


def test_without_sessions_there_is_nothing_to_call(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the workspace is a folder below, or nobody ran init yet, every job would fail: nothing is written."""
    (root / "noxfile.py").rename(root / "python.py")
    with pytest.raises(SystemExit) as ended:
        init_ci("github", root, check=False, yes=True)
    told = capsys.readouterr().err
    assert ended.value.code == 2 and "there is no noxfile.py" in told and "nox-release init, in this folder" in told
    assert not (root / ".github").exists()


def test_elsewhere_than_at_the_top_it_is_misuse(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No CI would find the files."""
    (root / "sub").mkdir()
    with pytest.raises(SystemExit) as ended:
        init_ci("github", root / "sub", check=False, yes=True)
    assert ended.value.code == 2 and "not the top of a git checkout" in capsys.readouterr().err


def test_the_command_line(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It works where it is run, and knows three CIs."""
    monkeypatch.chdir(root)
    assert main(["init-ci", "github", "--check"]) == 1
    assert main(["init-ci", "github", "--yes"]) == 0
    assert main(["init-ci", "github", "--check"]) == 0
    with pytest.raises(SystemExit):
        main(["init-ci", "jenkins"])
    capsys.readouterr()


def every(config: Config | None = None) -> dict[str, str]:
    return {name: text for ci in CIS for name, text in workflows(ci, config or Config(), "1.2.3").items()}


def test_no_placeholder_stays() -> None:
    """Every value is filled in, at its place's indentation."""
    for name, text in every().items():
        assert not re.search(r"@[A-Z_]+@", text), name
        assert "\t" not in text and all(line == line.rstrip() for line in text.splitlines()), name
        assert text.count("nox-release==1.2.3") == text.count("pip install"), name


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved; the version stands beside the commit for people and for updates."""
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) for pin in ACTIONS.values())
    for text in workflows("github", Config(), "1").values():
        for use in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40} # v[\d.]+", use)


def test_inputs_reach_shells_by_the_environment_alone() -> None:
    """No command line holds an expression of the CI: what is typed as a package's name is never code."""
    for name, text in every().items():
        for command in re.findall(r"(?m)^ *(?:- )?(?:run|bash): (?:\||>-)\n((?: +.*\n)+?)(?= *\S+:|\n| *- )", text):
            assert "${{" not in command and "$(" not in command, name
        assert not re.search(r"(?m)^ *(?:- )?(?:run|bash): [^|>\n]*(\$\{\{|\$\()", text), name


@pytest.mark.parametrize("typed", ["", "   ", "contoso-core", "azure-* !azure-old"])
@pytest.mark.parametrize(
    "name", [".github/workflows/release.yml", ".azure-pipelines/release.yml", ".gitlab/nox-release.yml"]
)
def test_a_release_of_nothing_is_not_one_of_everything(name: str, typed: str) -> None:
    """A name of blanks alone ends the job; without a target plan would mean all packages."""
    lines = [line.strip().removeprefix("- ") for line in every()[name].splitlines()]
    start = lines.index('read -ra targets <<< "$PACKAGE"')
    script = "\n".join(["nox() { printf '<%s>' \"$@\"; }", *lines[start : start + 2]])
    done = subprocess.run(["bash", "-ec", script], env={"PACKAGE": typed}, capture_output=True, text=True, check=False)
    if not typed.strip():
        assert (bool(done.returncode), done.stdout) == (True, "")
        assert "no package is named" in done.stderr
    else:
        targets = "".join(f"<{word}>" for word in typed.split())
        assert done.returncode == 0 and f"<plan><-->{targets}<--shards>" in done.stdout


def test_only_the_last_job_may_have_a_credential() -> None:
    """Everything that grants something stands behind the job that belongs to the environment."""
    release = workflows("github", Config(), "1")[".github/workflows/release.yml"]
    before, _, publish = release.partition("\n  publish:\n")
    assert "environment:" not in before and ": write" not in before
    assert 'environment: "release"' in publish and "id-token: write" in publish and "--no-dependencies" in publish
    assert before.count("persist-credentials: false") == before.count("actions/checkout@")
    azure = workflows("azure", Config(), "1")[".azure-pipelines/release.yml"]
    before, _, publish = azure.partition("  - stage: publish\n")
    assert "group: nox-release" in publish and "PYPI_TOKEN)" in publish
    assert "$(PYPI" not in before and "group:" not in before
    gitlab = workflows("gitlab", Config(), "1")[".gitlab/nox-release.yml"]
    before, _, publish = gitlab.partition("nox-release-publish:\n")
    assert "id_tokens:" in publish and "id_tokens:" not in before


@pytest.mark.parametrize(
    ("table", "where", "text"),
    [
        ('release-environment = "pypi prod"', ".github/workflows/release.yml", 'environment: "pypi prod"'),
        ('release-environment = "prod"', ".gitlab/nox-release.yml", 'name: "prod"'),
        ('release-environment = "prod"', ".azure-pipelines/release.yml", 'environment: "prod"'),
        ('publisher-workflow = "pypi.yaml"', ".github/workflows/pypi.yaml", "workflow_dispatch"),
        ('pythons = ["3.9", "3.12"]', ".github/workflows/verify.yml", "            3.9\n            3.12\n"),
        ('pythons = ["3.9"]', ".github/workflows/verify.yml", "            3.9\n            3.14\n"),
        ('pythons = ["3.9", "3.12"]', ".gitlab/nox-release.yml", "image: python:3.12\n"),
        ("github-release = true", ".github/workflows/release.yml", "GITHUB_TOKEN: ${{ github.token }}"),
    ],
)
def test_the_configuration_has_its_part(table: str, where: str, text: str) -> None:
    """What the sessions are told by it, the workflows are, too."""
    config = read_config(f"[tool.nox-release]\n{table}\n".encode())
    assert text in every(config)[where]
    assert text not in every().get(where, "")


def test_overrides_have_theirs() -> None:
    """What one package needs, its workflow has."""
    override = Override(("a-*",), {"pythons": ("3.10",), "github_release": True})
    config = Config(settings=Settings(pythons=("3.13",)), overrides=(override,))
    release = every(config)[".github/workflows/release.yml"]
    assert "            3.10\n            3.13\n" in release and "GITHUB_TOKEN:" in release


@pytest.mark.parametrize(
    "config",
    [
        Config(release_environment="${{ secrets.X }}"),
        Config(release_environment="a\nb"),
        Config(release_environment="$(X)"),
        Config(release_environment=""),
        Config(publisher_workflow="../x.yml"),
        Config(publisher_workflow="verify.yml"),
        Config(publisher_workflow="x.txt"),
    ],
)
def test_what_no_workflow_can_be_told_is_misuse(config: Config) -> None:
    """No name of the configuration becomes an expression, or a path elsewhere."""
    with pytest.raises(Misuse):
        workflows("github", config, "1")
