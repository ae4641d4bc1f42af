from __future__ import annotations

import pytest

from flows.desk.cases import lists
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import CompanyList, ListVersions, StaffList
from pipeline.types import CaseName
from tests.desk_builders import CLERK

ONE, TWO = StaffList((CaseName("山本", "ヤマモト"),)), StaffList((CaseName("榊原", "サカキバラ"),))


def test_without_lists_they_are_empty(desk):
    """Version 0 of each."""
    assert lists.current_lists(desk) == lists.Lists(StaffList(), CompanyList(), ListVersions(0, 0))


def test_each_import_is_a_version_and_the_last_one_counts(desk):
    """Older ones stay readable, because plans were made with them."""
    assert [lists.import_staff(desk, CLERK, each) for each in (ONE, TWO)] == [1, 2]
    assert lists.import_company(desk, CLERK, CompanyList(phones=("0120444444",))) == 1

    current = lists.current_lists(desk)
    assert (current.staff, current.versions) == (TWO, ListVersions(2, 1))
    before = lists.lists_of(desk, ListVersions(1, 0))
    assert (before.staff, before.company) == (ONE, CompanyList())


def test_the_same_list_again_is_no_new_version(desk):
    """Importing twice does nothing twice; going back to an older list is a new version."""
    assert [lists.import_staff(desk, CLERK, each) for each in (ONE, ONE, TWO, ONE)] == [1, 1, 2, 3]


def test_a_version_that_never_was_is_not_found(desk):
    """The message names it."""
    with pytest.raises(NotFoundError, match="第7版"):
        lists.lists_of(desk, ListVersions(7, 0))
