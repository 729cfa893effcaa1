"""Every rule over a file's name, with what breaks it and what comes near."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from nox_release.checks.filename import FILENAME, FileName

TAGS = "py3-none-any.whl"


def codes(filename: str, name: str = "Demo.Kit", version: str = "1.0.0") -> list[str]:
    return [each.code for each in FILENAME.run(FileName(filename, name, Version(version)))]


CASES = [
    ("FNM101", "demo_kit-1.0.0.zip", "demo_kit-1.0.0.tar.gz"),
    ("FNM101", "demo_kit-1.0.0.TAR.GZ", "demo_kit-1.0.0.tar.gz"),
    ("FNM101", "demo_kit-1.0.0.tgz", f"demo_kit-1.0.0-{TAGS}"),
    ("FNM102", f"demo_kit-1.0.0-1\t-{TAGS}", f"demo_kit-1.0.0-1a-{TAGS}"),
    ("FNM102", f"demo_kit-1.0.0-1\\-{TAGS}", f"demo_kit-1.0.0-1é-{TAGS}"),
    ("FNM103", f"demo_kit-1.0.0-1{'a' * 218}-{TAGS}", f"demo_kit-1.0.0-1{'a' * 213}-{TAGS}"),
    ("FNM201", "demo-kit-1.0.0.tar.gz", "demo_kit-1.0.0.tar.gz"),
    ("FNM201", "Demo_Kit-1.0.0.tar.gz", "demo_kit-1.0.0.tar.gz"),
    ("FNM201", "demo_kit-1.0.tar.gz", "demo_kit-1.0.0.tar.gz"),
    ("FNM301", "demo_kit-1.0.0-none-any.whl", "demo_kit-1.0.0-py3-none-any.whl"),
    ("FNM301", f"demo_kit-1.0.0-a1-{TAGS}", f"demo_kit-1.0.0-1a-{TAGS}"),
    ("FNM301", f"demo_kit-latest-{TAGS}", f"demo_kit-1.0.0-{TAGS}"),
    ("FNM302", f"Demo_Kit-1.0.0-{TAGS}", f"demo_kit-1.0.0-{TAGS}"),
    ("FNM302", f"demo.kit-1.0.0-{TAGS}", f"demo_kit-1.0.0-{TAGS}"),
    ("FNM303", f"demo_kit-1.0.1-{TAGS}", f"demo_kit-1-{TAGS}"),
]


@pytest.mark.parametrize(("code", "broken", "near"), CASES)
def test_each_rule_finds_what_breaks_it(code: str, broken: str, near: str) -> None:
    """What breaks a rule is found, what comes near breaks none."""
    assert codes(broken) == [code]
    assert codes(near) == []


def test_a_version_is_compared_as_it_is_normalized() -> None:
    """The name of an sdist has the version as PEP 440 writes it, whatever its metadata have."""
    assert codes("demo_kit-1.0rc1.tar.gz", version="1.0.RC1") == []
    assert codes("demo_kit-1.0.RC1.tar.gz", version="1.0.RC1") == ["FNM201"]


def test_without_metadata_the_name_is_held_against_nothing() -> None:
    """Where name and version are not known, only the form is looked at."""
    for filename in ("a-1.tar.gz", f"A-1-{TAGS}"):
        assert not FILENAME.run(FileName(filename)).findings


TAKEN = """any win32 win_amd64 win_arm64 win_ia64 manylinux1_x86_64 manylinux2010_i686 manylinux2014_ppc64
manylinux_2_17_x86_64 manylinux_2_28_ppc64 manylinux_2_31_riscv64 musllinux_1_2_aarch64 macosx_10_9_x86_64
macosx_10_15_universal2 macosx_11_0_arm64 macosx_26_0_arm64 linux_armv6l linux_armv7l ios_13_0_arm64_iphoneos
android_21_arm64_v8a pyemscripten_2025_0_wasm32 manylinux_2_17_x86_64.manylinux2014_x86_64 WIN_AMD64""".split()
REFUSED = """linux_x86_64 linux_aarch64 manylinux_2_17_loongarch64 musllinux_1_2_ppc64 manylinux2014_riscv64
macosx_12_1_arm64 macosx_16_0_arm64 macosx_9_0_ppc macosx_11_0_armv7 pyodide_2024_0_wasm32 emscripten_3_1_58_wasm32
win_arm32 freebsd_14_amd64 ios_13_0_arm64_watchos android_21_mips manylinux_2_17_x86_64.linux_x86_64""".split()


@pytest.mark.parametrize("platform", TAKEN)
def test_known_platforms_pass(platform: str) -> None:
    """Also several in one name, and in capitals."""
    assert codes(f"demo_kit-1.0.0-cp311-cp311-{platform}.whl") == []


@pytest.mark.parametrize("platform", REFUSED)
def test_other_platforms_do_not(platform: str) -> None:
    """One that is not known is enough; the mend says how to get another where there is one."""
    assert codes(f"demo_kit-1.0.0-cp311-cp311-{platform}.whl") == ["FNM304"]


def test_every_rule_has_a_case() -> None:
    """No declared rule is without one, and all are PyPI's."""
    assert {check.code for check in FILENAME.checks} == {code for code, *_ in CASES} | {"FNM304"}
    assert all(check.pypi for check in FILENAME.checks)


@given(st.text(max_size=60), st.sampled_from(["", ".whl", ".tar.gz", f"-{TAGS}"]))
def test_no_name_makes_a_rule_raise(start: str, end: str) -> None:
    """Every rule has an answer to any name."""
    codes(start + end)
