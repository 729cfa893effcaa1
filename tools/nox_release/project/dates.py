"""The days that people write into changelogs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"[0-9]{1,4}")
_WORD = re.compile(r"[a-z]{3,9}")
_ISO = "%Y-%m-%d"
_FORMATS = (
    *(_ISO, "%Y/%m/%d", "%Y.%m.%d", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m"),
    *(f"{day_and_month} %Y" for month in ("%B", "%b", "%b.") for day_and_month in (f"{month} %d,", f"{month} %d")),
    *(f"%d {month} %Y" for month in ("%B", "%b", "%b.")),
)
_TWINS = {"%d-%m-%Y": "%m-%d-%Y", "%d/%m/%Y": "%m/%d/%Y"}


def day(text: str) -> date | None:
    """Return the day that *text* names; None where it names none, or may mean one of two (``03/04/2026``).

    :raises ValueError: for a day that no calendar has, such as 2026-02-30.
    """
    text = text.lower()
    numbers = _NUMBER.findall(text) if len(text) < 40 else []
    months = [_MONTHS.index(word[:3]) + 1 for word in _WORD.findall(text) if word[:3] in _MONTHS]
    years = [number for number in numbers if len(number) == 4]
    if len(years) != 1 or len(months) > 1 or len(numbers) + len(months) != 3:
        return None
    year = int(years[0])
    one, other = (months[0], int(numbers[0])) if months else (int(number) for number in numbers if len(number) < 4)
    # Behind the year comes the month; before it the day or the month, as the country has it.
    orders = [(one, other)] if months or numbers[0] == years[0] else [(one, other), (other, one)]
    found = {moment for order in orders if (moment := _day(year, *order))}
    if not found:
        raise ValueError(f"there is no day {text}")
    return found.pop() if len(found) == 1 else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def written(day: date, dates: Sequence[str]) -> str:
    """Return *day* in the form that most of *dates* have."""
    plain = [re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", each, flags=re.IGNORECASE) for each in dates]
    counts = {form: sum(_has(each, form) for each in plain) for form in _FORMATS}
    form = max(_FORMATS, key=counts.__getitem__)
    if not counts[form] or counts.get(_TWINS.get(form, ""), 0) == counts[form]:
        return day.strftime(_ISO)  # nobody can tell the day from the month in what is there
    alike = [each for each in plain if _has(each, form)]
    said = day.strftime(form)
    padded = any(re.search(r"(?<!\d)0\d(?!\d)", each) for each in alike)
    single = any(re.search(r"(?<!\d)\d(?!\d)", each) for each in alike)
    return (
        said if padded or not (single or "%B" in form or "%b" in form) else re.sub(r"(?<!\d)0(\d)(?!\d)", r"\1", said)
    )


def _has(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
