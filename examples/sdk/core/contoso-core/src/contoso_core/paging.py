"""Results that arrive page by page."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Paged(Generic[T]):
    """An iterable of results, each page of them fetched when it is reached.

    `fetch` is given a continuation (None for the first page) and returns a page
    and the continuation of the next, which is None after the last page.
    """

    def __init__(self, fetch: Callable[[str | None], tuple[Sequence[T], str | None]]) -> None:
        self._fetch = fetch

    def by_page(self) -> Iterator[Sequence[T]]:
        page, continuation = self._fetch(None)
        yield page
        while continuation is not None:
            page, continuation = self._fetch(continuation)
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.by_page():
            yield from page
