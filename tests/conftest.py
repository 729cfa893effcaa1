"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is slow, and that is nobody's defect: no test asserts a time.
settings.register_profile("nox-release", deadline=None)
settings.load_profile("nox-release")
