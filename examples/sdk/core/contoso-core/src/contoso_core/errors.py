"""The errors that client libraries raise on purpose."""


class ContosoError(Exception):
    """Any failure that a client library reports."""


class ClientAuthenticationError(ContosoError):
    """No credential could be had, or the service would not take it."""


class ResourceNotFoundError(ContosoError):
    """The service has no resource of this name."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource

    def __str__(self) -> str:
        return f"there is no resource {self.resource!r}"
