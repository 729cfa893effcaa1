"""Release the packages of a Python monorepo with nox: prove, build, verify, approve, publish once and whole.

A noxfile needs two lines::

    import nox_release
    nox_release.register()
"""

from __future__ import annotations

__all__ = ["register"]
__version__ = "0.1.0"


def register() -> None:
    """Add the sessions of nox-release to the noxfile that calls this.

    The folder of the noxfile is the workspace; ``[tool.nox-release]`` in its pyproject.toml configures it. None of the
    sessions runs unasked, and a noxfile may have sessions of its own beside them. It also makes a missing interpreter
    an error (``nox.options.error_on_missing_interpreters``), since nox counts a session that it skips as a success.
    """
    from nox_release.sessions import register_sessions  # a stage's worker loads this package without nox

    register_sessions()
