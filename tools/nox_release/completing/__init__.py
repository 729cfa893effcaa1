"""Completes the command line of nox: what runs at each press of a key, so it imports next to nothing.

It reads what :mod:`nox_release.vocabulary` left in the user's cache. Where that is old it answers from it, and has it
renewed behind the user's back. Nothing of a package or a repository is run.
"""
