"""A made-up tenant as files: a seed with one row a line, and manifests in a few files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FILES = 20
"""At most so many files of manifests."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.@/-]*(?<! )")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def seed_text(seed: Mapping[str, Any]) -> str:
    """A seed as YAML."""
    return "".join(_lines(seed))


def write_manifests(folder: Path, manifests: Iterable[str]) -> int:
    """Write manifests into an empty or new folder; gives how many files it took."""
    texts = list(manifests)
    share = max(1, -(-len(texts) // FILES))
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(texts), share)
    for number, start in enumerate(starts):
        file = folder / f"part-{number:02}.yaml"
        file.write_text("".join(texts[start : start + share]), encoding="utf-8")
    return len(starts)


def _lines(seed: Mapping[str, Any]) -> Iterator[str]:
    for section, rows in seed.items():
        if isinstance(rows, list):
            yield f"{section}:\n"
            yield from (f"  - {_flow(row)}\n" for row in rows)
        elif any(isinstance(each, list) for each in rows.values()):
            yield f"{section}:\n"
            yield from (f"  {key}: {_flow(each)}\n" for key, each in rows.items())
        else:
            yield f"{section}: {_flow(rows)}\n"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
    return str(value) if plain else json.dumps(value, ensure_ascii=False)
