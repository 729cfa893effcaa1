"""``nox -s prepare``: version and changelog of the next release."""
