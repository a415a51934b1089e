"""New manifests as YAML that a person would write: what is short stands in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from reconciler.manifests.scalars import plain
from reconciler.model.characters import escaped, has_invisible
from reconciler.model.value import Json

WIDTH = 100
"""Characters of a line, where it can be broken."""

_INDENT = "  "
_MOST_IN_ONE_LINE = 3
"""Entries of a mapping within a spec that may stand in one line."""

# what any reader of YAML takes for text: anywhere, and where no bracket is open
_PLAIN = re.compile(r"[^\W_]([\w .()/+@'-]|&(?=\w))*")
_PLAIN_IN_A_BLOCK = re.compile(r"""[^\W_]([\w .,;()/+@'"%!?*=<>$-]|:(?=\w)|&(?=\w))*""")
# what YAML 1.1 has other ideas about: quoted for other tools' sake
_DOUBTFUL = re.compile(
    r"(?i)y|n|yes|no|on|off|true|false|null|[\d_.,:+-]*|\d[\d_]*\.?\d*e[+-]?\d+|0[xo]\w+|\d{4}-\d.*"
)


def document(
    api_version: str, kind: str, metadata: Mapping[str, Json], spec: Mapping[str, Json]
) -> str:
    """The text of one manifest, without the `---` that parts it from others; ends with a line end.

    Keys keep the order that they have. Values are plain data: text, numbers, truth values, lists
    and mappings.
    """
    lines = [
        f"apiVersion: {scalar(api_version)}",
        f"kind: {scalar(kind)}",
        *_entry("metadata", metadata, 0, flowing=True),
        *_entry("spec", spec, 0, flowing=not any(isinstance(v, Mapping) for v in spec.values())),
    ]
    return "\n".join(lines) + "\n"


def file_of(documents: Iterable[str], heading: str = "") -> str:
    """The text of a new file that holds these documents, below a comment of one line."""
    return heading + "---\n".join(documents)


def modeline(file: str) -> str:
    """The comment that says to an editor which schema a file of the project follows."""
    up = "../" * file.count("/")
    return f"# yaml-language-server: $schema={up}schemas/manifest.json\n"


def scalar(value: Json, *, in_a_block: bool = False) -> str:
    """A scalar that every reader of YAML takes for what it is; plain where it can be."""
    if not isinstance(value, str):
        return json.dumps(value)
    wanted = _PLAIN_IN_A_BLOCK if in_a_block else _PLAIN
    if not wanted.fullmatch(value) or value.endswith(" ") or _DOUBTFUL.fullmatch(value):
        return quoted(value)
    return value if plain(value) == value and is_visible(value) else quoted(value)


def quoted(text: str, *, is_json: bool = False) -> str:
    """A text in double quotes, as YAML or JSON reads it: what is invisible is an escape."""
    return "".join(
        each if each == " " or is_visible(each) else escaped(each, is_json=is_json)
        for each in json.dumps(text, ensure_ascii=False)
    )


def is_visible(text: str) -> bool:
    """Whether a text may stand in a manifest without escapes."""
    return text.isprintable() and not has_invisible(text)


def _entry(key: str, value: Json, depth: int, *, flowing: bool) -> list[str]:
    """The lines of one entry of a mapping, in one line where that is allowed and fits."""
    start = f"{_INDENT * depth}{scalar(key)}:"
    if not isinstance(value, (Mapping, list)):
        return [f"{start} {scalar(value, in_a_block=True)}"]
    one = f"{start} {_flow(value)}"
    if not value or (flowing and len(one) <= WIDTH):
        return [one]
    if isinstance(value, Mapping):
        inside = (_entry(k, v, depth + 1, flowing=_may_flow(v)) for k, v in value.items())
        return [start, *(line for lines in inside for line in lines)]
    return [start, *(f"{_INDENT * (depth + 1)}- {_flow(each)}" for each in value)]


def _may_flow(value: Json) -> bool:
    """A map of words alone is read, and changed, line by line."""
    if not isinstance(value, Mapping) or value.keys() <= {"id", "name"}:
        return True
    has_lists = any(isinstance(each, list) for each in value.values())
    return has_lists and len(value) <= _MOST_IN_ONE_LINE


def _flow(value: Json) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return scalar(value)
