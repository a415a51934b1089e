"""The codec of a kind: how its objects are addressed, decoded and encoded.

`http/write_cycle.py` does the rest. A kind that is never created, deleted or written whole leaves
those methods out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import TenantError
from reconciler.http.session import Answer
from reconciler.model.live import LiveObject
from reconciler.model.value import Values

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as the tenant answered it, and in normal form."""

    body: Body
    live: LiveObject


class Codec(ABC):
    """Address, decode and encode the objects of one kind.

    - `create_call`: the call that creates an object, for messages.
    - `noun`: what messages call an object of the kind.
    - `who_made_it`: what to do about an object of the same name that somebody else created.
    - `may_hide`: a write may put an object out of the writer's own sight; its answer counts then.
    """

    kind: str
    create_call: str = ""
    noun: str = "object"
    who_made_it: str = ""
    may_hide: bool = False

    @abstractmethod
    async def fetch(self, object_id: str) -> Fetched:
        """Fetch one object; raises NotFoundError."""

    @abstractmethod
    async def find(self, name: str) -> LiveObject | None:
        """The object that carries this name, None where there is none."""

    async def encode(self, values: Values, current: Body | None) -> dict[str, Any]:
        """The request that creates an object, or gives these values to the `current` one."""
        raise AssertionError(f"{self.kind} is not written whole ({len(values)}, {current is None})")

    def result(self, values: Values, _body: Body, _current: Body | None) -> Values:
        """The values that a read shows once the body has landed."""
        return values

    def answered(self, object_id: str, answer: Answer) -> LiveObject | None:
        """The object in the answer to a write, None where it has none.

        For kinds of which a write may hide objects.
        """
        raise AssertionError(f"{self.kind} {object_id}: the answer ({answer.status}) is not read")

    def created_id(self, answer: Answer) -> str:
        """The id of a created object; raises UnknownOutcomeError where the answer has none."""
        raise AssertionError(f"{self.kind} cannot be created ({answer.status})")

    async def create(self, body: Body) -> Answer:
        """Send the request that creates an object."""
        raise AssertionError(f"{self.kind} cannot be created ({len(body)} fields)")

    async def update(self, object_id: str, body: Body) -> Answer:
        """Send the request that changes an object."""
        raise AssertionError(f"{self.kind} {object_id} is not written whole ({len(body)} fields)")

    async def delete(self, object_id: str) -> Answer:
        """Send the request that deletes an object."""
        raise AssertionError(f"{self.kind} {object_id} cannot be deleted")

    def omit_refused(self, _body: dict[str, Any], _current: Body, _refused: TenantError) -> bool:
        """Take what the tenant refused out of the body; False where nothing may be taken out."""
        return False

    def read_back(self, _live: LiveObject) -> None:
        """Remember of an object after a write what other codecs need; nothing by default."""
        return
