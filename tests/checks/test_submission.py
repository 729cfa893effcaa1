"""Every rule over metadata, with what breaks it, what comes near, and what the mend makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.acceptance import METADATA
from nox_release.check import Severity, Verdict
from nox_release.problems import MOST
from nox_release.submission import SINCE, Submission, read

SOUND = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"


CHECKS = [check for family in METADATA for check in family.checks]


def looked_at(submission: Submission) -> Verdict:
    """What all families say of it."""
    return sum((family.run(submission) for family in METADATA), Verdict())


def codes(metadata: str, licences: frozenset[str] | None = None) -> list[str]:
    submission = replace(read(metadata.encode("utf-8", "surrogateescape")), licences=licences)
    return [finding.code for finding in looked_at(submission)]


def with_(*lines: str) -> str:
    return SOUND + "".join(f"{line}\n" for line in lines)


def instead(line: str) -> str:
    """The sound metadata with another value of one of its fields."""
    name = line.partition(":")[0]
    return "".join(line if each.startswith(f"{name}:") else each for each in SOUND.splitlines(keepends=True))


def described(text: str, kind: str = "") -> str:
    return f"{with_(*([f'Description-Content-Type: {kind}'] if kind else []))}\n{text}"


CASES = [
    ("MTD101", "Requires-Dist: x\n" * 600_000, with_(*["Requires-Dist: x"] * 1000)),
    ("MTD102", with_("Author: caf\udce9"), with_("Author: café")),
    ("MTD103", with_("Summary: a", "Summary: b"), with_("Summary: a", "Classifier: Typing :: Typed")),
    ("MTD103", with_("Description: a") + "\nb", with_("Description: a")),
    ("MTD104", with_("Project-URL: A, https://x.y", "Project-URL: A, https://x.z"),
     with_("Project-URL: A, https://x.y", "Project-URL: a, https://x.y")),
    ("MTD105", with_("Colour: red"), with_("Platform: red")),
    ("MTD106", instead("Metadata-Version: 2.6\n"), instead("Metadata-Version: 2.5\n")),
    ("MTD106", instead("Metadata-Version: 2.0\n"), instead("Metadata-Version: 1.0\n")),
    ("MTD106", instead("Metadata-Version: UNKNOWN\n"), SOUND),
    ("MTD106", "Name: demo\nVersion: 1.0\n", SOUND),
    ("MTD107", "Metadata-Version: 1.2\nName: demo\nVersion: 1\nProvides-Extra: a\n",
     "Metadata-Version: 2.1\nName: demo\nVersion: 1\nProvides-Extra: a\nLicense-File: x\n"),
    ("MTD107", "Metadata-Version: 2.3\nName: demo\nVersion: 1\nLicense-Expression: MIT\n",
     "Metadata-Version: 2.4\nName: demo\nVersion: 1\nLicense-Expression: MIT\n"),
    ("MTD107", with_("Import-Name: a"), "Metadata-Version: 2.5\nName: demo\nVersion: 1\nImport-Name: a\n"),
    ("MTD108", with_("Requires-Python: UNKNOWN"), with_("Home-page: UNKNOWN", "Author:")),
    ("MTD201", instead("Name: de mo\n"), instead("Name: De.mo_1\n")),
    ("MTD201", instead("Name: démo\n"), instead("Name: demo\n")),
    ("MTD201", instead("Name: _demo\n"), instead("Name: d\n")),
    ("MTD201", instead("Name:\n"), SOUND),
    ("MTD202", instead("Name: OS.path\n"), instead("Name: os-paths\n")),
    ("MTD202", instead("Name: urllib2\n"), instead("Name: urllib3\n")),
    ("MTD203", instead("Version: latest\n"), instead("Version: 1.0.RC1\n")),
    ("MTD203", "Metadata-Version: 2.4\nName: demo\n", SOUND),
    ("MTD203", instead(f"Version: {'1' * 5000}\n"), instead("Version: 20260101.1\n")),
    ("MTD204", instead("Version: 1.0+abc\n"), instead("Version: 1.0.post1\n")),
    ("MTD301", with_("Summary: a\n  b"), with_("Summary: a b")),
    ("MTD302", with_(f"Summary: {'x' * 513}"), with_(f"Summary: {'x' * 512}")),
    ("MTD303", described("x", "text/html"), described("x", "text/markdown")),
    ("MTD303", described("x", "text/markdown; charset=utf-8"), described("x", "TEXT/Markdown; charset=UTF-8")),
    ("MTD303", described("x", "text/markdown; variant=gfm"), described("x", "text/plain; variant=gfm")),
    ("MTD303", described("x", "markdown"), described("x", "text/markdown; variant=CommonMark")),
    ("MTD303", described("x", "text/plain; x*"), described("x", "text/plain; x=y")),
    ("MTD304", described(":class:`X`", "text/x-rst"), described("*X*", "text/x-rst")),
    ("MTD304", described(".. toctree::", "text/x-rst"), described("Title\n===\n\ntext", "text/x-rst")),
    ("MTD304", described("Title\n====\n\ntext", "text/x-rst"), described("Title\n=====\n\ntext", "text/x-rst")),
    ("MTD304", described("# Title\n====="), described("# Title\n=====", "text/markdown")),
    ("MTD304", described(".. comment", "text/x-rst"), described("UNKNOWN\n")),
    ("MTD304", described("[a]: https://x.y", "text/markdown"), described("[a](https://x.y)", "text/markdown")),
    ("MTD305", with_("Summary: a\u2028b"), with_("Summary: a b")),
    ("MTD305", described("x", "text/markdown; charset=UTF-8; x"), described("x", "text/markdown; charset=UTF-8;")),
    ("MTD401", with_("Classifier: Private :: Do Not Upload"), with_("Classifier: Typing :: Typed")),
    ("MTD402", with_("Classifier: Natural Language :: Ukranian"), with_("Classifier: Natural Language :: Ukrainian")),
    ("MTD501", with_("Author-email: A <a@localhost>"), with_("Author-email: A <a@contoso.com>")),
    ("MTD501", with_("Maintainer-email: a@x.test"), with_("Maintainer-email: a@localhost, b@localhost")),
    ("MTD501", with_("Author-email: a@contoso"), with_("Author-email: ü <ü@bücher.example>")),
    ("MTD502", with_("Home-page: www.contoso.com"), with_("Home-page: HTTP://contoso.com/a b")),
    ("MTD502", with_("Download-URL: ftp://contoso.com"), with_("Download-URL: https://contoso.com")),
    ("MTD503", with_(f"Project-URL: {'x' * 33}, https://x.y"), with_(f"Project-URL: {'x' * 32}, https://x.y")),
    ("MTD503", with_("Project-URL: , https://x.y"), with_("Project-URL: A,https://x.y")),
    ("MTD504", with_("Project-URL: A, git@contoso.com:a"), with_("Project-URL: A, https://contoso.com:8443/a?b#c")),
    ("MTD504", with_("Project-URL: A"), with_("Project-URL: A, https://a, b")),
    ("MTD601", with_("Requires-Dist: a>=1.*"), with_("Requires-Dist: a (>=1) ; extra == 'x'")),
    ("MTD601", with_(f"Requires-Dist: a; {'(' * 3000}"), with_("Requires-Dist: a; (os_name == 'x')")),
    ("MTD602", with_("Provides-Dist: a b"), with_("Obsoletes-Dist: a (<2)")),
    ("MTD603", with_("Requires-Dist: a @ https://x.y/a.zip ; extra == 'x'"), with_("Requires-Dist: a; extra == 'x'")),
    ("MTD603", with_("Provides-Dist: a @ https://x.y/a.zip"), with_("Provides-Dist: a")),
    ("MTD604", with_("Requires-Python: >=3.*"), with_("Requires-Python: !=3.0.*, >=2.7")),
    ("MTD605", with_("Provides-Extra: a b"), with_("Provides-Extra: A_b")),
    ("MTD606", with_("Dynamic: version"), with_("Dynamic: Requires-DIST")),
    ("MTD606", with_("Dynamic: Dynamic"), with_("Dynamic: Import-Name")),
    ("MTD606", with_("Dynamic: Colour"), with_("Dynamic: Keywords")),
    ("MTD701", with_("License-Expression: Apache 2"), with_("License-Expression: apache-2.0 OR LicenseRef-Ours")),
    ("MTD701", with_(f"License-Expression: {'(' * 2000}MIT{')' * 2000}"), with_("License-Expression: (MIT)")),
    ("MTD702", with_("License: MIT", "License-Expression: MIT"),
     with_("License-Expression: MIT", "Classifier: License :: OSI Approved :: MIT License")),
    ("MTD703", with_("License-File: ../LICENSE"), with_("License-File: a/LICENSE")),
    ("MTD703", with_("License-File: LICEN*"), with_("License-File: LICENSE")),
    ("MTD703", with_(r"License-File: a\b"), with_("License-File: a b")),
    ("MTD703", with_("License-File: /LICENSE"), with_("License-File: .LICENSE")),
    ("MTD705", with_("Import-Name: a-b").replace("2.4", "2.5"), with_("Import-Name: a.b").replace("2.4", "2.5")),
    ("MTD705", with_("Import-Namespace: class").replace("2.4", "2.5"), with_("Import-Name:").replace("2.4", "2.5")),
    ("MTD705", with_("Import-Name: a; public").replace("2.4", "2.5"),
     with_("Import-Name: a ; private").replace("2.4", "2.5")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "broken", "near"), CASES, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(CASES)])
def test_each_rule_finds_what_breaks_it_and_nothing_else(code: str, broken: str, near: str) -> None:
    """What breaks one rule breaks no other; what comes near, or is mended as the finding says, breaks none."""
    assert set(codes(broken)) >= {code}
    assert code not in codes(near)
    assert codes(near) == []


def test_named_licences_have_to_be_there() -> None:
    """A License-File has to be in the archive, where what is in it is known."""
    metadata = with_("License-File: LICENSE", "License-File: a/NOTICE")
    assert codes(metadata) == []
    assert codes(metadata, frozenset({"LICENSE", "a/NOTICE", "more"})) == []
    assert codes(metadata, frozenset({"LICENSE"})) == ["MTD704"]


def test_every_rule_has_a_case() -> None:
    """No declared rule is without one."""
    assert {check.code for check in CHECKS} == {code for code, *_ in CASES} | {"MTD704"}


def test_a_finding_says_where_what_and_how() -> None:
    """It names the field and the value, and what to write instead."""
    (finding,) = looked_at(read(instead("Version: 1.0+abc\n").encode()))
    assert (finding.where, finding.fix, finding.message) == (
        "Version", "release 1.0: build from a tagged commit", "1.0+abc is local",
    )  # fmt: skip
    assert finding.pypi


def test_a_name_of_the_standard_library_does_not_decide() -> None:
    """An old project may keep such a name, so nobody may call its file refused."""
    (finding,) = looked_at(read(instead("Name: dataclasses\n").encode()))
    assert finding.severity is Severity.WARNING


def test_what_twine_alone_refuses_is_ours() -> None:
    """What never reaches an index is no rule of PyPI's."""
    ours = {check.code for check in CHECKS if not check.pypi}
    assert ours == {"MTD101", "MTD102", "MTD105", "MTD108", "MTD305"}


def test_many_problems_of_a_kind_are_not_all_told() -> None:
    """Metadata may be of any length, a report may not."""
    assert codes(with_(*(f"Requires-Dist: a b{number}" for number in range(500)))) == ["MTD601"] * (MOST + 1)


FIELDS = st.sampled_from([*SINCE, "Other"])


@given(st.lists(st.tuples(FIELDS, st.text(max_size=30)), max_size=8), st.text(max_size=60))
def test_no_metadata_make_a_rule_raise(fields: list[tuple[str, str]], body: str) -> None:
    """Every rule has an answer to any values."""
    lines = [f"{name}: {' '.join(value.split())}" for name, value in fields]
    looked_at(replace(read(f"{SOUND}{chr(10).join(lines)}\n\n{body}".encode()), licences=frozenset()))
