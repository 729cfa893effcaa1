"""What a shell runs at each press of a key: ``python -I -S press.py SHELL WORD… CURRENT``.

Python compiles the file that it is started with each time, and keeps what that imports compiled; so this one is short.
Whatever goes wrong, it says nothing: an empty answer is no completion.
"""

import os
import sys

if __name__ == "__main__":
    try:
        sys.path.append(__file__.rsplit("/", 3)[0])  # behind the standard library, which goes first
        from nox_release.completing.answer import main

        print(main(sys.argv[1:], os.environ), end="", flush=True)
    except BaseException:  # noqa: S110  # a shell that completes shows what is said in the middle of a line
        pass
    os._exit(0)  # without the tidying-up: nobody waits for it
