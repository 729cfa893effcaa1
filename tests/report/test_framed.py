"""A README in its frame: shown, and not able to do anything."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.report.framed import STYLE, framed


def body(readme: str, limit: int = 100_000) -> str:
    found = re.search("<body>(.*)</body>", framed(readme, limit).html, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("readme", "shown"),
    [
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>body{display:none}</style>x", "x"),
        ("<SCRIPT>alert(1)</SCRIPT>x", "x"),
        ("<p onclick=alert(1) style='position:fixed'>x</p>", "<p>x</p>"),
        ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
        ("<a href=' java\nscript:alert(1)'>x</a>", "<a>x</a>"),
        ("<a href='data:text/html,x'>x</a>", "<a>x</a>"),
        ("<a href='file:///etc/passwd'>x</a>", "<a>x</a>"),
        ("<a href='relative.md'>x</a>", "<a>x</a>"),
        ("<a href='https://a.example/'>x</a>", '<a href=https://a.example/ rel="noreferrer nofollow">x</a>'),
        ("<a href='#there'>x</a>", '<a href=about:srcdoc#there rel="noreferrer nofollow" target=_self>x</a>'),
        ("<h2 id='user-content-a'>x</h2>", "<h2 id=user-content-a>x</h2>"),
        ("<h2 id='a b\" onclick=\"x'>x</h2>", '<h2 id="a b&quot; onclick=&quot;x">x</h2>'),
        ("<meta http-equiv=refresh content='0;url=https://a.example'>x", "x"),
        ("<base href='https://a.example'>x", "x"),
        ("<link rel=stylesheet href='https://a.example'>x", "x"),
        ("<form action='https://a.example'><input name=a><button>Approve</button></form>", "Approve"),
        ("<iframe srcdoc='<p>'></iframe><object data=x></object><embed src=x>x", "x"),
        ("<svg><script>alert(1)</script></svg>x", "x"),
        ("<input type=checkbox checked disabled> done", "\N{BALLOT BOX WITH CHECK}  done"),
        ("<span class=kn>import</span> <span class=s2>'x'</span><span class=x>;</span>",
         "<span class=k>import</span> <span class=s>'x'</span><span>;</span>"),
        ('<span class="n">x</span><span class="o">=</span><span class="n"><b>1</b></span>', "x=<span><b>1</b></span>"),
        ("</body></html><p>after", "<p>after</p>"),
        ("<h2 id=a>x<a href='#a'></a></h2>", "<h2 id=a>x</h2>"),
        ("</p></div>x", "x"),
        ("<b><i>x</b>y", "<b><i>x</i></b>y"),
        ("a<!-- <p> --><?php x?>b", "ab"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("sa\u202efe", "sa\\u202efe"),
        ("\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}"),
        ("<td align=center colspan=2 width=9>x</td>", "<td colspan=2 align=center>x</td>"),
    ],
)  # fmt: skip
def test_only_what_is_known_is_written(readme: str, shown: str) -> None:
    """Elements and attributes that only show something; text is kept where its element is not."""
    assert body(readme) == shown


@pytest.mark.parametrize(
    ("readme", "shown"),
    [
        ("<img src='https://a.example/b.png' alt='A badge'>",
         '<a class=image rel="noreferrer nofollow" href="https://a.example/b.png">image: A badge</a>'),
        ("<img src='https://a.example/b.png'>",
         '<a class=image rel="noreferrer nofollow" href="https://a.example/b.png">image: b.png</a>'),
        ("<img src='data:image/png;base64,x' alt=''>", "<span class=image>image: png;base64,x</span>"),
        ("<a href='https://c.example'><img src='https://a.example/b.png' alt='<b>'></a>",
         '<a href=https://c.example rel="noreferrer nofollow"><span class=image>image: &lt;b&gt;</span></a>'),
        ("<img onerror=alert(1)>", "<span class=image>image: without a text</span>"),
    ],
)  # fmt: skip
def test_an_image_is_a_text(readme: str, shown: str) -> None:
    """Nothing is loaded: its words stand there, with a link to it where it is not in one."""
    assert (body(readme), framed(readme, 1000).images) == (shown, 1)


def test_what_is_read_in_pieces_is_the_same() -> None:
    """An element or a character reference that two pieces share is read as a whole."""
    line = "<p title='x'>a &amp; b <b>c</b></p>\n"
    shown = body(line * 10_000, 1_000_000)
    assert shown == "<p>a &amp; b <b>c</b></p>\n" * 10_000


def test_what_is_too_long_ends_and_says_so() -> None:
    """At the limit, with every element closed."""
    found = framed("<ul>" + "<li><b>line</b></li>\n" * 10_000 + "</ul>", 1000)
    assert found.cut and len(found.html) < 1000 + len(STYLE) + 400
    assert found.html.endswith("</ul></body></html>")
    assert found.html.count("<b>") == found.html.count("</b>")
    assert not framed("<p>short</p>", 1000).cut


PIECES = """<p> </p> <b> </b> <script> </script> <style> <svg> </svg> x </a> <!-- --> < " ' <![CDATA[ ]]> </body>
<a/href='javascript:1'> <img/src=x/onerror=y> <p/onclick=z> <p\tstyle=z>""".split()


@given(st.lists(st.sampled_from(PIECES)))
def test_nothing_gets_through_in_any_order(pieces: list[str]) -> None:
    """Whatever is cut in half or nested, no element but those known and no handler comes out."""
    shown = body("".join(pieces))
    tags = {name.lower() for name in re.findall(r"<\s*/?([a-zA-Z]+)", shown)}
    assert tags <= {"p", "b", "a", "span"}
    assert not re.search(r"<[^>]*\s(on\w+|style|href)\s*=", shown)
