"""What changed since the last release, on the review page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nox_release.difference import Change, Difference, Keyed, Nature
from nox_release.report.markup import Html, tag
from nox_release.report.review import Subject
from nox_release.report.words import number

SHOWN = 150
"""Of each list, on the page; the file that has all is named."""
_NATURES = (Nature.REMOVED, Nature.INCOMPATIBLE, Nature.DIFFERENT, Nature.ADDED)
_TITLES = {"wheel": "In the wheel", "sdist": "In the sdist", "since the last preview": "Since the last preview"}


def changes(subject: Subject) -> Iterator[Html]:
    """Yield what a user of the last release will meet."""
    last = subject.facts.get("last release", "")
    if subject.unknown_changes:
        yield tag("p", tag("strong", "Not known: "), subject.unknown_changes, class_="warn")
    if last:
        yield tag("p", f"The last release: {last}.")
    elif not subject.unknown_changes:
        yield tag("p", "Not known: verify-artifacts compares with the last release, and has not.", class_="warn")
    if not subject.changes and last:
        facts = {key: subject.facts[key] for key in ("api", "files", "requirements") if key in subject.facts}
        yield from [tag("dl", (_row(key, value) for key, value in facts.items()), class_="fields")] * bool(facts)
    for kind, found in subject.changes.items():
        yield tag("h4", f"{_TITLES.get(kind, kind)}, since {found.old}")
        yield tag("dl", _summary(found), class_="fields")
        yield from _lists(found, subject.listed)


def _row(name: str, *values: str) -> Html:
    return tag("div", tag("dt", name), (tag("dd", value) for value in values))


def _summary(found: Difference) -> Iterator[Html]:
    before, now = found.size
    yield _row("Size, unpacked", f"{before:,} → {now:,} bytes ({now - before:+,})")
    files = (len(found.files_added), len(found.files_removed), len(found.files_changed))
    yield _row("Files", "{} added, {} removed, {} changed".format(*files))
    if found.api or found.new.endswith(".whl"):
        api = [f"{found.count(nature)} {nature}" for nature in _NATURES if found.count(nature)]
        yield _row("API", ", ".join(api) or ("not compared" if found.unread else "no change"))
    yield _row("Requirements", *(_keyed(found.requirements) or ("no change",)))
    if found.pythons_lost:
        yield _row("Pythons lost", ", ".join(found.pythons_lost))
    if found.extras_removed:
        yield _row("Extras removed", ", ".join(found.extras_removed))
    if lines := _keyed(found.entry_points):
        yield _row("Entry points", *lines)
    if lines := _keyed(found.metadata):
        yield _row("Other metadata", *lines[:40])


def _keyed(table: Keyed) -> tuple[str, ...]:
    return (
        *(f"+ {key} {value}" for key, value in table.added.items()),
        *(f"- {key} {value}" for key, value in table.removed.items()),
        *(f"{key}: {_short(old)} → {_short(new)}" for key, (old, new) in table.changed.items()),
    )


def _short(value: str) -> str:
    return value if len(value) < 300 else f"{value[:300]}…"


def _lists(found: Difference, listed: str) -> Iterator[Html]:
    for nature in _NATURES:
        told = [_change(change) for change in found.api if change.nature is nature]
        if told:
            yield _list(f"API: {nature}", told, listed, shown=nature is not Nature.ADDED)
    if found.unread:
        yield _list("API: not compared", [f"{name}: {why}" for name, why in found.unread.items()], listed)
    paths: Mapping[str, Sequence[str]] = {
        "added": found.files_added, "removed": found.files_removed, "changed": found.files_changed,
    }  # fmt: skip
    for what, names in paths.items():
        if names:
            yield _list(f"Files: {what}", names, listed)


def _change(change: Change) -> str:
    return f"{change.path}: {change.detail}" if change.detail else change.path


def _list(title: str, items: Sequence[str], listed: str, *, shown: bool = False) -> Html:
    more = [tag("li", f"and {len(items) - SHOWN} more, in {listed or 'the evidence'}")] if len(items) > SHOWN else []
    rows = [*(tag("li", item, data_find=True) for item in items[:SHOWN]), *more]
    summary = tag(
        "summary", f"{title} ", tag("span", number(len(items), "entry").replace("entrys", "entries"), class_="count")
    )
    return tag("details", summary, tag("ul", rows, class_="paths"), open=shown and len(items) <= 12)
