"""Renderings of what happened; only these and the sessions print."""
