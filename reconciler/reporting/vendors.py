"""The systems that are installed: what each offers, and why it does not offer the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any

from reconciler.contract.answers import offered
from reconciler.contract.credentials import ANY_WAY
from reconciler.contract.table import PARTS, Hook, answers
from reconciler.contract.vendor import Vendor
from reconciler.reporting.paint import Paint

GIVEN, LACKING = "yes", "-"
LEAST_WIDTH = 40


def table(vendors: Iterable[Vendor], paint: Paint, width: int) -> str:
    """A table for each system, and below it the reason of each hook that it does not offer."""
    width = max(width, LEAST_WIDTH)
    return "\n\n".join("\n".join(_vendor(each, paint, width)) for each in vendors)


def document(vendors: Iterable[Vendor]) -> list[dict[str, Any]]:
    """The same for machines; a hook that is given has no reason and no document."""
    return [
        {
            "vendor": vendor.name,
            "title": vendor.title,
            "api_version": vendor.api_version,
            "regions": list(vendor.regions),
            "credentials": _credentials(vendor),
            "assumed": dict(vendor.assumed),
            "kinds": [kind.name for kind in vendor.kinds],
            "hooks": [
                {
                    "kind": each.kind or None,
                    "part": each.part or "vendor",
                    "hook": each.name,
                    "offered": each.is_given,
                    "reason": each.reason or None,
                    "document": each.document or None,
                }
                for each in answers(vendor)
            ],
        }
        for vendor in vendors
    ]


def _vendor(vendor: Vendor, paint: Paint, width: int) -> Iterator[str]:
    every = tuple(answers(vendor))
    yield paint(f"{vendor.title}", "bold")
    yield f"  vendor: {vendor.name}   apiVersion: {vendor.api_version}"
    yield from _indented(f"regions: {', '.join(vendor.regions)}", width)
    yield from _indented(f"credentials: {', '.join(_credentials(vendor))}", width)
    for name, what in vendor.assumed.items():
        yield from _indented(f"assumed {name}: {what}", width)
    yield ""
    yield from _matrix(vendor, every, paint)
    yield ""
    yield paint("  Not offered", "bold")
    for each in every:
        if not each.is_given:
            yield from _reason(each, width)


def _credentials(vendor: Vendor) -> list[str]:
    """The keys that may stand under `credentials`."""
    by_itself = ANY_WAY if offered(vendor.token) else ()
    return [*by_itself, *(form.key for form in vendor.credential_forms)]


def _matrix(vendor: Vendor, every: Iterable[Hook], paint: Paint) -> Iterator[str]:
    """One row a hook, one column a kind."""
    kinds = [kind.name for kind in vendor.kinds]
    of_vendor = [each for each in every if not each.kind]
    marks = {(e.kind, e.part, e.name): GIVEN if e.is_given else LACKING for e in every}
    first = max(len(_words(each.name)) for each in every) + 4
    yield f"  {'':{first}}" + "  ".join(kinds)
    for part, title in PARTS.items():
        yield paint(f"  {title}", "bold")
        for name in dict.fromkeys(n for _, p, n in marks if p == part):
            cells = (f"{marks[kind, part, name]:{len(kind)}}" for kind in kinds)
            yield f"    {_words(name):{first - 2}}{'  '.join(cells)}".rstrip()
    yield paint("  the system as a whole", "bold")
    for each in of_vendor:
        yield f"    {_words(each.name):{first - 2}}{GIVEN if each.is_given else LACKING}"


def _reason(each: Hook, width: int) -> Iterator[str]:
    whose = f"{each.kind}, " if each.kind else ""
    text = f"{whose}{_words(each.name)}: {each.reason} ({each.document})"
    yield from _wrapped(text, width, "    ")


def _indented(text: str, width: int) -> list[str]:
    return _wrapped(text, width, "  ")


def _wrapped(text: str, width: int, margin: str) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_on_hyphens=False,
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
