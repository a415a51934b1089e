"""What the shell may complete: names of this project, as far as they are known without a tenant.

Nothing here is allowed to fail or to take long: what is unknown completes to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Completing = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

MOST_DOCUMENTS = 2_000
"""Manifests that are looked into: a person waits."""


def _completing(names: Callable[[Path], Iterable[str]]) -> Completing:
    """A completion from names of the project in a folder."""

    def complete(
        ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found: list[str] = []
        with suppress(Exception):  # whatever is wrong is told by the command itself
            found = sorted({each for each in names(_folder(ctx)) if each.startswith(incomplete)})
        return [CompletionItem(each) for each in found]

    return complete


def _folder(ctx: click.Context) -> Path:
    """The folder that the command line names, or this one."""
    here: click.Context | None = ctx
    while here is not None:
        if chosen := here.params.get("chdir"):
            return Path(chosen)
        here = here.parent
    return Path()


def _project(folder: Path) -> dict[str, Any]:
    """The project file as plain data; it may be wrong."""
    from reconciler.manifests.files import FILE  # noqa: PLC0415 - help does without manifests
    from reconciler.manifests.parse import parse  # noqa: PLC0415

    documents, _ = parse(FILE, (folder / FILE).read_bytes())
    found: dict[str, Any] = documents[0].value
    return found


def _tenants(folder: Path) -> Iterable[str]:
    return list(_project(folder)["tenants"])


def _addresses(folder: Path) -> Iterator[str]:
    """`Kind/name` of the manifests, which is unambiguous in most projects."""
    from reconciler.manifests.files import find  # noqa: PLC0415 - as above
    from reconciler.manifests.parse import parse  # noqa: PLC0415

    patterns = {p: None for each in _project(folder)["tenants"].values() for p in each["manifests"]}
    seen = 0
    for file in find(folder, patterns, may_be_none=True):
        for document in parse(file, (folder / file).read_bytes())[0]:
            with suppress(KeyError, TypeError):
                yield f"{document.value['kind']}/{document.value['metadata']['name']}"
            seen += 1
        if seen > MOST_DOCUMENTS:
            return


def _codes(_folder: Path) -> Iterable[str]:
    from reconciler.cli.codes import every_code  # noqa: PLC0415 - with it come the vendors

    return every_code()


def _vendors(_folder: Path) -> Iterable[str]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - only here

    from reconciler.contract.discover import ENTRY_POINTS  # noqa: PLC0415 - as above

    return entry_points(group=ENTRY_POINTS).names


tenants = _completing(_tenants)
vendors = _completing(_vendors)
addresses = _completing(_addresses)
codes = _completing(_codes)
