"""The bill of materials of a wheel: valid by CycloneDX's own schema, and the same bytes for the same wheel."""

from __future__ import annotations

import json
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from archives import make_wheel
from manifests import a_manifest
from nox_release.archive import embedded_sboms
from nox_release.provenance.sbom import filename, purl, sbom

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def metadata(more: str = "") -> Message:
    return BytesParser().parsebytes(f"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n{more}".encode())


def made(more: str = "", embedded: dict[str, str] | None = None) -> Any:
    text = sbom(a_manifest(), metadata(more), embedded or {}, "0.1.0").decode()
    assert VALIDATOR.validate_str(text) is None
    return json.loads(text)


def test_it_says_what_the_wheel_is() -> None:
    """Name, version, purl, licence, and the files with their digests; the time is that of the commit."""
    told = made("Summary: Größe, 大きさ\nLicense-Expression: MIT OR Apache-2.0\n")["metadata"]
    assert told["timestamp"] == "2026-11-22T10:11:12Z"
    component = told["component"]
    assert (component["name"], component["version"], component["purl"]) == ("demo", "1.0", "pkg:pypi/demo@1.0")
    assert component["description"] == "Größe, 大きさ"
    assert component["licenses"] == [{"expression": "MIT OR Apache-2.0", "acknowledgement": "declared"}]
    assert [(item["name"], item["hashes"][0]["content"]) for item in component["components"]] == [
        ("demo-1.0.tar.gz", "a" * 64),
        ("demo-1.0-py3-none-any.whl", "b" * 64),
    ]


@pytest.mark.parametrize(
    ("more", "licenses"),
    [
        ("License: MIT License\n  and the whole text of it\n", [{"license": {"name": "MIT License"}}]),
        ("License: UNKNOWN\n", None),
        (
            "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: Apache Software License\n",
            [{"license": {"name": "Apache Software License"}}],
        ),
        (
            "License: MIT\nClassifier: License :: OSI Approved :: MIT License\n",
            [{"license": {"name": "MIT"}}],
        ),
        ("", None),
    ],
)
def test_an_old_licence_is_a_name(more: str, licenses: Any) -> None:
    """It is no SPDX expression, and some put the whole text there; none is made up."""
    told = made(more)["metadata"]["component"].get("licenses")
    for item in told or []:
        assert item["license"].pop("acknowledgement") == "declared"
    assert told == licenses


REQUIRES = """\
Requires-Dist: Azure.Core<2,>=1.31
Requires-Dist: typing_extensions>=4; python_version < "3.12"
Requires-Dist: typing-extensions==4.16.0; python_version >= "3.12"
Requires-Dist: aiohttp[speedups]>=3; extra == "aio"
Requires-Dist: pinned==1.2
Requires-Dist: series==1.*
Provides-Extra: aio
"""


def test_it_says_what_the_wheel_needs() -> None:
    """A component for each project, with what CycloneDX has no field for as properties."""
    told = made(REQUIRES)
    found = {item["name"]: item for item in told["components"]}
    assert list(found) == ["aiohttp", "azure-core", "pinned", "series", "typing-extensions"]
    assert found["azure-core"] == {
        "type": "library",
        "bom-ref": "pkg:pypi/azure-core",
        "name": "azure-core",
        "purl": "pkg:pypi/azure-core",
        "scope": "required",
        "properties": [{"name": "nox-release:requires-dist", "value": "Azure.Core<2,>=1.31"}],
    }
    assert (found["pinned"]["version"], found["pinned"]["purl"]) == ("1.2", "pkg:pypi/pinned@1.2")
    assert "version" not in found["series"]
    assert "version" not in found["typing-extensions"]
    assert found["aiohttp"]["scope"] == "optional"
    assert [(item["name"], item["value"]) for item in found["aiohttp"]["properties"]] == [
        ("nox-release:requires-dist", 'aiohttp[speedups]>=3; extra == "aio"'),
        ("nox-release:requires-extra", "speedups"),
        ("nox-release:marker", 'extra == "aio"'),
    ]
    assert len(found["typing-extensions"]["properties"]) == 4
    (root, *_) = told["dependencies"]
    assert root["dependsOn"] == [f"pkg:pypi/{name}" for name in found]


def test_what_is_embedded_is_referred_to(tmp_path: Path) -> None:
    """A bill of materials in the wheel (PEP 770) is named with its digest; other files are not taken for one."""
    files = {"demo-1.0.dist-info/sboms/auditwheel.cdx.json": "{}", "demo/sboms/x.json": "{}"}
    found = embedded_sboms(make_wheel(tmp_path, files))
    assert list(found) == ["demo-1.0.dist-info/sboms/auditwheel.cdx.json"]
    (reference,) = made(embedded=found)["metadata"]["component"]["externalReferences"]
    assert reference["type"] == "bom"
    assert reference["url"] == "demo-1.0.dist-info/sboms/auditwheel.cdx.json"
    assert reference["hashes"][0]["content"].startswith("44136fa355b3678a")  # sha256 of {}


def test_the_same_wheel_is_the_same_bytes() -> None:
    """Neither the order of requirements nor the moment of writing shows."""
    lines = REQUIRES.splitlines(keepends=True)
    # Lines of one project keep their order: they are told as they stand.
    turned = "".join([*lines[3:6], lines[0], *lines[1:3], lines[6]])
    one, other = (sbom(a_manifest(), metadata(more), {}, "0.1.0") for more in (REQUIRES, turned))
    assert one == other
    assert b"serialNumber" not in one
    assert filename(a_manifest()) == "demo-1.0.cdx.json"


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True), st.sampled_from(
    ["", "1.0", "1!2.0", "1.0+local.1", "2.0b1", "1.0.post1"]
))  # fmt: skip
def test_package_urls_are_those_of_the_library(name: str, version: str) -> None:
    """Purl's own implementation reads the same name and version out of it."""
    read = PackageURL.from_string(purl(name, version))
    assert (read.type, read.version or "") == ("pypi", version)
    assert read.name.replace("_", "-") == purl(name).removeprefix("pkg:pypi/")


@given(st.text(max_size=60))
def test_any_metadata_makes_a_valid_one(text: str) -> None:
    """Whatever stands in the fields: what cannot be read is left out, and the file stays valid."""
    message = Message()
    for name in ("Summary", "License", "Requires-Dist"):
        message[name] = text.replace("\n", " ").replace("\r", " ")
    told = sbom(a_manifest(), message, {}, "0.1.0").decode()
    assert VALIDATOR.validate_str(told) is None
