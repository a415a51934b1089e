"""An import as text and as JSON: what was written where, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reconciler.engine.importing import Found
from reconciler.model.address import Address
from reconciler.model.report import FORMAT_VERSION
from reconciler.planning.merge_plans import finding
from reconciler.reporting.escape import safe
from reconciler.reporting.text import Style, attribute_lines, read_line
from reconciler.reporting.values import FEW

_FILES = 5


def imported(found: Found, style: Style, *, dry: bool = False) -> str:
    """What comes of an import of everything, for a person."""
    return "\n".join(_imported(found, style, dry=dry)) + "\n"


def bound(found: Found, style: Style, *, dry: bool = False) -> str:
    """What comes of an import of one object, for a person."""
    return "\n".join(_bound(found, style, dry=dry)) + "\n"


def result(found: Sequence[Found], *, dry: bool = False) -> dict[str, Any]:
    """The same for machines."""
    return {
        "format_version": FORMAT_VERSION,
        "dry_run": dry,
        "tenants": [_tenant(each) for each in found],
        "diagnostics": [asdict(finding(d)) for each in found for d in each.findings],
    }


def _tenant(found: Found) -> dict[str, Any]:
    return {
        "tenant": found.read.name,
        "files": [
            {"path": file, "new": file not in found.rendered.before, "manifests": count}
            for file, count in _files(found).items()
        ],
        "imported": [
            {
                "address": str(each.address),
                "id": each.draft.live.id,
                "name": each.draft.live.name,
                "file": each.file,
                "line": each.line,
                "undeclared": list(each.draft.undeclared),
            }
            for each in found.manifests
        ],
        "recorded": list(found.already),
        "left_out": [{**asdict(e), "kind": e.kind.name} for e in found.left_out],
        "partial": dict(found.read.partial),
    }


def _files(found: Found) -> Mapping[str, int]:
    return Counter(each.file for each in found.manifests)


def _imported(found: Found, style: Style, *, dry: bool) -> Iterator[str]:
    yield read_line((found.read,), style)
    yield ""
    if found.manifests:
        yield from _written(found, style)
    yield from _left_out(found, style)
    yield from _undeclared(found)
    yield from _partly_seen(found)
    if found.nothing:
        yield style.paint("Nothing to import.", "bold green") + " Git has all that it can have."
        return
    said = []
    if found.manifests:
        many, files = len(found.manifests), len(_files(found))
        said.append(f"{_many(many, 'manifest')} in {_many(files, 'file')}")
    if found.already:
        said.append(f"{_many(len(found.already), 'object')} that manifests declared already")
    done = "Would import:" if dry else "Imported:"
    yield f"{style.paint(done, 'bold')} {', '.join(said)}."


def _written(found: Found, style: Style) -> Iterator[str]:
    by_kind: dict[str, Counter[str]] = {}
    for each in found.manifests:
        by_kind.setdefault(each.draft.kind.name, Counter())[each.file] += 1
    for kind, unsorted in by_kind.items():
        files = dict(sorted(unsorted.items()))
        yield f"  {style.paint('+', 'green')} {_many(sum(files.values()), kind, plural='')}"
        shown = list(files) if style.whole else list(files)[:_FILES]
        width = max(len(each) for each in shown)
        yield from (f"      {safe(each):<{width}}  {files[each]}" for each in shown)
        if left := len(files) - len(shown):
            rest = sum(files[each] for each in list(files)[len(shown) :])
            yield f"      … and {rest} in {_many(left, 'more file')}; all of them with -v"
    yield ""


def _left_out(found: Found, style: Style) -> Iterator[str]:
    if not found.left_out:
        return
    yield "Left out:"
    why: dict[tuple[str, str], list[str]] = {}
    for each in found.left_out:
        why.setdefault((each.kind.name, each.why), []).append(each.name or each.id)
    for (kind, reason), names in why.items():
        yield f"  - {_many(len(names), kind, plural='')}: {safe(reason)}"
        yield f"      {_some(sorted(names), whole=style.whole)}"
    yield ""


def _undeclared(found: Found) -> Iterator[str]:
    lost: dict[tuple[str, str], list[str]] = {}
    for each in found.manifests:
        for attribute in each.draft.undeclared:
            lost.setdefault((each.draft.kind.name, attribute), []).append(each.draft.name)
    for (kind, attribute), names in lost.items():
        yield (
            f"Not declared: {attribute} of {_many(len(names), kind, plural='')}, which refers to "
            "what neither the tenant nor `facts` of the project file has by name:"
        )
        yield f"      {_some(names, whole=False)}"
        yield ""


def _partly_seen(found: Found) -> Iterator[str]:
    if not found.read.partial:
        return
    who = safe(found.read.identity or "who asks")
    kinds = ", ".join(map(safe, found.read.partial))
    yield f"Seen in part: {who} does not see all of {kinds}."
    yield "What is hidden is in no manifest, and who sees it would plan to take it away from there:"
    yield "let somebody import who sees the whole tenant."
    yield ""


def _bound(found: Found, style: Style, *, dry: bool) -> Iterator[str]:
    yield read_line((found.read,), style)
    yield ""
    for each in found.manifests:
        place = f"{safe(each.file)}:{each.line}"
        done = "Would import" if dry else "Imported"
        yield f"{style.paint(done, 'bold')} {safe(each.address.short)} to {place}."
        yield from _undeclared(found)
    for address in found.already:
        done = "Would record" if dry else "Recorded"
        yield f"{style.paint(done, 'bold')} {safe(Address.parse(address).short)} as ours."
    if found.differing is not None:
        yield ""
        yield "The manifest wants it otherwise; the next plan would change:"
        yield from attribute_lines(found.differing.attributes, found.differing.before, style)
    if found.nothing:
        yield style.paint("Nothing to import.", "bold green") + " It is managed already."


def _some(names: Sequence[str], *, whole: bool) -> str:
    shown: Iterable[str] = names if whole else names[:FEW]
    rest = "" if whole or len(names) <= FEW else f" and {len(names) - FEW} more"
    return ", ".join(map(safe, shown)) + rest


def _many(count: int, noun: str, *, plural: str = "s") -> str:
    return f"{count} {noun}{plural if count != 1 else ''}"
