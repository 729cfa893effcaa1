"""The six stages, one file each: ``run(job)`` returns a :class:`nox_release.work.Result`.

``TOOLS`` names the pinned tools of the session's virtualenv that have a part in the verdict.
"""
