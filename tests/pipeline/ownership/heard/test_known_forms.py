"""How what a case knows may stand in a transcript."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.heard.known_forms import FormKind, KnownForm, known_forms
from pipeline.sound.morae import morae
from pipeline.types import CallCase, CaseName, Party, Requester


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def forms_of(case: CallCase, reader: Reader) -> dict[FormKind, list[KnownForm]]:
    """The forms of a case by kind."""
    out: dict[FormKind, list[KnownForm]] = {kind: [] for kind in FormKind}
    for form in known_forms(case, reader):
        out[form.kind].append(form)
    return out


def test_a_name_is_written_in_kanji_and_both_kana(reader: Reader) -> None:
    """Whole, and surname and given name each by itself."""
    case = CallCase("R-1", Requester((CaseName("伊藤幸子", "イトウサチコ"),)))
    forms = forms_of(case, reader)
    assert [form.texts for form in forms[FormKind.SURNAME]] == [("伊藤", "いとう", "イトウ")]
    assert [form.texts for form in forms[FormKind.GIVEN]] == [("幸子", "さちこ", "サチコ")]
    assert [form.texts for form in forms[FormKind.WHOLE]] == [("伊藤幸子", "いとうさちこ", "イトウサチコ")]
    assert forms[FormKind.WHOLE][0].sound == morae("イトウサチコ")
    assert {form.party for form in known_forms(case, reader)} == {Party.REQUESTER}


@pytest.mark.parametrize(
    ("name", "kana", "parts"),
    [("椎名春江", "シイナハルエ", ["椎名", "春江"]), ("尾崎恵子", "オザキケイコ", ["尾崎", "恵子"])],
)
def test_a_surname_that_one_kanji_is_read_as_too(
    name: str, kana: str, parts: list[str], reader: Reader
) -> None:
    """It is cut where what is left is the given name."""
    forms = forms_of(CallCase("R-1", Requester((CaseName(name, kana),))), reader)
    assert [forms[kind][0].texts[0] for kind in (FormKind.SURNAME, FormKind.GIVEN)] == parts


def test_a_surname_of_two_kanji_is_not_cut(reader: Reader) -> None:
    """平野 of the staff is no 平 and 野; with a blank between it would be."""
    forms = forms_of(CallCase("R-1", staff=(CaseName("平野"), CaseName("森 彩", "モリ アヤ"))), reader)
    assert [form.texts[0] for form in forms[FormKind.SURNAME]] == ["森"]
    assert [form.texts[0] for form in forms[FormKind.WHOLE]] == ["平野", "森彩"]


def test_nothing_known_is_no_form(reader: Reader) -> None:
    """A case may name nobody."""
    assert known_forms(CallCase("R-0"), reader) == ()
