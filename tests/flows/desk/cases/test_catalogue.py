from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.kinds.errors import DuplicateError, NotFoundError
from flows.desk.kinds.values import NewRecording
from tests.desk_builders import CLERK

AT = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


def recording(name: str, **more: object) -> NewRecording:
    """A recording as the telephone system lists it."""
    content = {"source_id": name, "started_at": AT, "uri": f"/calls/{name}.wav"} | more
    return NewRecording(**content)


ONE = recording(
    "1", numbers=("03-1234-5678", "0120444444"), customer_id="C-1", operator="山本", duration=61.5
)
TWO = recording("2", started_at=datetime(2026, 10, 5, 15, 0, tzinfo=UTC), customer_id="C-2", operator="山本")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (RecordingQuery(), [ONE, TWO]),
        (RecordingQuery(number="+81 3 1234 5678"), [ONE]),
        (RecordingQuery(customer_id="ｃ－２"), [TWO]),
        (RecordingQuery(operator="山本"), [ONE, TWO]),
        (RecordingQuery(operator="山本", customer_id="C-1"), [ONE]),
        (RecordingQuery(source_id="2"), [TWO]),
        (RecordingQuery(source_id="3"), []),
        # 15:00 UTC is the next day's midnight in Japan.
        (RecordingQuery(last=date(2026, 10, 5)), [ONE]),
        (RecordingQuery(first=date(2026, 10, 6)), [TWO]),
        (RecordingQuery(limit=1), [ONE]),
    ],
)
def test_recordings_are_found_without_clear_text(desk, query, found):
    """By any of what they are known by, and by Japanese dates."""
    catalogue.add_recordings(desk, CLERK, [TWO, ONE])

    assert [hit.content for hit in catalogue.search(desk, query)] == found


def test_importing_twice_adds_nothing(desk):
    """A list that has grown brings what is new."""
    catalogue.add_recordings(desk, CLERK, [ONE])

    again = catalogue.add_recordings(desk, CLERK, [ONE, TWO])

    assert (len(again.new), again.known) == (1, 1)
    assert len(catalogue.search(desk, RecordingQuery())) == 2


def test_one_that_contradicts_stops_all_of_them(desk):
    """The message names its place in the list, nothing of the list is taken."""
    catalogue.add_recordings(desk, CLERK, [ONE])

    with pytest.raises(DuplicateError, match="2件目"):
        catalogue.add_recordings(desk, CLERK, [TWO, recording("1", customer_id="C-9")])

    assert len(catalogue.search(desk, RecordingQuery())) == 1


def test_an_unknown_recording_is_not_found(desk):
    """By an id that nobody gave."""
    with pytest.raises(NotFoundError):
        catalogue.get_recording(desk, "g0")
