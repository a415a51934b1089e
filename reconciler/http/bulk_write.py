"""Several objects written in one call: each judged by itself, what is unsaid by reading.

A vendor brings a `BulkCodec`: how the call is sent, and what its answer says of each object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Protocol, TypeAlias

from reconciler.contract.connection import Update, Written
from reconciler.errors import ReconcilerError, TenantError, UnknownOutcomeError
from reconciler.http.parallel import in_parallel
from reconciler.http.session import Answer, WriteSession
from reconciler.http.write_cycle import PendingUpdate, WriteCycle

Outcome: TypeAlias = Written | ReconcilerError

_ALONE = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    }
)
"""Refusals of a whole call: nothing was done, and single calls show what is wrong with which."""


class BulkCodec(Protocol):
    """The bulk call of a kind; `call` names it in messages."""

    call: str

    async def send(self, updates: Sequence[PendingUpdate]) -> Answer:
        """Send the call."""

    def judge(self, answer: Answer, ids: Sequence[str]) -> Mapping[str, TenantError | None]:
        """The outcomes in the answer of the objects that were sent, in that order.

        None where it was written, the error where it certainly was not. An object of which the
        answer says neither is left out.
        """


async def write_in_bulk(
    codec: BulkCodec,
    cycle: WriteCycle,
    session: WriteSession,
    updates: Sequence[Update],
    *,
    parallelism: int,
) -> list[Outcome]:
    """Do the updates in one call, each if its object is as expected; read each back.

    Where the tenant refuses the whole call (403, 404, 405: it has none, or not for who
    applies; 400, 413: it does not take these together) each goes out by itself, as it does where
    an answer says nothing of it and a read shows it undone.
    """

    async def prepare(update: Update) -> PendingUpdate | ReconcilerError:
        try:
            return await cycle.prepare(update)
        except ReconcilerError as error:
            return error

    prepared = await in_parallel(updates, prepare, limit=parallelism)
    pending = [each for each in prepared if isinstance(each, PendingUpdate)]
    outcomes = await _BulkWrite(codec, cycle, session, pending, parallelism).write()
    return [
        outcomes[each.object_id] if isinstance(each, PendingUpdate) else each for each in prepared
    ]


class _BulkWrite:
    """Objects that go out in one call: those that are still open, and what became of the rest."""

    def __init__(
        self,
        codec: BulkCodec,
        cycle: WriteCycle,
        session: WriteSession,
        pending: Iterable[PendingUpdate],
        parallelism: int,
    ) -> None:
        self._codec = codec
        self._cycle = cycle
        self._session = session
        self._parallelism = parallelism
        self._open = {each.object_id: each for each in pending}
        self._outcomes: dict[str, Outcome] = {}
        self._sent = 0
        self._lost: UnknownOutcomeError | None = None

    async def write(self) -> Mapping[str, Outcome]:
        """Send until nothing is open; what became of each object, by its id."""
        while self._open:
            try:
                done = await self._session.surely(self._send, self._all_found)
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
        try:
            return await self._codec.send(tuple(self._open.values()))
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

        async def one(pending: PendingUpdate) -> None:
            try:
                live = await self._cycle.landed(pending)
            except TenantError as unread:
                unknown = UnknownOutcomeError.of(unsaid)
                unknown.__cause__ = unread
                self._settle(pending, unknown, sent)
            except ReconcilerError as error:
                self._settle(pending, error, sent)
            else:
                if live is not None:
                    self._settle(pending, Written(live, unsaid.tracking_id), sent)

        await self._each(self._open.values(), one)

    async def _judge(self, answer: Answer) -> None:
        """Settle what the answer says of each object; what it says little of is found out."""
        verdicts = self._codec.judge(answer, tuple(self._open))
        done = [self._open[key] for key, error in verdicts.items() if error is None]
        repeated = set()
        for key, error in verdicts.items():
            if error is None:
                continue
            if self._cycle.omit_refused(self._open[key], error):
                repeated.add(key)
            elif self._lost is None:
                self._settle(self._open[key], error, self._sent)
            # after a loss an earlier attempt may be what this one stumbled over: found out below

        async def read_back(pending: PendingUpdate) -> None:
            try:
                live = await self._cycle.visible(pending)
                self._settle(pending, Written(live, answer.tracking_id), self._sent)
            except ReconcilerError as error:
                unread = UnknownOutcomeError.unread(error, tracking_id=answer.tracking_id)
                self._settle(pending, unread, self._sent)

        await self._each(done, read_back)
        await self._rest(answer, repeated)

    async def _rest(self, answer: Answer, repeated: Iterable[str]) -> None:
        """Find out what the answer leaves unsaid; what it left undone is written by itself."""
        later = {key: self._open.pop(key) for key in repeated}
        unsaid = TenantError(
            "TEN113",
            f"{self._codec.call}: the answer does not say what became of the object",
            status=answer.status,
            tracking_id=answer.tracking_id,
        )
        await self._find_out(unsaid, self._sent)
        await self._each(self._open.values(), self._alone)
        self._open |= later

    async def _refused(self, error: TenantError) -> None:
        """The whole call was refused, or nobody knows what became of it."""
        if [each for each in self._open.values() if self._cycle.omit_refused(each, error)]:
            return  # to be sent again without
        if error.status in _ALONE and not isinstance(error, UnknownOutcomeError):
            await self._each(self._open.values(), self._alone)
        self._settle_open(error)

    async def _alone(self, pending: PendingUpdate) -> None:
        try:
            written = await self._cycle.update(pending.update)
            self._settle(pending, written, self._sent, more=True)
        except ReconcilerError as error:
            self._settle(pending, error, self._sent, more=True)

    async def _each(
        self, pending: Iterable[PendingUpdate], work: Callable[[PendingUpdate], Awaitable[None]]
    ) -> None:
        await in_parallel(tuple(pending), work, limit=self._parallelism)

    def _settle_open(self, error: ReconcilerError) -> None:
        for each in tuple(self._open.values()):
            self._settle(each, error, self._sent)

    def _settle(
        self, pending: PendingUpdate, outcome: Outcome, sent: int, *, more: bool = False
    ) -> None:
        """Take down what became of an object; `more` says that it was also sent by itself."""
        if isinstance(outcome, Written):
            outcome = replace(outcome, attempts=sent + outcome.attempts if more else sent)
        else:
            outcome = _own(outcome)
            if isinstance(outcome, TenantError):
                outcome.attempts = sent + outcome.attempts if more else sent
        self._outcomes[pending.object_id] = outcome
        del self._open[pending.object_id]


def _own(error: ReconcilerError) -> ReconcilerError:
    """The error as one object's own: what is added to it belongs to no other."""
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    own.__cause__ = error.__cause__
    return own
