"""Plain words: phrases that nobody writes in a code review stay out of texts and docstrings."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(str(sys.modules["reconciler"].__file__)).parent
RIDDLES = (
    "told", "tell", "tells", "anew", "gives leave", "give leave", "no leave", "lives with",
    "live with", "as it is to be", "as they are to be", "earlier look", "a look at",
    "looks at drift", "falls short", "whatever its list", "for who has", "what is ours",
    "not ours", "mended",
)  # fmt: skip
"""What to say instead is in CONTRIBUTING.md."""
_RIDDLE = re.compile(rf"\b({'|'.join(map(re.escape, RIDDLES))})\b", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`")


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module with its line, without what it quotes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, _QUOTED.sub("", node.value)


def test_no_text_is_a_riddle() -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 300
    found = [
        f"{file.relative_to(PACKAGE)}:{line}: {match[0]}"
        for file in files
        for line, text in texts(file.read_text("utf-8"))
        for match in _RIDDLE.finditer(text)
    ]
    assert found == []


def test_a_riddle_would_be_seen() -> None:
    ((line, text),) = texts('"""What is told anew, but for `told`."""')
    assert (line, _RIDDLE.findall(text)) == (1, ["told", "anew"])
