"""The command contoso-whoami."""

import argparse
from collections.abc import Sequence

from contoso_core import ClientAuthenticationError

from contoso_identity.credentials import EnvironmentCredential


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="contoso-whoami", description="Say whether a token can be had.")
    parser.add_argument("--scope", default="https://management.example.com/.default")
    scope = parser.parse_args(argv).scope
    try:
        EnvironmentCredential().get_token(scope)
    except ClientAuthenticationError as error:
        print(f"not signed in: {error}")
        return 1
    print(f"signed in for {scope}")
    return 0
