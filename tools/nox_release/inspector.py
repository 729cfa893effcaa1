"""Looks at one installed distribution from inside its virtualenv: imports its modules, loads its entry points.

Run as ``python -I inspector.py ANSWERS NAME MODULE...``; uses the standard library alone. It appends one line
of JSON to ANSWERS before and after each import, so that a module that ends the process is known.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from importlib import metadata


def main() -> None:
    """Write what was found, line by line."""
    answers, name, *modules = sys.argv[1:]
    sys.argv[1:] = []
    with open(answers, "a", encoding="utf-8") as out:  # noqa: PTH123

        def say(**answer: object) -> None:
            out.write(json.dumps(answer) + "\n")
            out.flush()

        for module in modules:
            say(importing=module)
            try:
                importlib.import_module(module)
            except BaseException as error:  # a module may raise SystemExit too
                say(module=module, error=type(error).__name__, message=_message(error), missing=_missing(error),
                    file=_raised_in(error))  # fmt: skip
            else:
                say(module=module)
        if not name:
            return
        for point in metadata.distribution(name).entry_points:
            say(importing=f"entry point {point.name}")
            try:
                point.load()
            except BaseException as error:
                say(point=point.name, group=point.group, value=point.value, error=type(error).__name__,
                    message=_message(error), missing=_missing(error), file=_raised_in(error))  # fmt: skip
            else:
                say(point=point.name, group=point.group, value=point.value)
        say(installed={item.metadata["Name"]: item.version for item in metadata.distributions()})


def _message(error: BaseException) -> str:
    """What it says, with paths as they are in every virtualenv."""
    said = str(error)
    for folder in sorted({path for path in sys.path if path and isinstance(path, str)}, key=len, reverse=True):
        said = said.replace(folder + os.sep, "")
    return said


def _missing(error: BaseException) -> str:
    return (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""


def _raised_in(error: BaseException) -> str:
    """The last file on the way to the error, less the import system itself."""
    file, step = "", error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        file = file if name.startswith("<frozen ") else name
        step = step.tb_next
    return file


if __name__ == "__main__":
    main()
