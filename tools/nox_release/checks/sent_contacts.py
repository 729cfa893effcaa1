"""People and links as an index receives them."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator

from nox_release.check import Family, Problem
from nox_release.problems import each, short, some
from nox_release.submission import Submission

CONTACTS: Family[Submission] = Family("MTD5", "… people and links")


@CONTACTS.check("MTD501", "An e-mail address is one that mail can reach", pypi=True)
def deliverable_addresses(submission: Submission) -> Iterator[Problem]:
    """PyPI looks at an address that stands alone; several in one field, or what is none at all, it lets pass."""
    for name in ("Author-email", "Maintainer-email"):
        mend = "write a real address, or leave the field out"
        yield from each(submission.every(name), name, mend, _undeliverable)


def _undeliverable(value: str) -> str | None:
    addresses = [address for _, address in email.utils.getaddresses([value])]
    if len(addresses) != 1 or not addresses[0]:
        return None
    from email_validator import EmailNotValidError, validate_email  # what PyPI asks

    try:
        validate_email(addresses[0], check_deliverability=False)
    except EmailNotValidError as error:
        return str(error)
    return None


@CONTACTS.check("MTD502", "Home-page and Download-URL are http or https", pypi=True)
def web_pages(submission: Submission) -> Iterator[Problem]:
    """PyPI makes them links, which nothing else may be that a browser would follow."""
    for name in ("Home-page", "Download-URL"):
        yield from each(submission.every(name), name, "write an http or https URL", _no_web_page)


@CONTACTS.check("MTD503", "Every Project-URL has a label of at most 32 characters", pypi=True)
def short_labels(submission: Submission) -> Iterator[Problem]:
    """The label is what stands on the page, beside a symbol."""
    labels = [value.partition(",")[0].strip() for value in submission.every("Project-URL")]
    wrong = (Problem("Project-URL", "shorten it", f"{short(each)} has {len(each)}") for each in labels if each[32:])
    yield from some(wrong)
    if "" in labels:
        yield Problem("Project-URL", "write a label before the comma", "the label is empty")


@CONTACTS.check("MTD504", "Every Project-URL is http or https", pypi=True)
def web_links(submission: Submission) -> Iterator[Problem]:
    """PyPI makes them links, which nothing else may be that a browser would follow."""
    urls = [value.partition(",")[2].strip() for value in submission.every("Project-URL")]
    return each(urls, "Project-URL", "write `label, URL` with an http or https URL", _no_web_page)


def _no_web_page(url: str) -> str | None:
    from rfc3986 import exceptions, uri_reference, validators  # what PyPI asks

    validator = validators.Validator().allow_schemes("http", "https").require_presence_of("scheme")
    try:
        validator.check_validity_of("scheme", "host", "port", "path", "query").validate(uri_reference(url).normalize())
    except (exceptions.RFC3986Exception, ValueError):
        return ""
    return None
