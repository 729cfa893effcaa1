"""Write all of it into this checkout; a test holds what is committed and what the code says equal."""

from pathlib import Path

from nox_release.reference.configuration import SCHEMA, schema
from nox_release.reference.pages import fill

if __name__ == "__main__":
    for page in Path("docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if (filled := fill(text)) != text:
            page.write_text(filled, encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
