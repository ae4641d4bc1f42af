"""The case's words in garbled lines, with the real reader: it is quick."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from models.wording.known import known_people, known_words
from pipeline.correcting.offers import offers_by_reading
from pipeline.types import CallCase, CaseName, Requester

CASE = CallCase(
    "R-1",
    Requester(names=(CaseName("鈴木花子", "スズキハナコ"),)),
    staff=(CaseName("山本", "ヤマモト"),),
    company_names=(CaseName("青空通信", "アオゾラツウシン"),),
    products=(CaseName("ひかり便プラス", "ヒカリビンプラス"),),
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("すずき花ことも押します", [("すずき花こ", "鈴木花子")]),
        ("おぞらつしん、やまもとです", [("おぞらつしん", "青空通信"), ("やまもと", "山本")]),
        ("はい、鱸ですが", [("鱸", "鈴木")]),
        ("光瓶プラスのことで", [("光瓶プラス", "ひかり便プラス")]),
        ("鈴木花子と申します。青空通信さんですか", []),
        ("今日は電気の使用量のことで", []),
    ],
)
def test_words_are_offered_where_the_line_sounds_like_them(line, found):
    """As the case writes them; where the line does already, nothing is offered."""
    reader = load_reader()
    made = offers_by_reading(line, reader.line(line), known_words(CASE, reader))

    assert [(line[each.chars.start : each.chars.end], each.text) for each in made] == found


def test_people_are_known_whole_and_in_parts() -> None:
    """Neither company nor products are people; a surname alone has no parts."""
    assert {each.text for each in known_people(CASE, load_reader())} == {"鈴木花子", "鈴木", "花子", "山本"}


def test_a_name_is_cut_where_ownership_cuts_it() -> None:
    """Also one that is written with a blank; not two kanji of staff, nor a name from abroad."""
    case = CallCase(
        "R-1",
        Requester(
            names=(CaseName("鈴木 花子", "スズキ ハナコ"), CaseName("ジョン・スミス", "ジョン・スミス"))
        ),
        staff=(CaseName("桜井", "サクライ"),),
    )
    known = {each.text for each in known_people(case, load_reader())}
    assert known == {"鈴木 花子", "鈴木", "花子", "ジョン・スミス", "桜井"}
