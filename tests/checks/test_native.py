"""Every check of the compiled part of a wheel, with one that fails it and one that passes."""

from __future__ import annotations

import pytest

from nox_release.checks.native import NATIVE, Binaries, Extension

NAME = "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
NEEDS = {"libc.so.6": ("GLIBC_2.4", "GLIBC_2.34")}


def found(binaries: Binaries) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in NATIVE.run(binaries)]


def wheel(*platforms: str, consistent: str = "", external: tuple[str, ...] = ()) -> Binaries:
    return Binaries(NAME, platforms, consistent, NEEDS, external)


def extension(computed: str = "3.9", *foreign: str) -> Binaries:
    return Binaries(NAME, ("any",), extensions=(Extension("_demo.abi3.so", "3.9", computed, foreign),))


@pytest.mark.parametrize(
    "binaries",
    [
        wheel("manylinux_2_17_x86_64", consistent="manylinux_2_17_x86_64"),
        wheel("manylinux_2_28_x86_64", consistent="manylinux_2_17_x86_64"),
        wheel("manylinux2014_x86_64", "manylinux_2_17_x86_64", consistent="manylinux_2_5_x86_64"),
        wheel("musllinux_1_2_x86_64", consistent="musllinux_1_1_x86_64"),
        wheel("musllinux_1_1_x86_64", consistent="musllinux_1_2_x86_64"),
        wheel("manylinux_2_12_x86_64", "musllinux_1_1_x86_64", consistent="manylinux_2_5_x86_64"),
        wheel("linux_x86_64", consistent="linux_x86_64"),
        wheel("linux_x86_64"),
        wheel("macosx_11_0_arm64"),
        extension("3.9"),
        extension("3.2"),
    ],
)
def test_what_is_promised_and_kept_passes(binaries: Binaries) -> None:
    """A tag may promise less than the wheel keeps; a plain linux tag promises nothing."""
    assert found(binaries) == []


@pytest.mark.parametrize(
    ("binaries", "told"),
    [
        (
            wheel("manylinux_2_17_x86_64", consistent="manylinux_2_34_x86_64"),
            ("NAT101", NAME, "it claims manylinux_2_17_x86_64, and works from manylinux_2_34_x86_64 on "
                             "(libc.so.6 GLIBC_2.34)"),
        ),
        (
            wheel("manylinux2014_x86_64", consistent="linux_x86_64", external=("libssl.so.3",)),
            ("NAT101", NAME, "it claims manylinux2014_x86_64, and works from linux_x86_64 on "
                             "(libc.so.6 GLIBC_2.34; not on every system: libssl.so.3)"),
        ),
        (
            wheel("musllinux_1_1_x86_64", consistent="linux_x86_64"),
            ("NAT101", NAME, "it claims musllinux_1_1_x86_64, and works from linux_x86_64 on (libc.so.6 GLIBC_2.34)"),
        ),
        (extension("3.9", "_PyObject_Foo"), ("NAT201", "_demo.abi3.so", "not in the stable ABI: _PyObject_Foo")),
        (extension("3.10"), ("NAT201", "_demo.abi3.so", "it needs Python 3.10, and the wheel's tag promises 3.9")),
    ],
)  # fmt: skip
def test_what_is_promised_and_not_kept_is_told(binaries: Binaries, told: tuple[str, str, str]) -> None:
    """An older C library than is needed, a library that is not there, another ABI, a later Python."""
    assert found(binaries) == [told]
