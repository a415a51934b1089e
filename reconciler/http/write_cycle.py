"""The write cycle: fetch, compare with the expected digest, write once, read back.

It is the same for every kind of every vendor; a kind brings its `Codec`. No write goes over what
somebody else has changed, none whose answer is lost is repeated before a read shows that it did not
land, and reads that do not show a write yet are repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.contract.connection import Endpoint, Update, Written
from reconciler.errors import (
    AnotherObjectError,
    MisappliedWriteError,
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.codec import Codec, Fetched
from reconciler.http.retry import Landed
from reconciler.http.session import Answer, WriteSession
from reconciler.http.visibility import until_visible
from reconciler.model.live import LiveObject
from reconciler.model.value import Values

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update that is ready to be sent.

    `before` is the object as it was fetched, `body` the request, and `values` are what a read shows
    where the tenant keeps all of it.
    """

    update: Update
    before: Fetched
    body: dict[str, Any]
    values: Values

    @property
    def object_id(self) -> str:
        """The vendor's id of the object."""
        return self.update.object_id


Call = Callable[[Sequence[Answer]], Awaitable[Answer]]
"""One of several calls of an update; takes the answers of those before it."""


class WriteCycle:
    """Writes the objects of one kind for one writer, and remembers what reads may still show."""

    def __init__(self, codec: Codec, session: WriteSession, endpoint: Endpoint) -> None:
        self._codec = codec
        self._session = session
        self._waiting = endpoint.waiting
        self._replaced: dict[str, frozenset[str]] = {}
        """By id, the digests that an object had before this writer's writes."""

    async def fetch(self, object_id: str) -> LiveObject | None:
        """The object as it is now, None where it is gone."""
        try:
            return (await self._codec.fetch(object_id)).live
        except NotFoundError:
            return None

    async def create(self, values: Values) -> Written:
        """Create an object, and read it back; raises TenantError (TEN116) for another's."""
        codec = self._codec
        body = await codec.encode(values, None)
        result = codec.result(values, body, None)

        async def created() -> LiveObject | None:
            live = await codec.find(str(values["name"]))
            if live is not None and not _has(live, result):
                raise _another(codec, live)
            return live

        async def send() -> Answer:
            answer = await codec.create(body)
            codec.created_id(answer)
            return answer

        done = await self._session.surely(send, created, repeatable=False)
        if done.found is not None:
            return await self._read_back(done.found.id, done, result, None)
        assert done.answer is not None  # noqa: S101 - there is one of the two
        return await self._read_back(codec.created_id(done.answer), done, result, None)

    async def update(self, update: Update) -> Written:
        """Give the object other values, if it is as expected, and read it back."""
        pending = await self.prepare(update)

        async def send() -> Answer:
            while True:
                try:
                    return await self._codec.update(pending.object_id, pending.body)
                except TenantError as refused:
                    if not self.omit_refused(pending, refused):
                        raise

        done = await self._session.surely(send, lambda: self.landed(pending))
        before = pending.before.live
        return await self._read_back(pending.object_id, done, pending.values, before)

    async def update_in_calls(
        self, update: Update, calls: Callable[[LiveObject], Sequence[Call]]
    ) -> Written:
        """Do an update that takes several calls, each of which is written once.

        The object is read until it has all the values: what single calls leave is none of them.
        """
        before = (await self._expected(update.object_id, update.expect)).live
        sent: list[Answer] = []
        for call in calls(before):
            with _after(sent):
                sent.append(await call(sent))
        self._remember(update.object_id, before)
        tracking_id = sent[-1].tracking_id if sent else ""
        attempts = sum(answer.attempts for answer in sent)
        with _accepted(tracking_id, attempts):
            live = await self.until(
                update.object_id,
                lambda: self.fetch(update.object_id),
                lambda live: live is not None and _has(live, update.values),
            )
        return Written(live, tracking_id, max(attempts, 1))

    async def delete(self, object_id: str, expect: str) -> Written:
        """Delete the object, if it is as expected."""
        await self._expected(object_id, expect)

        async def gone() -> bool | None:
            live = await self.fetch(object_id)
            if live is not None and not live.is_as(expect):
                raise changed(self._codec.kind, object_id)
            return True if live is None else None

        done = await self._session.surely(lambda: self._codec.delete(object_id), gone)
        return Written(None, done.answer.tracking_id if done.answer else "", done.attempts)

    async def prepare(self, update: Update) -> PendingUpdate:
        """Fetch the object and encode the request; raises StalePlanError like `update`."""
        before = await self._expected(update.object_id, update.expect)
        body = await self._codec.encode(update.values, before.body)
        result = self._codec.result(update.values, body, before.body)
        return PendingUpdate(update, before, body, result)

    def omit_refused(self, pending: PendingUpdate, refused: TenantError) -> bool:
        """Take what was refused out of the request; False where it stands."""
        return self._codec.omit_refused(pending.body, pending.before.body, refused)

    async def landed(self, pending: PendingUpdate) -> LiveObject | None:
        """The object as it was sent, None where it is as before; raises StalePlanError."""
        live = await self.fetch(pending.object_id)
        if live is not None and live.is_as(pending.update.expect):
            return None
        if live is None or not _has(live, pending.values):
            raise changed(self._codec.kind, pending.object_id)
        return live

    async def visible(self, pending: PendingUpdate) -> LiveObject | None:
        """The object after its update: reads that show it as it was before are repeated."""
        return await self._visible(pending.object_id, pending.values, pending.before.live)

    async def until(
        self, object_id: str, read: Callable[[], Awaitable[T]], is_visible: Callable[[T], bool]
    ) -> T:
        """Read until the answer shows the write, or the time is up."""
        what = f"{self._codec.kind} {object_id} to appear as it was written"
        return await until_visible(read, is_visible, self._session.pace, self._waiting, what)

    async def _expected(self, object_id: str, expect: str) -> Fetched:
        """The object; raises StalePlanError where it is not as expected.

        A read that does not show this writer's own last write yet is repeated.
        """
        replaced = self._replaced.get(object_id)

        async def read() -> Fetched | NotFoundError:
            try:
                return await self._codec.fetch(object_id)
            except NotFoundError as missing:
                return missing

        def is_visible(found: Fetched | NotFoundError) -> bool:
            if replaced is None:
                return True
            if isinstance(found, NotFoundError):
                return False
            return found.live.is_as(expect) or found.live.digest not in replaced

        found = await self.until(object_id, read, is_visible)
        if isinstance(found, NotFoundError) and replaced is None:
            raise found
        if isinstance(found, NotFoundError) or not found.live.is_as(expect):
            raise changed(self._codec.kind, object_id)
        return found

    async def _read_back(
        self, object_id: str, done: Landed[LiveObject], values: Values, before: LiveObject | None
    ) -> Written:
        """The object as the tenant has it after a write, `before` it None for a new one.

        Raises UnknownOutcomeError where that cannot be read: the write itself was accepted.
        """
        if done.found is not None:
            self._remember(object_id, before)
            self._codec.read_back(done.found)
            return Written(done.found, "", done.attempts)
        tracking_id = done.answer.tracking_id if done.answer else ""
        with _accepted(tracking_id, done.attempts):
            live = await self._visible(object_id, values, before)
            if live is None and done.answer and self._codec.may_hide:
                # what a write takes out of the writer's own sight is shown by its answer alone
                live = self._codec.answered(object_id, done.answer)
            if live is None and before is None:
                raise NotFoundError("TEN104", f"there is no {self._codec.noun} {object_id} yet")
        return Written(live, tracking_id, done.attempts)

    async def _visible(
        self, object_id: str, values: Values, before: LiveObject | None
    ) -> LiveObject | None:
        self._remember(object_id, before)
        # a write that changes nothing leaves nothing to wait for
        changes = before is None or not _has(before, values)

        def is_visible(live: LiveObject | None) -> bool:
            if not changes:
                return True
            if live is None:
                return before is not None and self._codec.may_hide
            return before is None or not _is_same_version(live, before)

        live = await self.until(object_id, lambda: self.fetch(object_id), is_visible)
        if live is not None:
            self._codec.read_back(live)
        return live

    def _remember(self, object_id: str, before: LiveObject | None) -> None:
        """Keep what reads may still show of an object that this writer has written."""
        digests = (before.digest, before.part) if before else ()
        former = self._replaced.get(object_id, frozenset())
        self._replaced[object_id] = former | {digest for digest in digests if digest}


def _has(live: LiveObject, values: Values) -> bool:
    return all(live.values.get(key) == value for key, value in values.items())


def _is_same_version(live: LiveObject, before: LiveObject) -> bool:
    """Return whether a read after a write shows the object from before it."""
    mark = (live.digest, live.version, live.changed)
    return mark == (before.digest, before.version, before.changed)


def changed(kind: str, object_id: str) -> StalePlanError:
    """The refusal to write over what somebody else has changed."""
    return StalePlanError(
        "RUN104",
        f"{kind} {object_id} was changed by somebody after the plan was made",
        hint="nothing was written over it: make a new plan",
    )


def _another(codec: Codec, live: LiveObject) -> AnotherObjectError:
    return AnotherObjectError(
        "TEN116",
        f"{codec.create_call}: the tenant did not confirm it, and what carries the name is "
        f"another {codec.noun} ({live.id})",
        hint=f"{codec.who_made_it}, then run `reconciler plan`",
    )


@contextmanager
def _accepted(tracking_id: str, attempts: int) -> Iterator[None]:
    """Reads after a write that the tenant accepted: where one fails, the outcome is unknown."""
    try:
        yield
    except UnknownOutcomeError:
        raise
    except ReconcilerError as error:
        raise UnknownOutcomeError.unread(
            error, tracking_id=tracking_id, attempts=attempts
        ) from error


@contextmanager
def _after(sent: Sequence[Answer]) -> Iterator[None]:
    """A later call of one operation: where it fails, a part of the operation has landed.

    How the object was left is for a read to find out, so the outcome is unknown.
    """
    try:
        yield
    except MisappliedWriteError:
        raise
    except ReconcilerError as error:
        if not sent:
            raise
        own = error if isinstance(error, TenantError) else None
        partly = UnknownOutcomeError(
            error.told.code,
            f"a part of the change landed, and a later call failed: {error.told.summary}",
            status=own.status if own else None,
            tracking_id=own.tracking_id if own else "",
            detail=error.told.detail,
            lasting=own.lasting if own else False,
            hint="correct the cause, then run `reconciler apply --resume`: it does the rest",
        )
        partly.attempts = sum(answer.attempts for answer in sent) + (own.attempts if own else 0)
        raise partly from error
