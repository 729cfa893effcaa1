"""Descriptions as an index shows them."""

from __future__ import annotations

import pytest

from nox_release.description import rendered


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("*a* <script>x</script>", "text/markdown", "<p><em>a</em> &lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("*a* & <b>", "text/plain", "*a* &amp; &lt;b&gt;"),
        ("*a*", "text/x-rst", "<p><em>a</em></p>\n"),
        (":class:`a`", "text/x-rst", ""),
        ("", "text/markdown", ""),
        ("", "text/x-rst", ""),
    ],
)
def test_what_is_shown(text: str, kind: str, shown: str) -> None:
    """The HTML of the library that the index renders with; nothing where it would show nothing."""
    assert rendered(text, kind) == shown
