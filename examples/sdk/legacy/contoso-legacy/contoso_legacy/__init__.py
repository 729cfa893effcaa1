"""Connection strings of the Contoso services that still use them."""

from contoso_core import ContosoError

__all__ = ["ConnectionStringError", "parse_connection_string"]


class ConnectionStringError(ContosoError):
    """The connection string cannot be read."""


def parse_connection_string(text):
    """Return the settings in `text` by their keys, which are made lower case."""
    settings = {}
    for setting in filter(None, text.strip().split(";")):
        key, equals, value = setting.partition("=")
        key = key.strip().lower()
        if not key or not equals:
            raise ConnectionStringError(f"a setting has the form Key=value: {setting!r}")
        if key in settings:
            raise ConnectionStringError(f"given twice: {key!r}")
        settings[key] = value
    if "endpoint" not in settings:
        raise ConnectionStringError("there is no Endpoint")
    return settings
