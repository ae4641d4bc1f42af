from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.readings import CHUNK_CHARS, Reader, load_reader
from pipeline.sound.morae import morae
from pipeline.types import CharSpan

READER = load_reader()
"""Loaded once; hypothesis takes no fixtures of a narrower scope."""

texts = st.text(
    st.one_of(
        st.sampled_from("長谷川隆です、。\n\r 　報090１２㍿㌔…ーッャﾊﾟ髙﨑々A-@😀\u2028"),
        st.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=["Cs"]),
    ),
    max_size=30,
)
"""Whatever a recogniser or a file may write: ligatures, emoji, separators."""


@pytest.fixture
def reader() -> Reader:
    """The real one."""
    return READER


@settings(max_examples=80, deadline=None)
@given(texts)
def test_tokens_tile_the_text(text: str) -> None:
    """Tokens follow each other without a gap from the first character to the last."""
    at = 0
    for token in READER.tokens(text):
        assert token.chars.start == at
        at = token.chars.end
    assert at == len(text)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_every_mora_has_characters_in_the_text(text: str) -> None:
    """Morae come in order of text, and each was written with something."""
    line = READER.line(text)
    assert len(line.morae) == len(line.chars)
    assert all(c.start < c.end <= len(text) for c in line.chars)
    assert [c.start for c in line.chars] == sorted(c.start for c in line.chars)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_kana_is_katakana(text: str) -> None:
    """A reading holds nothing that has no sound."""
    assert all("ァ" <= c <= "ヴ" or c == "ー" for c in READER.kana(text))


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("長谷川", "ハセガワ"),
        ("はせがわ", "ハセガワ"),
        ("ﾊｾｶﾞﾜ", "ハセガワ"),
        ("鈴木 花子", "スズキハナコ"),
        ("鈴木　花子", "スズキハナコ"),
        ("090", "ゼロキュウゼロ"),
        ("１２", "イチニ"),
        ("です。", "デス"),
        ("。、？！「」()〒→々−〜…\n", ""),
        ("記号", "キゴウ"),
        ("", ""),
    ],
)
def test_kana(text: str, kana: str, reader: Reader) -> None:
    """Names by the dictionary, digits one by one, and marks not at all."""
    assert reader.kana(text) == kana


@pytest.mark.parametrize("text", ["私は", "東京へ"])
def test_particles_are_read_as_written(text: str, reader: Reader) -> None:
    """は and へ keep their spelling, as a name's kana does, so both sides of a comparison agree."""
    assert reader.kana(text)[-1] in "ハヘ"


def test_tokens_know_what_the_dictionary_knows(reader: Reader) -> None:
    """A surname is tagged as one; a made-up katakana word is unknown."""
    name = next(t for t in reader.tokens("長谷川さん") if t.chars == CharSpan(0, 3))
    assert name.known
    assert "人名" in name.pos
    assert not all(t.known for t in reader.tokens("ヌポケラッチョ"))
    assert [t.known for t in reader.tokens("テレイラ")] == [False]
    assert [t.known for t in reader.tokens("ドリンク")] == [True]


def test_a_match_inside_a_word_points_into_it(reader: Reader) -> None:
    """Morae of a kanji word share its characters; a stretch of morae gives back what wrote it."""
    line = reader.line("隣の長谷川さん")
    start = len(morae("トナリノ"))
    assert line.span(start, start + 4) == CharSpan(2, 5)
    assert line.span(start, start + 1) == CharSpan(2, 3)
    assert line.span(0, len(line.morae)) == CharSpan(0, 7)


def test_lines_of_given_tokens_are_the_same(reader: Reader) -> None:
    """Reading tokens that are at hand gives what reading the text gives."""
    text = "隣の長谷川さん\nはい"
    assert reader.line(text, reader.tokens(text)) == reader.line(text)


def test_a_very_long_line_is_read(reader: Reader) -> None:
    """A line longer than Sudachi takes at once is read in pieces, offsets and all."""
    text = "長谷川です。" * (CHUNK_CHARS // 6 + 50)
    tokens = reader.tokens(text)
    assert tokens[-1].chars.end == len(text)
    assert text[tokens[-3].chars.start : tokens[-3].chars.end] == "長谷川"


def test_readings_are_not_in_a_repr(reader: Reader) -> None:
    """Neither tokens nor lines repeat what was read."""
    assert "ハセ" not in repr(reader.tokens("長谷川"))
    assert "'h'" not in repr(reader.line("長谷川"))


@pytest.mark.parametrize(
    ("text", "kana", "parts"),
    [
        ("四方田陽子", "ヨモダヨウコ", ("ヨモダ", "ヨウコ")),  # 四方 is commoner, and ダヨウコ is no name
        ("奥富麻弥", "オクトミマミ", ("オクトミ", "マミ")),
        ("関埜十絲子", "セキノトシコ", ("セキノ", "トシコ")),  # ノトシコ
        ("岬育美", "ミサキイクミ", ("ミサキ", "イクミ")),
        ("椎名春江", "シイナハルエ", ("シイナ", "ハルエ")),
        ("加々爪麻衣佳", "カガズメマイカ", ("カガズメ", "マイカ")),  # カガヅメ, as the case's kana are folded
    ],
)
def test_a_name_is_cut_where_a_given_name_is_left(
    text: str, kana: str, parts: tuple[str, str], reader: Reader
) -> None:
    """The commonest surname that it could begin with leaves a rest that nobody is called."""
    assert reader.name_parts(text, kana) == parts


def test_commonness_is_of_surnames_and_given_names(reader: Reader) -> None:
    """The commonest surname is commoner than a rare one, and what is nobody's name is not common at all."""
    assert reader.commonness("サトウ") > reader.commonness("ナルサワ") > 0
    assert reader.commonness("ハナコ") > 0
    assert reader.commonness("デンワバンゴウ") == 0
