"""Release the packages of a Python monorepo with nox: prove, build, verify, approve, publish once and whole.

A noxfile needs two lines::

    import nox_release
    nox_release.register()
"""

from __future__ import annotations

__version__ = "0.1.0"


def register() -> None:
    """Add the six sessions of nox-release to the noxfile that calls this.

    The folder of the noxfile is the workspace; ``[tool.nox-release]`` in its pyproject.toml configures it.
    """
    from nox_release.sessions import register_sessions  # a stage's worker loads this package without nox

    register_sessions()
