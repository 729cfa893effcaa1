import pytest
from contoso_core import ContosoError
from contoso_legacy import ConnectionStringError, parse_connection_string


def test_keys_are_lower_case_and_values_untouched():
    assert parse_connection_string("Endpoint=https://A.example.com;ACCOUNT=B1") == {
        "endpoint": "https://A.example.com",
        "account": "B1",
    }


def test_value_may_hold_an_equals_sign():
    settings = parse_connection_string("Endpoint=https://a.example.com;Filter=x=1")
    assert settings["filter"] == "x=1"


def test_last_semicolon_is_optional():
    with_one = parse_connection_string("Endpoint=https://a.example.com;\n")
    assert with_one == parse_connection_string("Endpoint=https://a.example.com")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no Endpoint"),
        ("Account=a1", "no Endpoint"),
        ("Endpoint=https://a.example.com;Account", "form Key=value: 'Account'"),
        ("Endpoint=https://a.example.com;=a1", "form Key=value: '=a1'"),
        ("Endpoint=https://a.example.com;endpoint=b", "given twice: 'endpoint'"),
    ],
)
def test_what_cannot_be_read_is_said(text, message):
    with pytest.raises(ConnectionStringError, match=message):
        parse_connection_string(text)


def test_error_is_a_contoso_error():
    assert issubclass(ConnectionStringError, ContosoError)
