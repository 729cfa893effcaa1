"""For mkdocs: the schema of the configuration stands beside the pages, at the address that is its ``$id``."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SCHEMA = Path(__file__).parents[1] / "tools/nox_release/config.schema.json"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add it to what is copied."""
    files.append(File.generated(config, SCHEMA.name, abs_src_path=str(SCHEMA)))
    return files
