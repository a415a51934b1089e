"""Who probably changed something: never somebody without an event, as sure as the log allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.audit import AuditEvent
from reconciler.planning.attribution import (
    CLOCKS,
    NEAR,
    OwnWrite,
    Subject,
    Window,
    attribute,
    in_words,
    log_of,
)
from tests.examples import examples

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANGED = NOW - 10 * MINUTE
APPLIED = NOW - 60 * MINUTE
WINDOW = Window(APPLIED, NOW)
KIM, SAM, BOT = "kim@x.example", "sam@x.example", "bot@x.example"
LEAD = "9d3f3c1e-5d0c-4f54-9d9e-0a6f4f0b1c11"
OTHER = "11111111-5d0c-4f54-9d9e-0a6f4f0b1c11"


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


SUBJECT = Subject(LEAD, frozenset({"Billing lead"}), ms(CHANGED))


def event(actor: str, at: datetime = CHANGED, **more: str) -> AuditEvent:
    """An event of the lead, by its id where nothing else is said."""
    more = more or {"target_id": LEAD}
    return AuditEvent(f"{actor}-{at}-{sorted(more.items())}", at, actor, fits=True, **more)


def told(*events: AuditEvent, own: tuple[OwnWrite, ...] = (), subject: Subject = SUBJECT) -> str:
    """Who it was, how sure that is, and who else; empty where nobody is named."""
    found = attribute(subject, WINDOW, log_of(events, own))
    return "" if found is None else " ".join((found.confidence, found.by, *found.others))


UNDATED = Subject(LEAD, SUBJECT.names)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((), ""),
        ((event(KIM),), f"certain {KIM}"),
        ((event(KIM), event(KIM, CHANGED - MINUTE)), f"certain {KIM}"),
        ((event(KIM, CHANGED - MINUTE),), f"possible {KIM}"),
        ((event(KIM), event(SAM, CHANGED - MINUTE)), f"likely {KIM} {SAM}"),
        ((event(KIM, CHANGED - MINUTE), event(SAM, CHANGED + MINUTE)), f"possible {KIM} {SAM}"),
        ((event(KIM, APPLIED - MINUTE),), ""),
        ((event(KIM, target_id=OTHER),), ""),
        ((event(KIM, target_id=LEAD.upper()),), f"certain {KIM}"),
        ((event(KIM, target_name="billing  lead"),), ""),
        ((event(KIM, target_name="Billing lead "),), f"likely {KIM}"),
        ((event(KIM, target_name="BILLING LEAD"),), f"likely {KIM}"),
        ((event(KIM, target_name="Billing lead", target_id=OTHER),), f"possible {KIM}"),
        ((event(KIM, CHANGED - MINUTE, target_name="Billing lead"),), f"possible {KIM}"),
        (
            (event(KIM, target_name="Billing lead"), event(SAM, target_name="Billing lead")),
            f"possible {SAM} {KIM}",
        ),
        ((event(KIM), event(SAM, target_name="Billing lead")), f"certain {KIM}"),
        ((event(KIM, action="edited"),), f"possible {KIM}"),
        ((event(KIM, CHANGED + MINUTE, action="edited"),), ""),
        ((event(""),), ""),
    ],
)
def test_as_sure_as_the_log_allows(events: tuple[AuditEvent, ...], said: str) -> None:
    assert told(*events) == said


def test_without_the_moment_of_a_change_the_last_event_counts() -> None:
    earlier, later = event(SAM, CHANGED - MINUTE), event(KIM, CHANGED + MINUTE)
    assert told(later, subject=UNDATED) == f"likely {KIM}"
    assert told(earlier, later, subject=UNDATED) == f"possible {KIM} {SAM}"
    assert told(event(KIM, action="edited"), subject=UNDATED) == ""


def test_a_name_that_others_carry_is_hardly_a_sign() -> None:
    shared = Subject(LEAD, SUBJECT.names, ms(CHANGED), is_only=False)
    assert told(event(KIM, target_name="Billing lead"), subject=shared) == f"possible {KIM}"


def test_a_former_name_is_one() -> None:
    renamed = Subject(LEAD, frozenset({"Billing lead", "Old lead"}), ms(CHANGED))
    assert told(event(KIM, target_name="Old lead"), subject=renamed) == f"likely {KIM}"


def own(begun: datetime, *, names: tuple[str, ...] = ("Billing lead",), **more: str) -> OwnWrite:
    given = {"actor": BOT} | more
    return OwnWrite(LEAD, frozenset(names), begun, begun + timedelta(seconds=2), **given)


@pytest.mark.parametrize("more", [{}, {"target_name": "billing lead"}, {"action": "edited"}])
def test_what_an_apply_of_ours_did_is_nobodys(more: dict[str, str]) -> None:
    second = timedelta(seconds=1)
    for off in (second, -20 * second, 30 * second):  # clocks differ
        written = event(BOT, CHANGED + off, **more)
        assert told(written, own=(own(CHANGED),)) == ""
    assert told(event(KIM, CHANGED + second, **more), own=(own(CHANGED),)).endswith(KIM)


def test_the_same_person_may_have_changed_it_by_hand() -> None:
    ours, by_hand = event(BOT, CHANGED - 20 * MINUTE), event(BOT)
    assert told(ours, by_hand, own=(own(CHANGED - 20 * MINUTE),)) == f"certain {BOT}"
    soon = CHANGED - timedelta(seconds=5)
    assert told(event(BOT, soon), by_hand, own=(own(soon),)) == f"certain {BOT}"


def test_a_request_of_ours_is_ours_whenever_it_was() -> None:
    request = "0a6f4f0b-5d0c-4f54-9d9e-9d3f3c1e1c11"
    tracked = event(BOT, target_id=LEAD, tracking_id=f"ATLAS_{request}_3")
    long_ago = own(APPLIED, tracking_id=f"ccconfig_{request.upper()}")
    assert told(tracked, own=(long_ago,)) == ""
    assert told(tracked) == f"certain {BOT}"


def test_where_nothing_tells_whose_credentials_were_used_everybody_is_left_out() -> None:
    assert told(event(KIM), own=(own(CHANGED, actor=""),)) == ""


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((event(KIM),), f"by {KIM} on 2026-11-25 11:50 UTC"),
        (
            (event(KIM), event(SAM, CHANGED - MINUTE)),
            f"probably by {KIM} on 2026-11-25 11:50 UTC, or by {SAM}",
        ),
        ((event(KIM, action="edited"),), f"perhaps by {KIM} on 2026-11-25 11:50 UTC"),
    ],
)
def test_words_say_how_sure_it_is(events: tuple[AuditEvent, ...], said: str) -> None:
    found = attribute(SUBJECT, WINDOW, log_of(events))
    assert found is not None
    assert in_words(found) == said


people = st.sampled_from((KIM, SAM, BOT, ""))
ids = st.sampled_from((LEAD, OTHER, ""))
names = st.sampled_from(("Billing lead", "BILLING LEAD", "Other", ""))
moments = st.integers(-7200, 300).map(lambda seconds: NOW + timedelta(seconds=seconds))
logs = st.lists(
    st.builds(
        AuditEvent,
        st.uuids().map(str),
        moments,
        people,
        target_id=ids,
        target_name=names,
        fits=st.booleans(),
    ),
    max_size=8,
)
writes = st.lists(st.builds(own, moments, actor=st.sampled_from((KIM, BOT))), max_size=3).map(tuple)
subjects = st.builds(
    Subject,
    st.just(LEAD),
    st.just(SUBJECT.names),
    st.one_of(st.none(), moments.map(ms)),
    is_only=st.booleans(),
)


@examples(200)
@given(logs, writes, subjects)
def test_nobody_is_named_without_an_event_of_their_own(
    events: list[AuditEvent], ours: tuple[OwnWrite, ...], subject: Subject
) -> None:
    found = attribute(subject, WINDOW, log_of(events, ours))
    if found is None:
        return
    (best,) = [each for each in events if each.id == found.event]
    assert (best.actor, best.at) == (found.by, found.at)
    moment = subject.moment
    fitting = {
        each.actor
        for each in events
        if each.target_id == LEAD
        or each.target_name.lower() == "billing lead"
        or (each.fits and not each.target_id and not each.target_name)
        if APPLIED <= each.at <= NOW + CLOCKS or (moment and abs(each.at - moment) <= NEAR)
    }
    assert {found.by, *found.others} <= fitting - {""}
    assert found.by not in found.others
    assert len(found.others) == len(set(found.others))
    if found.confidence == "certain":
        assert best.target_id == LEAD
        assert not found.others


@examples(200)
@given(logs, st.sampled_from((KIM, SAM)), moments)
def test_who_did_it_is_named_where_the_log_tells_the_object(
    events: list[AuditEvent], author: str, moment: datetime
) -> None:
    elsewhen = [each for each in events if abs(each.at - moment) > NEAR]
    by_them = AuditEvent("the one", moment, author, target_id=LEAD)
    subject = Subject(LEAD, SUBJECT.names, ms(moment))
    found = attribute(subject, WINDOW, log_of([*elsewhen, by_them]))
    assert found is not None
    assert (found.by, found.event) == (author, "the one")
    assert found.confidence == ("likely" if found.others else "certain")
