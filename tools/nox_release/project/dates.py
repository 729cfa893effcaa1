"""The days that people write into changelogs."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"[0-9]{1,4}")
_WORD = re.compile(r"[a-z]{3,9}")


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
