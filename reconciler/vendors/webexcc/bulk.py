"""Several objects written in one bulk call: each judged by itself, what is unsaid by reading.

The envelope (a 207 with a status for each item) is of Cisco's OpenAPI "Webex Contact Center" of
2026-05-04. That the call wants full objects, and that an empty answer means that nothing was
done, no document says: tenants were seen to do so.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from reconciler.errors import ReconcilerError, TenantError, UnknownOutcomeError
from reconciler.http import secrets
from reconciler.http.answers import SERVER, TOO_MANY, Answer, refusal
from reconciler.http.parallel import in_parallel
from reconciler.http.session import WriteSession
from reconciler.model.live import LiveObject
from reconciler.model.value import Values
from reconciler.vendor import Written
from reconciler.vendors.webex.answers import explain

Outcome: TypeAlias = Written | ReconcilerError

_OK = range(200, 300)
_BAD_REQUEST = 400
_ALONE = frozenset({_BAD_REQUEST, 403, 404, 405, 413})
"""Refusals of a whole call: nothing was done, and single calls tell what is wrong with which."""


@dataclass(frozen=True, slots=True)
class Going:
    """An object on its way: as it was read, as it is sent, and as it is if all of that is kept."""

    kind: str
    object_id: str
    values: Values
    expect: str
    current: Mapping[str, Any]
    body: dict[str, Any]
    whole: LiveObject
    before: LiveObject

    def leave_out_what_is_off(self, refused: TenantError) -> bool:
        """Drop the field that some tenants answer and do not take; False where it is none."""
        if refused.status != _BAD_REQUEST:
            return False
        found = re.search(r"\b(\w+) is not allowed when feature flag is disabled", str(refused))
        field = found[1] if found else ""
        if field not in self.current or self.body.get(field) != self.current[field]:
            return False
        del self.body[field]
        return True


@dataclass(frozen=True, slots=True)
class Bulk:
    """The bulk call of a kind, and what the client does of it with one object.

    - `landed`: the object where it is as it was sent, None where it is as before; raises
      StalePlanError where it is neither.
    - `read`: the object as it is after the write.
    - `alone`: the object written by a call of its own.
    """

    session: WriteSession
    path: str
    parallelism: int
    landed: Callable[[Going], Awaitable[LiveObject | None]]
    read: Callable[[Going], Awaitable[LiveObject | None]]
    alone: Callable[[Going], Awaitable[Written]]


class Together:
    """Objects that go out in one call: those that are still open, and what became of the rest."""

    def __init__(self, bulk: Bulk, going: Iterable[Going]) -> None:
        self._bulk = bulk
        self._open = {each.object_id: each for each in going}
        self._outcomes: dict[str, Outcome] = {}
        self._sent = 0
        self._lost: UnknownOutcomeError | None = None

    async def written(self) -> Mapping[str, Outcome]:
        """Send until nothing is open; what became of each object, by its id."""
        while self._open:
            try:
                done = await self._bulk.session.surely(self._send, self._all_found)
                self._sent += done.attempts
                if done.answer is not None:
                    await self._judge(done.answer)
            except TenantError as error:
                self._sent += error.attempts
                await self._refused(error)
            except ReconcilerError as error:
                self._settle_open(error)
        return self._outcomes

    async def _send(self) -> Answer:
        items = [
            {"itemIdentifier": number, "item": each.body, "requestAction": "SAVE"}
            for number, each in enumerate(self._open.values(), 1)
        ]
        try:
            return await self._bulk.session.patch(self._bulk.path, {"items": items})
        except UnknownOutcomeError as lost:
            self._lost = lost
            raise

    async def _all_found(self) -> bool | None:
        """After a lost answer: what landed is done, None where something is left to be sent."""
        assert self._lost is not None  # noqa: S101 - asked after a loss alone
        await self._find_out(self._lost, self._sent + self._lost.attempts)
        return None if self._open else True

    async def _find_out(self, unsaid: TenantError, sent: int) -> None:
        """Read each open object; open remain those that are as before."""

        async def one(going: Going) -> None:
            try:
                live = await self._bulk.landed(going)
            except TenantError as unread:
                unknown = UnknownOutcomeError.of(unsaid)
                unknown.__cause__ = unread
                self._settle(going, unknown, sent)
            except ReconcilerError as error:
                self._settle(going, error, sent)
            else:
                if live is not None:
                    self._settle(going, Written(live, unsaid.tracking_id), sent)

        await self._each(self._open.values(), one)

    async def _judge(self, answer: Answer) -> None:
        """A status for each item; what has none, or one that says little, is found out."""
        rows = _rows(answer.body, tuple(self._open))
        done = [each for key, each in self._open.items() if _status(rows.get(key)) in _OK]
        repeated = set()
        for key, going in list(self._open.items()):
            error = self._refusal(rows.get(key), answer)
            if error is None:
                continue
            if going.leave_out_what_is_off(error):
                repeated.add(key)
            elif self._lost is None:
                self._settle(going, error, self._sent)
            # after a loss an earlier attempt may be what this one stumbled over: found out below

        async def read_back(going: Going) -> None:
            try:
                live = await self._bulk.read(going)
                self._settle(going, Written(live, answer.tracking_id), self._sent)
            except ReconcilerError as error:
                unread = UnknownOutcomeError.unread(error, tracking_id=answer.tracking_id)
                self._settle(going, unread, self._sent)

        await self._each(done, read_back)
        await self._rest(answer, repeated)

    async def _rest(self, answer: Answer, repeated: Iterable[str]) -> None:
        """Find out what the answer leaves unsaid; what it left undone is written by itself."""
        later = {key: self._open.pop(key) for key in repeated}
        unsaid = TenantError(
            "TEN113",
            f"PATCH {self._bulk.path}: the answer does not say what became of the object",
            status=answer.status,
            tracking_id=answer.tracking_id,
        )
        await self._find_out(unsaid, self._sent)
        await self._each(self._open.values(), self._alone)
        self._open |= later

    def _refusal(self, row: Mapping[str, Any] | None, answer: Answer) -> TenantError | None:
        """The error of an item that the tenant certainly did not write."""
        status = _status(row)
        if row is None or status in _OK or status == TOO_MANY or not 0 < status < SERVER:
            return None
        reason, tracking_id = explain(secrets.without(row.get("apiError")), "")
        return refusal(
            f"PATCH {self._bulk.path}",
            status,
            secrets.redacted(reason),
            secrets.redacted(tracking_id) or answer.tracking_id,
        )

    async def _refused(self, error: TenantError) -> None:
        """The whole call was refused, or nobody knows what became of it."""
        if [each for each in self._open.values() if each.leave_out_what_is_off(error)]:
            return  # to be sent again without
        if error.status in _ALONE and not isinstance(error, UnknownOutcomeError):
            await self._each(self._open.values(), self._alone)
        self._settle_open(error)

    async def _alone(self, going: Going) -> None:
        try:
            self._settle(going, await self._bulk.alone(going), self._sent, more=True)
        except ReconcilerError as error:
            self._settle(going, error, self._sent, more=True)

    async def _each(self, going: Iterable[Going], work: Callable[[Going], Awaitable[None]]) -> None:
        await in_parallel(tuple(going), work, limit=self._bulk.parallelism)

    def _settle_open(self, error: ReconcilerError) -> None:
        for each in tuple(self._open.values()):
            self._settle(each, error, self._sent)

    def _settle(self, going: Going, outcome: Outcome, sent: int, *, more: bool = False) -> None:
        """Note what became of an object; `more` says that it was also sent by itself."""
        if isinstance(outcome, Written):
            outcome = replace(outcome, attempts=sent + outcome.attempts if more else sent)
        else:
            outcome = _own(outcome)
            if isinstance(outcome, TenantError):
                outcome.attempts = sent + outcome.attempts if more else sent
        self._outcomes[going.object_id] = outcome
        del self._open[going.object_id]


def _own(error: ReconcilerError) -> ReconcilerError:
    """The error as one object's own: what is added to it is told of no other."""
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    own.__cause__ = error.__cause__
    return own


def _rows(body: Any, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The items of an answer by the object that they are about; what cannot be told is left out."""
    items = body.get("items") if isinstance(body, dict) else None
    found: dict[str, Mapping[str, Any]] = {}
    for row in items if isinstance(items, list) else ():
        if isinstance(row, dict) and (object_id := _about(row, ids)) is not None:
            found[object_id] = row
    return found


def _about(row: Mapping[str, Any], ids: Sequence[str]) -> str | None:
    number = row.get("itemIdentifier")
    if type(number) is int:
        return ids[number - 1] if 0 < number <= len(ids) else None
    named = str(row.get("href") or "").rstrip("/").rpartition("/")[2]
    return named if named in ids else None


def _status(row: Mapping[str, Any] | None) -> int:
    """The status of an item, 0 where it says none."""
    status = row.get("status") if row else None
    return status if type(status) is int else 0
