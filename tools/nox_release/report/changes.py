"""What changed since the last release, on the review page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nox_release.difference import Change, Difference, Keyed, Nature
from nox_release.report.markup import Html, tag
from nox_release.report.review import Subject

SHOWN = 150
"""Of each list, on the page; the file that has all is named."""
_NATURES = (Nature.REMOVED, Nature.INCOMPATIBLE, Nature.DIFFERENT, Nature.ADDED)
_TITLES = {
    "wheel": "In the wheel",
    "since the last preview": "In the wheel, since the last preview",
    "sdist": "In the sdist",
}
"""Of the comparisons, what matters most first."""


def changes(subject: Subject, limit: int) -> Iterator[Html]:
    """Yield what a user of the last release will meet.

    :param limit: bytes that the lists may have, about.
    """
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
    for kind, title in _TITLES.items():
        if found := subject.changes.get(kind):
            yield tag("h4", f"{title}, since {found.old}")
            yield tag("dl", _summary(found), class_="fields")
            for title, items, shown in _lists(found):
                made = _list(title, items, subject.listed, limit, shown=shown)
                limit -= len(made)
                yield made


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
        yield _row("Other metadata", *lines[:60])


def _keyed(table: Keyed) -> tuple[str, ...]:
    return (
        *(f"+ {key} {value}" for key, value in table.added.items()),
        *(f"- {key} {value}" for key, value in table.removed.items()),
        *(line for key, (old, new) in table.changed.items() for line in _changed(key, old, new)),
    )


def _changed(key: str, old: str, new: str) -> Iterator[str]:
    """Tell what became of one key; of several values only those that came or went."""
    before, now = old.split("; "), new.split("; ")
    if len(before) + len(now) <= 3:
        yield f"{key}: {_short(old)} → {_short(new)}"
        return
    yield from (f"+ {key} {_short(value)}" for value in now if value not in before)
    yield from (f"- {key} {_short(value)}" for value in before if value not in now)


def _short(value: str) -> str:
    return value if len(value) < 300 else f"{value[:300]}…"


def _lists(found: Difference) -> Iterator[tuple[str, Sequence[str], bool]]:
    """Yield title, entries, and whether it is open: what may break users first."""
    for nature in _NATURES:
        told = [_change(change) for change in found.api if change.nature is nature]
        yield f"API: {nature}", told, nature is not Nature.ADDED
    yield "API: not compared", [f"{name}: {why}" for name, why in found.unread.items()], False
    yield "Files: added", found.files_added, False
    yield "Files: removed", found.files_removed, False
    yield "Files: changed", found.files_changed, False


def _change(change: Change) -> str:
    return f"{change.path}: {change.detail}" if change.detail else change.path


def _list(title: str, items: Sequence[str], listed: str, limit: int, *, shown: bool) -> Html:
    """Return a list that can be folded; nothing where it has no entry."""
    if not items:
        return Html()
    rows = []
    for item in items[:SHOWN]:
        rows.append(tag("li", _short(item), data_find=True))
        limit -= len(rows[-1])
        if limit < 0:
            break
    if left := len(items) - len(rows):
        rows.append(tag("li", f"and {left} more, in {listed or 'the evidence'}"))
    summary = tag("summary", f"{title} ", tag("span", f"({len(items):,})", class_="count"))
    return tag("details", summary, tag("ul", rows, class_="paths"), open=shown and len(items) <= 12)
