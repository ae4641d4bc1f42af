"""Words are listed for a request or for the company, with a reason, and every later call follows."""

from __future__ import annotations

import pytest

from flows.desk.cases import lists
from flows.desk.cases.calls import case_of
from flows.desk.cases.words import Entry, list_for_company, list_for_request
from flows.desk.integrity import audit
from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.values import Actor, CompanyList, Role
from pipeline.errors import ReviewRuleError
from pipeline.listed_word import ListedWord
from pipeline.types import CaseName
from tests.desk_builders import ANALYST, CLERK, attached

APPROVER = Actor("kobayakawa", Role.APPROVER)
NAME = ListedWord("長谷川", "ハセガワ", "PERSON", mask=True)
SHOP = ListedWord("山田屋", "ヤマダヤ", "PERSON", mask=False)
NOTHING = ListedWord("、", "", "PERSON", mask=True)


def test_a_requests_words_are_its_calls_and_no_others(desk, tmp_path):
    """The last entry of a word counts, and one that is taken off is gone."""
    call, other = attached(desk, tmp_path), attached(desk, tmp_path, "two")
    for word in (NAME, SHOP):
        list_for_request(desk, ANALYST, call.request_id, Entry(word, "本人の兄", call_id=call.call_id))
    assert case_of(desk, call.call_id).case.words == (NAME, SHOP)
    assert case_of(desk, other.call_id).case.words == ()
    list_for_request(desk, ANALYST, call.request_id, Entry(NAME, "誤り", gone=True))
    assert case_of(desk, call.call_id).case.words == (SHOP,)


def test_the_companys_words_are_every_calls_and_outlive_an_import(desk, tmp_path):
    """They are a version of the company list; a file of the company's data knows nothing of them."""
    call = attached(desk, tmp_path)
    assert list_for_company(desk, APPROVER, Entry(SHOP, "店の名")) == 1
    assert lists.import_company(desk, CLERK, CompanyList((CaseName("青空通信"),))) == 2
    prepared = case_of(desk, call.call_id)
    assert (prepared.case.words, prepared.lists.company) == ((SHOP,), 2)
    assert list_for_company(desk, APPROVER, Entry(SHOP, "閉店", gone=True)) == 3
    assert case_of(desk, call.call_id).case.words == ()


def test_who_may_list_and_what_is_required(desk, tmp_path):
    """The company's list is an approver's; a reason and a word always."""
    call = attached(desk, tmp_path)
    with pytest.raises(NotAllowedError, match="承認者だけ"):
        list_for_company(desk, ANALYST, Entry(SHOP, "店の名"))
    with pytest.raises(NotAllowedError):
        list_for_request(desk, CLERK, call.request_id, Entry(SHOP, "店の名"))
    with pytest.raises(ReviewRuleError, match="理由"):
        list_for_request(desk, ANALYST, call.request_id, Entry(SHOP, "  "))
    with pytest.raises(ReviewRuleError, match="言葉"):
        list_for_request(desk, ANALYST, call.request_id, Entry(NOTHING, "理由"))
    assert case_of(desk, call.call_id).case.words == ()


def test_the_audit_log_says_that_and_not_what(desk, tmp_path):
    """Neither the word nor the reason is in clear anywhere."""
    call = attached(desk, tmp_path)
    list_for_request(desk, ANALYST, call.request_id, Entry(NAME, "本人の兄と確認"))
    list_for_company(desk, APPROVER, Entry(NAME, "本人の兄と確認"))
    told = [entry for entry in audit.entries(desk) if entry.action in {"request.word", "list.word"}]
    assert [entry.detail.get("mask") for entry in told] == [1, 1]
    raw = b"".join(path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file())
    assert not any(word.encode() in raw for word in ("長谷川", "ハセガワ", "本人の兄"))
