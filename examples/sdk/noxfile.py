"""The release sessions of this repository."""

import nox_release

nox_release.register()
