"""Reference pages and the schema of the configuration, made from the code: ``python -m nox_release.reference``."""
