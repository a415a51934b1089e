"""How files change, as a unified diff: what `git diff` would show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint

_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
_NOTHING = "/dev/null"


def unified(before: Mapping[str, bytes], after: Mapping[str, bytes], paint: Paint) -> str:
    """The lines of each file that change, with three around them; files in the order of names."""
    return "\n".join(line for file in sorted(after) for line in _file(file, before, after, paint))


def _file(
    file: str, before: Mapping[str, bytes], after: Mapping[str, bytes], paint: Paint
) -> Iterator[str]:
    was, new = _lines(before.get(file, b"")), _lines(after[file])
    start, end = f"a/{file}" if file in before else _NOTHING, f"b/{file}"
    for line in unified_diff(was, new, start, end, lineterm=""):
        shown = safe(line)
        style = next((style for mark, style in _STYLES.items() if shown.startswith(mark)), "")
        yield paint(shown, style) if style else shown


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8-sig", "replace").splitlines()
