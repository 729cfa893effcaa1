"""``nox-release init``: what an existing repository needs to release with nox-release."""
