"""First releases in waves, and what a trusted publisher has to be told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.waves import Publisher, publisher, waves


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], dict[str, list[str]]]:
    """Packages that need others of a lower number, and some that are released already."""
    count = draw(st.integers(0, 30))
    edges = {
        f"p{number}": [f"p{needed}" for needed in draw(st.sets(st.integers(0, number - 1), max_size=4))]
        if number
        else []
        for number in range(count)
    }
    names = [name for name in edges if draw(st.booleans())]
    return names, edges


@given(graphs(), st.integers(1, 7))
def test_waves_keep_the_order_and_the_quota(graph: tuple[list[str], dict[str, list[str]]], quota: int) -> None:
    """Every name goes once, after or with what it needs, in as few waves as the quota allows."""
    names, edges = graph
    found = waves(names, edges, quota)
    order = [name for wave in found for name in wave]
    assert sorted(order) == sorted(names)
    assert all(0 < len(wave) <= quota for wave in found)
    assert len(found) == math.ceil(len(names) / quota)
    for name in names:
        assert all(order.index(needed) < order.index(name) for needed in edges[name] if needed in names)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/Azure/an-sdk.git", ("GitHub", "Azure", "an-sdk", "release.yml")),
        ("https://user@github.com/Azure/sdk", ("GitHub", "Azure", "sdk", "release.yml")),
        ("git@github.com:Azure/sdk.git", ("GitHub", "Azure", "sdk", "release.yml")),
        ("ssh://git@ssh.github.com:443/Azure/sdk.git", ("GitHub", "Azure", "sdk", "release.yml")),
        ("https://gitlab.com/group/sub/sdk.git", ("GitLab", "group/sub", "sdk", ".gitlab-ci.yml")),
        ("https://github.com/Azure/sdk/extra", None),
        ("https://github.com/Azure", None),
        ("https://git.example/Azure/sdk.git", None),
        ("../remote.git", None),
        ("C:/remote.git", None),
        ("https://[github.com/Azure/sdk", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_publisher_follows_from_the_remote(remote: str, expected: tuple[str, str, str, str] | None) -> None:
    """Owner and repository are read from any form of the URL; a host that PyPI does not trust has none."""
    found = publisher(remote, "", "release")
    assert found == (Publisher(*expected, "release") if expected else None)


@given(st.text())
def test_no_url_breaks_it(remote: str) -> None:
    """Whatever a remote is called, there is an answer."""
    publisher(remote, "", "release")


def test_the_form_has_the_labels_of_the_index() -> None:
    """Each service's form asks in its own words; the workflow may be configured."""
    found = publisher("https://github.com/Azure/sdk", "publish.yml", "pypi")
    assert found is not None
    assert found.form("demo") == (
        ("PyPI Project Name", "demo"),
        ("Owner", "Azure"),
        ("Repository name", "sdk"),
        ("Workflow name", "publish.yml"),
        ("Environment name", "pypi"),
    )
    other = publisher("https://gitlab.com/group/sdk", "", "release")
    assert other is not None
    assert [label for label, _ in other.form("demo")][1] == "Namespace"
