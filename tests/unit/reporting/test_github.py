from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.reporting import github
from reconciler.reporting.escape import markdown
from tests.unit.reporting.findings import PLACES, at, diagnostic, diagnostics

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
NASTY = [
    "</td><script>alert(1)</script>",
    "`code`",
    "a | b",
    "@org/team",
    "#123",
    "![x](http://evil.example/x.png)",
    "<!-- marker -->",
    "**bold** _it_ ~~no~~",
    "https://evil.example www.evil.example GH-1",
    "&lt;b&gt; \\",
]


def test_an_annotation() -> None:
    assert github.commands((at("name: x", 7, 8),), PLACES) == (
        "::error file=access/all.yaml,line=3,col=7,endColumn=8,title=WCC101::no\n"
    )


def test_errors_come_first() -> None:
    found = [diagnostic(severity) for severity in reversed(Severity)]
    lines = github.commands(found, PLACES).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]


def test_values_are_escaped() -> None:
    found = at("x", 1, 2, file="a,b:c%.yaml")
    assert "file=a%2Cb%3Ac%25.yaml,line" in github.commands((found,), PLACES)
    told = github.commands((diagnostic(summary="100%\r\n::error::forged", hint="a\nb"),), PLACES)
    assert told.endswith("::100%25\\r\\n::error::forged%0Ahelp: a%0Ab\n")


@given(st.lists(diagnostics(), max_size=5))
def test_no_value_forges_a_command(found: list[Diagnostic]) -> None:
    told = github.commands(found, PLACES)
    lines = told.split("\n")[:-1]
    assert len(lines) == len(found) == len(told.splitlines())
    assert all(re.match(r"::(error|warning|notice) file=[^,:]+,", line) for line in lines)


@given(st.sampled_from(NASTY) | st.text(max_size=30))
def test_a_value_is_text_in_its_cell_and_nothing_else(value: str) -> None:
    page = github.summary((diagnostic(summary=value, hint=value),), PLACES)
    html = MARKDOWN.render(page)
    assert html.count("<td>") == 5
    tags = set(re.findall(r"</?([a-z0-9]+|!--)", html))
    assert tags <= {"h3", "table", "thead", "tbody", "tr", "th", "td", "br"}
    assert not re.search(r"@\w|#\d|://|www\.|GH-\d", html.partition("</h3>")[2].replace("&#", ""))


def test_what_is_escaped_can_be_read() -> None:
    assert markdown("a: b, see #x") == "a: b, see #x"
    assert markdown("@org #12") == "@&#8203;org #&#8203;12"


def test_a_page_stays_under_the_limit() -> None:
    found = [diagnostic(summary="x" * 1000) for _ in range(2000)]
    page = github.summary(found, PLACES)
    assert len(page.encode()) < 1024 * 1024
    rows = page.count("| error |")
    assert page.endswith(f"\n… and {2000 - rows} more\n")


def test_a_page_of_a_green_run() -> None:
    assert "The manifests are valid." in github.summary((), PLACES)
