"""What accepting drift makes of manifests, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reconciler.engine.accepting import Accepted
from reconciler.model.address import Address
from reconciler.planning.merge_plans import finding
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint
from reconciler.reporting.unified import unified


def accepted(found: Sequence[Accepted], paint: Paint) -> str:
    """The lines of files that change, what stays drift and why, and a line that counts."""
    return "\n".join(_accepted(found, paint)) + "\n"


def _accepted(found: Sequence[Accepted], paint: Paint) -> Iterator[str]:
    if files := _files(found):
        before = {file: data for each in found for file, data in each.before.items()}
        yield "To accept it, these files change:"
        yield ""
        yield unified(before, files, paint)
        yield ""
    for each in found:
        yield from _notes(each, paint)
    yield _counted(found, len(files), paint)


def _notes(each: Accepted, paint: Paint) -> Iterator[str]:
    for address, attributes in each.unmanaged.items():
        what = ", ".join(attributes)
        yield f"{_short(address)}: {what} can be declared by no manifest now, and is left alone."
    if each.elsewhere:
        tenants = Counter(Address.parse(address).tenant for address in each.elsewhere)
        for tenant, count in tenants.items():
            yield (
                f"{paint('Note:', 'bold yellow')} {safe(tenant)} uses these files too: "
                f"{_of(count, 'object')} of it will wait for an apply."
            )
    if each.also:
        listed = ", ".join(map(_short, each.also))
        yield f"Changed as well, as they refer to what was renamed: {listed}."
    for refused in each.not_accepted:
        yield f"{paint('Not accepted:', 'bold yellow')} {_short(refused.address)}"
        yield f"  {safe(refused.why)}"
    if each.unmanaged or each.also or each.elsewhere or each.not_accepted:
        yield ""


def _counted(found: Sequence[Accepted], files: int, paint: Paint) -> str:
    done = sum(len(each.accepted) for each in found)
    left = sum(len(each.not_accepted) for each in found)
    if not done:
        return (
            f"{paint('Nothing to accept.', 'bold')} {_of(left, 'object')} stays as it is."
            if (left)
            else paint("Nothing to accept.", "bold")
        )
    more = f", {left} not" if left else ""
    return f"{paint('Accept:', 'bold')} {_of(done, 'object')} into {_of(files, 'file')}{more}."


def written(found: Sequence[Accepted]) -> str:
    """What was done, in a line."""
    done = sum(len(each.accepted) for each in found)
    return (
        f"Accepted: {_of(done, 'object')} into {_of(len(_files(found)), 'file')}. "
        "Look at them with `git diff`, and commit them."
    )


def as_json(found: Sequence[Accepted], *, written: bool) -> dict[str, Any]:
    """The same for machines."""
    return {
        "written": written,
        "files": [
            {"path": file, "new": not any(file in each.before for each in found)}
            for file in sorted(_files(found))
        ],
        "accepted": [address for each in found for address in each.accepted],
        "not_accepted": [asdict(refused) for each in found for refused in each.not_accepted],
        "unmanaged": {a: list(e) for each in found for a, e in each.unmanaged.items()},
        "changed_elsewhere": [address for each in found for address in each.elsewhere],
        "also_changed": [address for each in found for address in each.also],
        "new": [
            {"address": str(new.address), "id": new.draft.live.id, "file": new.file}
            for each in found
            for new in each.new
        ],
        "diagnostics": [asdict(finding(d)) for each in found for d in each.findings],
    }


def _files(found: Sequence[Accepted]) -> Mapping[str, bytes]:
    return {file: data for each in found for file, data in each.files.items()}


def _short(address: str) -> str:
    return safe(Address.parse(address).short)


def _of(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count:,} {what}s"
