"""A page without calls says what to do next, in order, until there was a first answer."""

from __future__ import annotations

import re
from pathlib import Path

from flows.desk.book.door import do
from flows.desk.cases import lists, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Call, CompanyList, StaffList
from flows.desk.work.first_steps import FirstStep, first_steps
from tests.desk_builders import CLERK, identity, new_request
from tests.flow_builders import waiting_voice
from tests.review_site import Person


def done(desk: Desk) -> set[FirstStep]:
    """The steps that were done."""
    return {one.step for one in first_steps(desk) if one.done}


def shown(person: Person) -> list[tuple[str, str]]:
    """What the page lists: each step's mark, if any, and its text."""
    page = person.get("/calls").text
    items = re.findall(r"<li[^>]*>(.*?)</li>", page.partition('class="first-steps"')[2], flags=re.S)
    marks = [(re.findall(r"<span[^>]*>(.)</span>", item), item) for item in items]
    return [(mark[0] if mark else "", item) for mark, item in marks]


def test_the_steps_are_done_one_after_the_other(desk: Desk, tmp_path: Path):
    """Each by the thing itself, in the order in which the steps stand."""
    known = {FirstStep.PEOPLE}
    assert done(desk) == known
    lists.import_staff(desk, CLERK, StaffList(()))
    lists.import_company(desk, CLERK, CompanyList(()))
    known |= {FirstStep.LISTS}
    assert done(desk) == known
    request = requests.receive(desk, CLERK, new_request())
    known |= {FirstStep.REQUEST}
    assert done(desk) == known
    do(desk, CLERK, identity(request.number))
    known |= {FirstStep.IDENTITY}
    assert done(desk) == known
    waiting_voice(desk, tmp_path)
    assert done(desk) == known | {FirstStep.RECORDINGS, FirstStep.CALLS}


def test_an_empty_page_says_what_comes_next(analyst: Person, desk: Desk):
    """What is done is marked, what comes next too, and each has its way."""
    steps = shown(analyst)

    assert [mark for mark, _ in steps] == ["済", "次", "", "", "", "", "", ""]
    for (mark, text), step in zip(steps, FirstStep, strict=True):
        assert step.label in text
        assert (step.command in text) == (mark != "済")
    assert done(desk) == {FirstStep.PEOPLE}


def test_a_page_with_calls_shows_the_calls(analyst: Person, call: Call):
    """Nor is anybody told to begin who looks for something and finds nothing."""
    assert call.call_id in analyst.get("/calls").text
    assert shown(analyst) == []
    assert 'class="first-steps"' not in analyst.get("/calls?request=R-1999-0001").text
