"""What programs say that did not do what they were asked."""

from __future__ import annotations

import pytest

from nox_release.complaints import complaint, last_line, refusal

BUILD = """   Building cffi==0.1
error: Failed to build `cffi==0.1`
  cause: The build backend returned an error

hint: x
"""
BACKEND = """error: Failed to build `zz @ file:///zz`
  cause: The build backend returned an error
  cause: Call to `setuptools.build_meta.get_requires_for_build_wheel` failed (exit status: 1)

         [stdout]
         running egg_info

         [stderr]
         Traceback (most recent call last):

           File "<string>", line 1, in <module>
         ModuleNotFoundError: No module named 'numpy'

hint: `zz` depends on `numpy`
"""
NO_NUMPY = "Failed to build `zz @ file:///zz`: ModuleNotFoundError: No module named 'numpy'"
CONFLICT = """  x No solution found when resolving dependencies:
  > Because you require a>=2 and
    a==1, no.

hint: y
"""


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (BUILD, "Failed to build `cffi==0.1`"),
        (BACKEND, NO_NUMPY),
        (BACKEND.partition("\nhint")[0].rstrip(), NO_NUMPY),
        ("error: Failed to download and build `six @ file:///six`\n", "Failed to build `six @ file:///six`"),
        (CONFLICT, "Because you require a>=2 and a==1, no."),
        ("ERROR: No matching distribution found for six>=9\n", "ERROR: No matching distribution found for six>=9"),
    ],
)
def test_a_refusal_says_why(output: str, why: str) -> None:
    """What could not be built, why nothing fits together, or else the last words."""
    assert refusal(output) == why


@pytest.mark.parametrize(("output", "last"), [("a\nb\n\n  \n", "b"), ("  a  ", "a"), ("", "it said nothing")])
def test_the_last_line_is_the_last_that_says_something(output: str, last: str) -> None:
    """Blank lines say nothing."""
    assert last_line(output) == last


UNREACHED = """Using Python 3.11.7 environment at: v
error: Request failed after 3 retries in 7.0s
  cause: Failed to fetch: https://index.example/simple/x/
  cause: Connection refused (os error 111)

hint: Consider something else
"""


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (
            UNREACHED,
            "Request failed after 3 retries in 7.0s: Failed to fetch: https://index.example/simple/x/: "
            "Connection refused (os error 111)",
        ),
        ("error: Failed\n  Caused by: x: y\n", "Failed: x: y"),
        ("warning: x\nerror: no space left\n\n", "no space left"),
        ("error: first\n  cause: x\nerror: last\n", "last"),
        ("ERROR: pip's own\n", "ERROR: pip's own"),
        ("", "it said nothing"),
    ],
)
def test_an_installer_that_fails_says_why(output: str, why: str) -> None:
    """A hint is no reason, and an error without its causes says nothing."""
    assert complaint(output) == why
