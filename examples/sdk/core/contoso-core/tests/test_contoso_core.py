import pickle

import pytest
from contoso_core import (
    AccessToken,
    ClientAuthenticationError,
    ContosoError,
    Paged,
    ResourceNotFoundError,
)

PAGES = {None: (["a", "b"], "second"), "second": (["c"], None)}


def test_paged_joins_the_pages():
    letters = Paged(PAGES.__getitem__)
    assert list(letters) == ["a", "b", "c"]
    assert list(letters) == ["a", "b", "c"], "it can be read again"


def test_paged_fetches_no_page_before_it_is_read():
    asked = []

    def fetch(continuation):
        asked.append(continuation)
        return PAGES[continuation]

    pages = Paged(fetch).by_page()
    assert asked == []
    assert next(pages) == ["a", "b"]
    assert asked == [None]
    assert next(pages) == ["c"]
    assert asked == [None, "second"]


def test_token_expires_at_its_second():
    token = AccessToken("letmein", expires_on=100)
    assert not token.is_expired(now=99.9)
    assert token.is_expired(now=100)
    assert token.is_expired()


def test_token_keeps_out_of_logs():
    assert "letmein" not in repr(AccessToken("letmein", expires_on=100))


@pytest.mark.parametrize("error", [ClientAuthenticationError, ResourceNotFoundError])
def test_every_error_is_a_contoso_error(error):
    assert issubclass(error, ContosoError)


def test_not_found_names_the_resource_and_survives_pickling():
    error = pickle.loads(pickle.dumps(ResourceNotFoundError("vm-1")))
    assert error.resource == "vm-1"
    assert str(error) == "there is no resource 'vm-1'"
