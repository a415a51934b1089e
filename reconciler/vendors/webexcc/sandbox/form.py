"""A form of the console: what somebody fills in, found by name among what they see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.audit import record


@dataclass(frozen=True, slots=True)
class Form:
    """One action's KEY=VALUE pairs; `usage` is shown where they do not fit. Raises SandboxError."""

    access: Access
    action: str
    usage: str
    fields: dict[str, str]

    def take(self, key: str) -> str:
        """The value of a field that has to be there; it is not among the rest from then on."""
        if key not in self.fields:
            raise self._wrong(f"{self.action} needs {key}=…")
        return self.fields.pop(key)

    def rest(self) -> Iterator[tuple[str, str]]:
        """The fields that were not taken."""
        yield from self.fields.items()

    def named(self, kind: str, name: str) -> Body:
        """The thing of that name, if it is seen."""
        found = self.access.data.store.named(kind, name.strip())
        if found is None or not self.access.sees(kind, str(found["id"])):
            raise SandboxError("PRJ127", f"the tenant has no {kind} `{name}`")
        return found

    def ids(self, kind: str, names: str) -> list[str]:
        """The ids of things named in one value; none where it is empty."""
        return [self.named(kind, name)["id"] for name in names.split(",") if name]

    def record(self, did: str, kind: str, body: Body) -> None:
        """What was done is one event, by who fills in the form, whatever else follows from it."""
        record(self.access.data, self.access.identity, did, kind, body)

    def unknown(self, key: str) -> SandboxError:
        """The error for a field that the form does not have."""
        return self._wrong(f"{self.action} knows no `{key}`")

    def _wrong(self, what: str) -> SandboxError:
        return SandboxError("PRJ127", what, hint=f"{self.action} {self.usage}")
