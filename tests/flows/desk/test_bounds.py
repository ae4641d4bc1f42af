"""Numbers, dates, texts and lists that no desk should take, by each of the ways they can come in."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Extended, Identified, Paused, Remarked, Withdrawn, Withheld
from flows.desk.cases import catalogue, requests, words
from flows.desk.cases.amendments import NewAmendment, amend
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.cases.words import Entry
from flows.desk.integrity import audit
from flows.desk.kinds.bounds import MAX_VALUES, MAX_WORDS
from flows.desk.kinds.errors import DeskError, OutOfBoundsError
from flows.desk.kinds.values import Agent, IdentityMethod, NewRecording, Scope
from flows.intake.faults import IntakeError
from flows.intake.fields import instant_of
from flows.intake.recordings import import_recordings
from flows.intake.request_document import LAYOUT, parse_request
from flows.intake.tabular import record_of
from pipeline.listed_word import ListedWord
from pipeline.types import CaseName
from tests.desk_builders import ANALYST, CLERK, NOW, OTHER, PERSON, identified, new_request

LONG = "あ" * 5_000
MANY = tuple(f"0901234{n:04}" for n in range(MAX_VALUES + 1))

FAR_EAST, FAR_WEST = timezone(timedelta(hours=23, minutes=59)), timezone(-timedelta(hours=23, minutes=59))

REQUESTS = {
    "a fee of 10^30": {"fee_yen": 10**30},
    "a fee of 2^31": {"fee_yen": 2**31},
    "a fee of 2^63": {"fee_yen": 2**63},
    "a fee below nothing": {"fee_yen": -1},
    "received in the year 1": {"received_at": datetime(1, 1, 1, tzinfo=UTC)},
    "received in the year 1, far east": {"received_at": datetime(1, 1, 1, tzinfo=FAR_EAST)},
    "received in the year 9999, far west": {"received_at": datetime(9999, 12, 31, 23, tzinfo=FAR_WEST)},
    "calls since the year 1": {"scope": Scope(date(1, 1, 1), None)},
    "calls until the last day": {"scope": Scope(None, date(9999, 12, 31))},
    "a topic without end": {"scope": Scope(topic=LONG)},
    "a reference without end": {"reference": "1" * 201},
    "a member number without end": {"member_number": "x" * 5_000},
    "a proof without end": {"agent": Agent(CaseName("長谷川隆"), "power_of_attorney", LONG)},
    "a department without end": {"desk": LONG},
    "more phones than anybody has": {"requester": replace(PERSON, phones=MANY)},
    "more names than anybody has": {"requester": replace(PERSON, names=PERSON.names * 60)},
    "more numbers of calls than anybody has": {"scope": Scope(numbers=MANY)},
}


@pytest.mark.parametrize("what", REQUESTS)
def test_a_request_out_of_bounds_is_not_taken_in(desk, what):
    """Neither anew nor by a correction; the desk goes on."""
    with pytest.raises(OutOfBoundsError):
        requests.receive(desk, CLERK, new_request(**REQUESTS[what]))
    number = requests.receive(desk, CLERK, new_request(reference="受付-1")).number
    after = replace(requests.get(desk, number).content, **REQUESTS[what])
    with pytest.raises(OutOfBoundsError):
        amend(desk, OTHER, number, NewAmendment(after, "理由", 0))

    assert [one.number for one in requests.list_requests(desk)] == [number]
    assert audit.verify(desk) == ()


def test_the_largest_values_are_taken_in_and_found(desk):
    """At the very bounds, whatever is counted from them."""
    new = new_request(
        fee_yen=999_999_999,
        received_at=datetime(1900, 1, 1, tzinfo=UTC),
        scope=Scope(date(1900, 1, 1), date(2999, 12, 31), "あ" * 4_000, MANY[:MAX_VALUES]),
        reference="9" * 200,
    )
    request = requests.receive(desk, CLERK, new)

    assert requests.get(desk, request.number).content == new
    assert catalogue.search_for(desk, request) == ()


RECORDINGS = {
    "the year 1": {"started_at": datetime(1, 1, 1, tzinfo=FAR_EAST)},
    "the year 9999": {"started_at": datetime(9999, 12, 31, tzinfo=FAR_WEST)},
    "no number": {"duration": math.nan},
    "endless": {"duration": math.inf},
    "less than nothing": {"duration": -1.0},
    "years long": {"duration": 1e9},
    "an id without end": {"source_id": "x" * 300},
    "a place without end": {"uri": "/" + "x" * 5_000},
    "a thousand numbers": {"numbers": MANY * 20},
}


@pytest.mark.parametrize("what", RECORDINGS)
def test_a_recording_out_of_bounds_takes_its_list_with_it(desk, what):
    """Nothing of the list is in the catalogue."""
    good = NewRecording("good", NOW, "/calls/good.wav")
    with pytest.raises(OutOfBoundsError):
        catalogue.add_recordings(
            desk, CLERK, [good, replace(good, **{"source_id": "bad"} | RECORDINGS[what])]
        )

    assert catalogue.search(desk, RecordingQuery()) == ()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31), date(3000, 1, 1)])
def test_a_day_out_of_bounds_is_no_database_error(desk, day):
    """Of a search, of a due date, of an identity check."""
    number = requests.receive(desk, CLERK, new_request()).number
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for step in (
        lambda: catalogue.search(desk, RecordingQuery(first=day)),
        lambda: catalogue.search(desk, RecordingQuery(last=day)),
        lambda: do(desk, CLERK, Extended(number, day, "理由")),
        lambda: do(
            desk,
            CLERK,
            Identified(
                number,
                IdentityMethod.DRIVING_LICENCE,
                moment,
            ),
        ),
    ):
        with pytest.raises(OutOfBoundsError):
            step()


def test_notes_and_reasons_have_an_end(desk):
    """Whichever step they belong to."""
    number = identified(desk).number
    for step in (
        lambda: do(desk, CLERK, Remarked(number, LONG)),
        lambda: do(desk, CLERK, Paused(number, LONG)),
        lambda: do(desk, CLERK, Extended(number, date(2027, 12, 1), LONG)),
        lambda: do(desk, CLERK, Withdrawn(number, LONG)),
        lambda: do(desk, CLERK, Withheld(number, LONG)),
    ):
        with pytest.raises(OutOfBoundsError):
            step()
    assert requests.notes(desk, number) == ()


def test_a_list_of_words_has_an_end(desk):
    """Of entries, and each entry; what is on it can still be taken off."""
    number = identified(desk).number
    for text in ("あ" * 201, "𩸽" * 5_000):
        with pytest.raises(OutOfBoundsError):
            words.list_for_request(desk, ANALYST, number, Entry(ListedWord(text, "", "PERSON", True), "理由"))
    entries = [Entry(ListedWord(f"語{n}", "", "PERSON", True), "理由") for n in range(MAX_WORDS + 1)]
    after = words.merged(words._Kept(entry.word) for entry in entries)
    words._check_count(after[:MAX_WORDS], entries[0])
    words._check_count(after, replace(entries[0], gone=True))
    with pytest.raises(OutOfBoundsError):
        words._check_count(after, entries[0])


# ---- as documents --------------------------------------------------------------------------

WHOLE = {
    "reference": "受付-1",
    "received_at": "2026-11-20 10:15",
    "channel": "郵送",
    "name": "鈴木花子",
    "kana": "スズキハナコ",
}

TEXTS = {
    "fee_yen": ["1000000000", "1" * 31, "-1", "NaN", "Infinity", "1e400", "1e3", "0x10", "¥" * 40, "１" * 10],
    "received_at": [
        *("0001-01-01", "0000-01-01", "9999-12-31 23:59", "3000-01-01", "1899-12-31 23:59"),
        *("2026-11-20 10:15+24:00", "2026-11-20 10:15-99:99", "0001-01-01T00:00+23:59", "令和99年1月1日x"),
    ],
    "first": ["0001-01-01", "9999-12-31", "2026-02-30", "２０２６-13-01"],
    "reference": ["x" * 201],
    "topic": [LONG],
    "numbers": ["\n".join(MANY)],
    "phone": [";".join(MANY)],
    "name": ["\n".join(["鈴木花子"] * 51)],
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in TEXTS.items() for text in texts])
def test_a_field_out_of_bounds_is_a_mistake_with_a_reason(key, text):
    """Of a form or a row: told by its heading, without what stands there."""
    given = {**WHOLE, key: text} | ({"kana": ""} if key == "name" else {})
    with pytest.raises(IntakeError) as refused:
        parse_request(
            record_of({k: v for k, v in given.items() if v}, LAYOUT), NOW + timedelta(days=9), numbered=True
        )
    assert text not in str([fault.reason for fault in refused.value.faults])


NUMBERS = ["1e400", "-1e400", "NaN", "-1", "true", "[]", "1e300", "1" * 400, "0", '"1e400"', "null"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_length_out_of_bounds_is_a_mistake(desk, tmp_path, number):
    """JSON knows larger numbers than any column."""
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    entry = {"call_id": "1", "started_at": "2026-11-20 10:15", "file": "a.wav", "duration": 0}
    path = tmp_path / "list.json"
    path.write_text(json.dumps([entry]).replace('"duration": 0', f'"duration": {number}'), encoding="utf-8")
    if number == "null":
        assert len(import_recordings(desk, CLERK, path).new) == 1
        return
    with pytest.raises(DeskError):
        import_recordings(desk, CLERK, path)
    assert catalogue.search(desk, RecordingQuery()) == ()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "0001-01-01T00:00:00+09:00",
            "9999-12-31T23:59:59-23:59",
            "3000-01-01T00:00:00Z",
            "2026-11-20T10:15:00",
        ),
        *("2026-11-20T10:15:00+24:00", "２０２６-11-20T10:15:00Z", "2026-11-20T10:15:00Z" + " " * 40),
    ],
)
def test_an_instant_out_of_bounds_is_none(text):
    """As programs write them."""
    found = instant_of(text)
    assert found is None or found.year == 2026


# ---- long lists ----------------------------------------------------------------------------


def test_a_long_list_is_written_in_parts(desk, monkeypatch):
    """Others may write between them; a kill leaves a list that the same import completes."""
    monkeypatch.setattr(catalogue, "BATCH_RECORDINGS", 3)
    news = [NewRecording(f"n{n}", NOW, f"/calls/{n}.wav") for n in range(8)]
    add, calls = catalogue._add_batch, []

    def killed(*given):
        calls.append(len(given[2]))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return add(*given)

    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "_add_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            catalogue.add_recordings(desk, CLERK, news)
    assert calls == [3, 3]
    assert len(catalogue.search(desk, RecordingQuery())) == 3
    again = catalogue.add_recordings(desk, CLERK, [*news, news[0]])

    assert (len(again.new), again.known) == (5, 4)
    assert [entry.action for entry in audit.entries(desk)].count("recordings.add") == 3


def test_a_recording_that_is_listed_twice_is_added_once(desk, monkeypatch):
    """In one part or in two."""
    one = NewRecording("n1", NOW, "/calls/1.wav")
    monkeypatch.setattr(catalogue, "BATCH_RECORDINGS", 2)
    added = catalogue.add_recordings(desk, CLERK, [one, one, replace(one), one, one])

    assert (len(added.new), added.known) == (1, 4)
    with pytest.raises(DeskError, match="1件目"):
        catalogue.add_recordings(desk, CLERK, [replace(one, source_id=" n1 ")])


def test_a_contradiction_at_the_end_of_a_long_list_stops_all_of_it(desk, monkeypatch):
    """Within the list, or with the catalogue: found before anything is written."""
    monkeypatch.setattr(catalogue, "BATCH_RECORDINGS", 2)
    news = [NewRecording(f"n{n}", NOW, f"/calls/{n}.wav") for n in range(5)]
    with pytest.raises(DeskError, match="6件目"):
        catalogue.add_recordings(desk, CLERK, [*news, replace(news[0], uri="/other")])

    assert catalogue.search(desk, RecordingQuery()) == ()
