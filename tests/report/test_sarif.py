"""Findings as SARIF."""

from __future__ import annotations

from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.codes import known
from nox_release.exemptions import Stale, Unselected
from nox_release.model import Outcome
from nox_release.plan import Plan
from nox_release.report.sarif import of_run, sarif
from nox_release.workspace import Broken
from runs import LINT, TEST, entry, finding, planned, run, warning

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
ALLOWED: dict[str, Any] = {
    "type": "object", "required": ["version", "runs", "$schema"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["tool", "results", "invocations"], "additionalProperties": False,
            "properties": {
                "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                    "type": "object", "required": ["name"], "additionalProperties": False,
                    "properties": {
                        "name": {"type": "string"}, "version": {"type": "string"}, "informationUri": {"type": "string"},
                        "rules": {"type": "array", "uniqueItems": True, "items": {
                            "type": "object", "required": ["id"], "additionalProperties": False,
                            "properties": {
                                "id": {"type": "string"}, "shortDescription": TEXT, "fullDescription": TEXT,
                                "help": TEXT, "helpUri": {"type": "string"}, "properties": {"type": "object"},
                                "defaultConfiguration": {"properties": {"level": LEVEL}, "additionalProperties": False},
                            },
                        }},
                    },
                }}},
                "invocations": {"items": {
                    "required": ["executionSuccessful"], "additionalProperties": False,
                    "properties": {
                        "executionSuccessful": {"type": "boolean"},
                        "toolExecutionNotifications": {"items": {
                            "required": ["message"], "additionalProperties": False,
                            "properties": {"level": LEVEL, "message": TEXT},
                        }},
                    },
                }},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["message"], "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": LEVEL,
                        "message": TEXT, "properties": {"type": "object"},
                        "partialFingerprints": {"additionalProperties": {"type": "string"}},
                        "suppressions": {"uniqueItems": True, "items": {
                            "required": ["kind"], "additionalProperties": False,
                            "properties": {
                                "kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"},
                                "status": {"enum": ["accepted", "underReview", "rejected"]},
                            },
                        }},
                        "locations": {"items": {"additionalProperties": False, "properties": {
                            "physicalLocation": {
                                "required": ["artifactLocation"], "additionalProperties": False,
                                "properties": {
                                    "artifactLocation": {"additionalProperties": False, "properties": {
                                        "uri": {"type": "string", "pattern": r"^[A-Za-z0-9%/._~-]+$"},
                                        "uriBaseId": {"const": "%SRCROOT%"},
                                    }},
                                    "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
                                },
                            },
                            "logicalLocations": {"minItems": 1, "items": {
                                "additionalProperties": False,
                                "properties": {"fullyQualifiedName": {"type": "string"}},
                            }},
                        }}},
                    },
                }},
            },
        }},
    },
}  # fmt: skip
"""What is used of the schema of SARIF 2.1.0."""


def test_every_check_is_a_rule() -> None:
    """The rules are the catalogue: each with its title, its reason, its page, its severity, and whose rule it is."""
    (log,) = sarif([], "0.1.0")["runs"]
    rules = log["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(known())
    (rule,) = [rule for rule in rules if rule["id"] == "ART104"]
    check = known()["ART104"]
    assert rule["shortDescription"] == {"text": check.title}
    assert rule["fullDescription"] == {"text": check.why}
    assert rule["helpUri"] == check.url
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_a_finding_in_a_file_is_there() -> None:
    """A file of the source is a physical location below the root of the checkout, with its line."""
    (result,) = of_run(run([finding("PRJ402")], prefix="my repo/"))["runs"][0]["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "my%20repo/packages/demo/CHANGELOG.md", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3},
            }
        }
    ]
    assert (result["ruleId"], result["level"]) == ("PRJ402", "error")
    assert list(known())[result["ruleIndex"]] == "PRJ402"
    assert result["message"] == {"text": "no entry\nnext: write it"}
    assert "suppressions" not in result


def test_a_finding_in_an_archive_is_a_logical_location() -> None:
    """A member of an archive is named as such, beside the file that describes its package."""
    (result,) = of_run(run([warning("ART104", "demo-1.0-py3-none-any.whl: a/b.py")]))["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "demo-1.0-py3-none-any.whl/a/b.py"}]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "packages/demo/pyproject.toml"
    assert result["message"]["text"].startswith("demo-1.0-py3-none-any.whl: a/b.py: no entry")
    assert result["level"] == "warning"


def test_an_exemption_is_a_suppression() -> None:
    """What is let pass is a result that is suppressed from outside, with the reason as justification."""
    (result,) = of_run(run([finding(exempt="later")]))["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "later"}]


def test_a_finding_is_known_again() -> None:
    """The same defect on another line has the same fingerprint, another package's has another."""
    one, moved, other = (
        of_run(told)["runs"][0]["results"][0]["partialFingerprints"]
        for told in (
            run([finding()]),
            run([finding(where="CHANGELOG.md:9")]),
            run({"other": {LINT: entry(finding())}}),
        )
    )
    assert one == moved != other


def test_what_could_not_be_looked_at_is_a_notification() -> None:
    """Blocked packages, an unfinished command, what is not looked at and what is stale are told beside the results."""
    (log,) = of_run(
        run(
            {"demo": {TEST: entry(outcome=Outcome.BLOCKED, problem="no network")}},
            Plan((planned(),), (Broken("other", ("other",), "no TOML", "mend it"),)),
            stopped="it was interrupted",
            unselected=(Unselected({"PRJ": "first"}, ("ART104",), ("demo",)),),
            stale=(Stale("ignore", "INS103", "so", "here", ("demo",)),),
        )
    )["runs"]
    (invocation,) = log["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert told[:3] == [
        ("error", "the command did not come to its end: it was interrupted"),
        ("error", "other is blocked: no TOML"),
        ("error", "test of demo is blocked: no network"),
    ]
    assert [level for level, _ in told[3:]] == ["note", "warning"]


@settings(max_examples=25, deadline=None)
@given(st.text(), st.text())
def test_whatever_is_found_keeps_the_schema(where: str, message: str) -> None:
    """The log has the form that the specification asks for, whatever a check said."""
    told = run([finding(where=where, message=message), finding("XYZ999"), warning(exempt="so")], version="0.1.0")
    jsonschema.Draft202012Validator(ALLOWED).validate(of_run(told))
