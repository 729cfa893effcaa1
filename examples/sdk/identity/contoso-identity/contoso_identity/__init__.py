"""Credentials for the Contoso client libraries."""

from contoso_identity.credentials import (
    ChainedCredential,
    EnvironmentCredential,
    StaticCredential,
)

__version__ = "0.9.1"

__all__ = ["ChainedCredential", "EnvironmentCredential", "StaticCredential"]
