"""What is read from setup.py files, none of which is ever run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.metadata import Unreadable, read_package
from nox_release.model import Package

VERSION_FILE = b"# license\nVERSION = '1.2.3'\n"


def package(script: str, directory: str = "sdk/a", **files: str) -> Package | None:
    """Read a package of one setup.py; keys of *files* have ``__`` for ``/`` and ``_0`` for a dot."""
    tree = {f"{directory}/setup.py": script.encode()}
    tree |= {f"{directory}/{key.replace('__', '/').replace('_0', '.')}": text.encode() for key, text in files.items()}
    return read_package(directory, tree.get)


def found(script: str, **files: str) -> Package:
    """Return the package that must be there."""
    one = package(script, **files)
    assert one is not None
    return one


AZURE = """
import os.path, re
from io import open
from setuptools import find_packages, setup
PACKAGE_NAME = "azure-x"
folder = PACKAGE_NAME.replace("-", "/")
try:
    import azure
    try:
        ver = azure.__version__
        raise Exception("incompatible with {}".format(ver))
    except AttributeError:
        pass
except ImportError:
    pass
with open(os.path.join(folder, "version.py") if os.path.exists(os.path.join(folder, "version.py"))
          else os.path.join(folder, "_version.py"), "r") as fd:
    version = re.search(r'^VERSION\\s*=\\s*[\\'"]([^\\'"]*)[\\'"]', fd.read(), re.MULTILINE).group(1)
if not version:
    raise RuntimeError("Cannot find version information")
setup(name=PACKAGE_NAME, version=version, packages=find_packages(), python_requires=">=3.9",
      classifiers=["Private :: Do Not Upload"], install_requires=["azure-core>=1"],
      extras_require={"aio": ["b"], ":python_version<'3.0'": ["n"], "win:os_name=='nt'": ["w; extra == 'q'"]})
"""


def test_the_idiom_of_the_azure_sdk_is_read_in_full() -> None:
    """A name that leads to a file that leads to a version needs nothing run."""
    one = read_package("sdk/a", {"sdk/a/setup.py": AZURE.encode(), "sdk/a/azure/x/_version.py": VERSION_FILE}.get)
    assert one == Package(
        name="azure-x",
        version="1.2.3",
        directory="sdk/a",
        described_by="sdk/a/setup.py",
        backend="setuptools.build_meta:__legacy__",
        build_requires=("setuptools>=40.8.0",),
        requires=("azure-core>=1", 'n; python_version < "3.0"'),
        extras={"aio": ("b",), "win": ('w; extra == "q" and os_name == "nt"',)},
        requires_python=">=3.9",
        private=True,
    )


PRELUDE = (
    "import os, re, sys, codecs, pathlib, io, os.path as osp\nfrom pathlib import Path\nfrom setuptools import setup\n"
)


@pytest.mark.parametrize(
    ("expression", "version"),
    [
        ("'1.0'", "1.0"),
        ("'%s.%d' % ('1', 2)", "1.2"),
        ("'{}.{minor}'.format(1, minor=3)", "1.3"),
        ("f'{1}.{2:d}.{\"3\"!s}'", "1.2.3"),
        ("'.'.join(['1', '2'] + ['3'])", "1.2.3"),
        ("'.'.join(str(n) for n in (1, 2, 3) if n > 1)", "2.3"),
        ("'.'.join([*('1', '0'), '5'])", "1.0.5"),
        ("' 1.1 '.strip()", "1.1"),
        ("'x=1.2'.split('=')[1]", "1.2"),
        ("'v1.2'[1:]", "1.2"),
        ("open('VERSION').read().strip()", "4.5"),
        ("open('VERSION', 'rb').read().decode('utf-8')", "4.5"),
        ("codecs.open('VERSION', 'r', 'utf-8').readline()", "4.5"),
        ("io.open('VERSION', encoding='utf-8').readlines()[0]", "4.5"),
        ("[line for line in open('VERSION')][0]", "4.5"),
        ("Path('VERSION').read_text()", "4.5"),
        ("Path('VERSION').read_bytes().decode()", "4.5"),
        ("Path('VERSION').open().read()", "4.5"),
        ("(Path(__file__).parent / 'VERSION').read_text()", "4.5"),
        ("(pathlib.Path(__file__).resolve().parent.joinpath('VERSION')).read_text()", "4.5"),
        ("open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'VERSION')).read()", "4.5"),
        ("open(osp.realpath(__file__).replace('setup.py', 'VERSION')).read()", None),
        ("open(os.path.join(os.getcwd(), 'VERSION')).read()", "4.5"),
        ("re.match('(.*)', open('VERSION').read())[1]", "4.5"),
        ("re.findall('[0-9.]+', open('VERSION').read())[0]", "4.5"),
        ("re.compile('[0-9.]+', re.M | re.S).search('v1.5').group()", None),
        ("re.compile('[0-9.]+', re.M).search('v1.5').group()", "1.5"),
        ("'1' if os.path.isfile('VERSION') else '2'", "1"),
        ("'1' if Path('none').is_file() else '2'", "2"),
        ("'1' if os.path.exists('none.py') else '2'", "2"),
        ("'1' if os.path.exists('VERSION') and 1 < 2 <= 2 else '2'", "1"),
        ("'1' if os.path.exists('folder') else '2'", None),
        ("'1' if os.path.exists('folder') else '1'", "1"),
        ("'1' if sys.version_info > (3,) else '2'", None),
        ("'1' if 'x' in __file__ else '2'", None),
        ("{'v': '1.0'}['v']", "1.0"),
        ("{**{'v': '1.0'}}.get('v')", "1.0"),
        ("dict(v='1.0')['v']", "1.0"),
        ("{k: '2' for k in ['a']}['a']", "2"),
        ("sorted({'1', '2'})[-1]", "2"),
        ("sorted({n for n in ['3']})[0]", "3"),
        ("max('1', '2')", None),
        ("os.environ.get('V', '1')", None),
        ("open('none').read()", None),
        ("open('/etc/version').read()", None),
        ("open('VERSION', 'w').read()", None),
        ("open('VERSION', encoding=sys.x).read()", None),
        ("open('VERSION', opener=1).read()", None),
        ("os.path.basename(os.path.dirname(os.path.abspath(__file__)))", None),
        ("(lambda: '1')()", None),
        ("'1' + 2", None),
        ("'1' * 2", None),
        ("1.5", "1.5"),
        ("3 - 1", "2"),
        ("'' or '7'", "7"),
        ("not sys.x or '7'", None),
        ("'1' if not [] else '2'", "1"),
        ("(v := '1.0')", "1.0"),
        ("re.search('x', 'y').group(1)", None),
        ("{'a': '1', **sys.x}['b']", None),
        ("''.join([*sys.x])", None),
        ("f'{sys.x}'", None),
        ("os.path", None),
        ("exit", None),
        ("'1'.nothing()", None),
        ("next(iter(['1']))", None),
        ("[n for n in sys.path][0]", None),
        ("[n for n in ['1'] if sys.x][0]", None),
    ],
)
def test_an_expression_is_known_or_unknown_but_never_guessed(expression: str, version: str | None) -> None:
    """What depends on where the script runs is unknown; all else has the value that running it gives."""
    one = found(f"{PRELUDE}setup(name='a', version={expression})", VERSION="4.5\n")
    assert (one.version, "version" in one.unknown) == (version, version is None)


@pytest.mark.parametrize(
    ("statements", "version"),
    [
        ("v = '1'\nif sys.platform == 'win32': v = '2'", None),
        ("v = '1'\nif sys.platform == 'win32': v = '1'", "1"),
        ("if 1: v = '1'\nelse: v = '2'", "1"),
        ("v = '1'\nif sys.version_info < (3,): raise SystemExit(1)", "1"),
        ("v = '1'\nif sys.x:\n  v = '2'\n  sys.exit(1)", "1"),
        ("try: v = open('VERSION').read()\nexcept IOError: v = '0'", "4.5"),
        ("try: v = open('none').read()\nexcept IOError: v = '0'", None),
        ("v = '1'\ntry:\n  import numpy\n  v = '2'\nexcept ImportError: pass", None),
        ("try:\n  import numpy\n  raise ValueError\nexcept ValueError: v = '3'\nfinally: w = 1", "3"),
        ("try: pass\nexcept E: v = '2'\nelse: v = '1'", "1"),
        ("v = '0'\nfor n in ['1', '2']:\n  if n == '2': break\n  v = n", "1"),
        ("v = '0'\nfor n in ['1', '2']:\n  if n == '1': continue\n  v = n\nelse: v += '.1'", "2.1"),
        ("v = '0'\nfor n in sys.path: v = n", None),
        ("v = '0'\nfor n in ['1']:\n  if sys.x: break\n  v = n", None),
        ("v = '0'\nwhile sys.x: v = '1'", None),
        ("class V: pass\nv = '1'", "1"),
        ("v: str = '1'\nw: int\nassert v", "1"),
        ("v = '1'\ndel v", None),
        ("a, (v, *c) = 1, ('2', 3)", "2"),
        ("a, v = sys.x", None),
        ("m = {}\nm['v'] = '1'\nv = m['v']", "1"),
        ("m = ['0']\nm[0] = '1'\nv = m[0]", "1"),
        ("m = {'v': '1'}\nm[sys.x] = '2'\nv = m['v']", None),
        ("m = {'v': '1'}\ndel m['w']\nv = m['v']", None),
        ("m = {}\nexec(open('VERSION').read().join(['v=', '']), m)\nv = m['v']", "4.5"),
        ("m = {}\nexec(open('about.py').read(), m)\nv = m['__version__']", "7.8"),
        ("m = {}\nexec(compile(open('about.py', 'rb').read(), 'x', 'exec'), m)\nv = m['__version__']", "7.8"),
        ("exec(open('about.py').read())\nv = __version__", "7.8"),
        ("exec(open('about.py').read(), globals(), locals())\nv = __version__", "7.8"),
        ("m = {'v': '1'}\nexec(sys.x, m)\nv = m['v']", None),
        ("m = {'v': '1'}\nexec('v = (', m)\nv = m['v']", "1"),
        ("from about import __version__ as v", "7.8"),
        ("from .about import __version__ as v", None),
        ("with contextlib.suppress(E):\n  v = sys.x", None),
        ("with cd('x'):\n  v = '1'", "1"),
        ("def f(a, *r, b='2', **k): return a + b + r[0] + k['c']\nv = f('1', '.', c='3')", "12.3"),
        ("def read(*parts):\n  with open(os.path.join(*parts)) as f: return f.read()\nv = read('.', 'VERSION')", "4.5"),
        ("def f():\n  global v\n  v = '2'\nv = '1'\nf()", "2"),
        ("def f():\n  if sys.x: return '1'\n  return '2'\nv = f()", None),
        ("def f():\n  if sys.x: return '1'\n  else: return '1'\nv = f()", "1"),
        ("def f():\n  for n in ['1']:\n    if n: return n\nv = f()", "1"),
        ("def f():\n  for n in ['1']:\n    if sys.x: return n\nv = f()", None),
        ("def f():\n  for n in sys.x: return n\n  return '1'\nv = f()", None),
        ("def f(a): return f(a)\nv = f('1')", None),
        ("def f(a): return a\nv = f()", None),
        ("@sys.x\ndef f(): return '1'\nv = f()", None),
        ("def f():\n  def g(): return '1'\n  return g()\nv = f()", None),
        ("def f(): yield '1'\nv = f()", None),
        ("def f(): m['v'] = '2'\nm = {'v': '1'}\nwhile sys.x: f()\nv = m['v']", None),
        ("m = ['1']\nsys.change(m)\nv = m[0]", None),
        ("m = ['1']\nchange((m,))\nv = m[0]", None),
        ("m = {'1'}\nm.add('2')\nsys.change(m)\nv = sorted(m)[0]", None),
        ("m = ['1']\nn = m\nif sys.x: n.append('2')\nv = m[-1]", None),
        ("m = ['1']\nif sys.x:\n  m.append('2')\nelse:\n  m.append('2')\nv = m[-1]", "2"),
        ("m = {'v': '1'}\nif sys.x:\n  m.update(v='2')\nelse:\n  m['v'] = '2'\nv = m['v']", "2"),
        ("m = ['1']\nm.extend(sys.x)\nv = m[0]", None),
        ("m = ['1', sys.x]\nv = m.pop()", None),
        ("m = ['1']\nm += ['2']\nm += sys.x\nv = m[1]", "2"),
        ("v = '1'\nv += 2", None),
        ("v = (1, 0)\nv += (2,)\nv = '.'.join(map(str, v))", None),
        ("v = '.'.join(str(n) for n in (1,) + (0,))", "1.0"),
        ("m = {'v': '1'} | {'w': '2'}\nv = m['w']", "2"),
        ("m = {sys.x: 1}\nv = m.get('v', '1')", None),
        ("v = 'a'\nfor n in list('" + "x" * 40 + "'): v = v + v", None),
        ("f = open('VERSION')\nf.read()\nf.close()\nv = f.readline() or '1'", "1"),
        ("if __name__ == '__main__': v = '1'", "1"),
        ("import os, re\nprint('x')\nv = '1'", "1"),
        ("async def f(): pass\nv = '1'", "1"),
        ("sys.hook = 1\nv = '1'", "1"),
    ],
)
def test_statements_are_followed_in_every_way_they_may_take(statements: str, version: str | None) -> None:
    """A name has a value only if every way through the script gives it that value."""
    script = f"{PRELUDE}{statements}\nsetup(name='a', version=v)"
    one = found(script, VERSION="4.5\n", about_0py="__version__ = '7.8'\n")
    assert (one.name, one.version) == ("a", version)


@pytest.mark.parametrize(
    ("arguments", "unknown"),
    [
        ("name='a', version='1', use_scm_version=True", {"version"}),
        ("name='a', version='1', **extra", {"requires", "extras", "requires-python"}),
        ("name='a', **dict(version='1')", set()),
        ("name='a', pbr=True", {"version", "requires", "extras"}),
        ("version='1'", {"name"}),
        ("name=extra, version=extra, python_requires=extra, classifiers=extra", {"name", "version", "requires-python"}),
        ("name='a', version='1', install_requires=['b', extra]", {"requires"}),
        ("name='a', version='1', install_requires=5", {"requires"}),
        ("name='a', version='1', install_requires=[5]", {"requires"}),
        ("name='a', version='1', extras_require={'x': extra}", {"extras"}),
        ("name='a', version='1', extras_require={1: ['b']}", {"extras"}),
        ("name='a', version='1', extras_require=5", {"extras"}),
        ("name='a', version='1', install_requires=extra, extras_require={':os_name==\"nt\"': 'b'}", {"requires"}),
    ],
)
def test_only_the_field_that_cannot_be_told_is_unknown(arguments: str, unknown: set[str]) -> None:
    """One computed argument takes nothing from the others."""
    assert found(f"import setuptools\nsetuptools.setup({arguments})").unknown == unknown


def test_requirements_may_be_a_text_of_lines() -> None:
    """Setuptools splits texts into lines and drops comments."""
    one = found("from setuptools import setup\nsetup(name='a', install_requires='b # why\\n\\n# no\\nc>=1\\n')")
    assert one.requires == ("b", "c>=1")


def test_requirements_may_come_from_a_file() -> None:
    """The lines of a requirements file, filtered by a comprehension, are requirements."""
    script = (
        "from setuptools import setup\nsetup(name='a', install_requires=[line.strip() for line in open('r.txt')"
        " if line.strip() and not line.startswith('#')])"
    )
    assert found(script, r_0txt="# c\nb\r\n\nc\n").requires == ("b", "c")


@pytest.mark.parametrize(
    ("script", "name", "version"),
    [
        ("def main():\n  setup(name='a', version='1')\nmain()", "a", "1"),
        ("if sys.x: setup(name='a', version='1')\nelse: setup(name='a', version='2')", "a", None),
        ("try: setup(name='a', version='1')\nexcept Exception: setup(name='a', version='1')", "a", "1"),
        ("while sys.x: setup(name='a', version='1')", "", None),
        ("sys.x.setup(name='a')", "", None),
        ("sys.x().setup(name='a')", "", None),
        ("pass", "", None),
        ("for i in list('" + "x" * 500 + "'):\n  for j in list('" + "x" * 500 + "'): k = i + j", "", None),
    ],
)
def test_setup_is_found_wherever_it_is_called(script: str, name: str, version: str | None) -> None:
    """Calls that may not be reached, or that differ, make unknown what they differ in."""
    one = found(f"import sys\nfrom setuptools import setup\n{script}")
    assert (one.name, one.version) == (name, version)


def test_classifiers_of_every_call_count_for_privacy() -> None:
    """A package is private as soon as one way through its script says so."""
    script = "from setuptools import setup\nif x: setup(name='a', classifiers=['Private :: X'])\nelse: setup(name='a')"
    assert found(script).private


def test_setup_of_another_library_is_preferred_or_not_all_the_same() -> None:
    """It does not matter which of several setup functions a script imports."""
    script = "try: from skbuild import setup\nexcept ImportError: from setuptools import setup\nsetup(name='a')"
    assert found(script).name == "a"


@pytest.mark.parametrize("script", ["", "x = 1\n", "import os\nfrom . import x\n"])
def test_a_script_without_setup_is_no_package(script: str) -> None:
    """A file that happens to be named setup.py describes nothing."""
    assert package(script) is None


def test_deep_nesting_is_unknown_or_unreadable() -> None:
    """A script too deep for Python's own parser ends in an error of ours, not in a traceback."""
    with pytest.raises(Unreadable):
        package("x = " + "(" * 5000)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("x = 1\nprint 'hello'\n", r"sdk/a/setup\.py:2: not Python 3"),
        ("x = '\0'", r"sdk/a/setup\.py.*: not Python 3"),
        ("from setuptools import setup\nsetup(\n name='-a')", r"sdk/a/setup\.py:3: '-a' is not a valid name"),
        ("from setuptools import setup\nsetup(name='a', version='one')", r"setup\.py:2: 'one' is not a version"),
        ("from setuptools import setup\nsetup(name='a', install_requires=['b c'])", r"setup\.py:2: 'b c' is not a req"),
        ("from setuptools import setup\nsetup(name='a', extras_require={':!': ['c']})", r"setup\.py:\d: 'c' is not a"),
        ("from setuptools import setup\nsetup(name='a', python_requires='3')", r"setup\.py:2: '3' is not a set of"),
    ],
)
def test_what_is_broken_is_named_with_its_line(script: str, message: str) -> None:
    """The error says the file and the line, and hints at the remedy."""
    with pytest.raises(Unreadable, match=message) as error:
        package(script)
    assert error.value.hint


def test_files_that_the_script_reads_elsewhere_belong_to_the_package() -> None:
    """A shared version file two folders up is found, and told as a file outside."""
    script = "from setuptools import setup\nsetup(name='a', version=open('../../VERSION').read())"
    one = read_package("sdk/a", {"sdk/a/setup.py": script.encode(), "VERSION": b"2"}.get)
    assert one is not None
    assert (one.version, one.outside) == ("2", ("VERSION",))


def test_a_file_outside_the_workspace_is_absent() -> None:
    """Nothing above the root of the workspace is ever asked for."""
    asked: list[str] = []
    script = b"from setuptools import setup\nsetup(name='a', version=open('../../../VERSION').read())"

    def read(path: str) -> bytes | None:
        asked.append(path)
        return script if path == "sdk/a/setup.py" else None

    one = read_package("sdk/a", read)
    assert one is not None
    assert one.unknown == {"version"}
    assert not any(path.startswith((".", "/")) for path in asked)


SYNTAX = """setup( name= 'a' version ) [ ] { } if : else try except x = open 'b' .read() import os for in + . , **
lambda def f return with as % f'{x}' ( while del global class exec yield await"""
WORDS = st.sampled_from([*SYNTAX.split(), "\n", "\n  "])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)))
def test_any_text_as_setup_py_is_a_package_none_or_unreadable(text: str) -> None:
    """Whatever stands in a setup.py, no other exception comes out."""
    try:
        one = read_package(".", {"setup.py": text.encode(errors="replace")}.get)
    except Unreadable:
        return
    assert one is None or one.directory == "."


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(st.lists(NAMES, max_size=5), st.booleans())
def test_requirements_survive(names: list[str], conditional: bool) -> None:
    """A list of requirements is read as written, unless it depends on a condition that cannot be told."""
    change = "r.append('z')" if conditional else "pass"
    one = found(f"from setuptools import setup\nr = {names!r}\nif x: {change}\nsetup(name='a', install_requires=r)")
    assert one.requires == (() if conditional else tuple(names))
    assert ("requires" in one.unknown) is conditional
