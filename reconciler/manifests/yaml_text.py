"""The text of one YAML document, read by ruamel.yaml: what it says, or what is wrong and where."""

from __future__ import annotations

import re

from reconciler.manifests.build import Builder
from reconciler.manifests.parsed import BuildError, Built, Span
from reconciler.manifests.syntax import mistake

_ESCAPE = re.compile(r"\\U(?!0010|000[0-9a-fA-F])")


def read(text: str, *, marking: bool = False) -> Built:
    """The document, whose value is None where there is none; raises BuildError."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415

    events = YAML(typ="safe", pure=True).parse(text)
    try:
        return Builder(marking=marking).document(events)
    except MarkedYAMLError as error:
        found = mistake(text, error)
        summary = f"invalid YAML: {found.summary}"
        raise BuildError("YML101", summary, found.span, found.hint) from error
    except (ValueError, OverflowError) as error:  # of chr(), which the parser lets out
        span = _of_escape(text)
        raise BuildError("YML101", "invalid YAML: an escape of no character", span) from error


def _of_escape(text: str) -> Span:
    found = _ESCAPE.search(text)
    at = found.start() if found else 0
    line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    return Span(line, column, line, column + (10 if found else 1))
