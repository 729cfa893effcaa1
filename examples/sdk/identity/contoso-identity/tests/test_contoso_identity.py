from importlib.metadata import entry_points, version

import contoso_identity
import pytest
from contoso_core import ClientAuthenticationError
from contoso_identity import ChainedCredential, EnvironmentCredential, StaticCredential

SCOPE = "https://management.example.com/.default"


@pytest.fixture(autouse=True)
def signed_out(monkeypatch):
    monkeypatch.delenv("CONTOSO_TOKEN", raising=False)


def test_version_is_that_of_the_distribution():
    assert contoso_identity.__version__ == version("contoso-identity")


def test_environment_is_read_at_each_call(monkeypatch):
    credential = EnvironmentCredential()
    monkeypatch.setenv("CONTOSO_TOKEN", "first")
    assert credential.get_token(SCOPE).token == "first"
    monkeypatch.setenv("CONTOSO_TOKEN", "second")
    assert credential.get_token(SCOPE).token == "second"


def test_empty_variable_is_an_unset_one(monkeypatch):
    monkeypatch.setenv("CONTOSO_TOKEN", "")
    with pytest.raises(ClientAuthenticationError, match="CONTOSO_TOKEN is not set"):
        EnvironmentCredential().get_token(SCOPE)


def test_chain_gives_the_first_token_there_is():
    chain = ChainedCredential(EnvironmentCredential(), StaticCredential("b"), StaticCredential("c"))
    token = chain.get_token(SCOPE)
    assert token.token == "b"
    assert not token.is_expired()


def test_chain_reports_every_failure():
    chain = ChainedCredential(EnvironmentCredential("ONE"), EnvironmentCredential("TWO"))
    with pytest.raises(ClientAuthenticationError, match="ONE is not set; TWO is not set"):
        chain.get_token(SCOPE)


def test_whoami_answers_by_exit_code_and_hides_the_token(monkeypatch, capsys):
    (script,) = entry_points(group="console_scripts", name="contoso-whoami")
    whoami = script.load()
    assert whoami([]) == 1
    monkeypatch.setenv("CONTOSO_TOKEN", "letmein")
    assert whoami(["--scope", SCOPE]) == 0
    printed = capsys.readouterr().out
    assert printed == f"not signed in: CONTOSO_TOKEN is not set\nsigned in for {SCOPE}\n"
