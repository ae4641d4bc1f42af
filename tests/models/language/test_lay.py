"""Pieces laid on the sound, with the real reader: it is quick."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from pipeline.correcting.divided_pieces import divide_by_sound
from pipeline.correcting.wording import Piece
from pipeline.types import CharSpan


@pytest.mark.parametrize(
    ("recognised", "written", "pieces"),
    [
        ("はようたかな", "早う田中", [("はよう", "早う"), ("たかな", "田中")]),
        (
            "おぞらつしんさぽどまどぐち 輸がが受けた",
            "青空通信サポート窓口、山田が受けた",
            [
                ("おぞら", "青空"),
                ("つしん", "通信"),
                ("さぽど", "サポート"),
                ("まどぐち 輸が", "窓口、山田"),
                ("が", "が"),
                ("受け", "受け"),
                ("た", "た"),
            ],
        ),
        ("よその家のが", "隣の長谷川さんの分が", [("よその家のが", "隣の長谷川さんの分が")]),
        ("えーと", "", [("えーと", "")]),
    ],
)
def test_a_piece_is_divided_where_both_readings_agree(recognised, written, pieces):
    """Otherwise it stays whole, and is masked whole."""
    whole = Piece(CharSpan(2, 2 + len(recognised)), written)
    text = f"はい{recognised}"
    made = divide_by_sound(whole, text, range(len(text)), load_reader())

    assert [(text[each.chars.start : each.chars.end], each.text) for each in made] == pieces


def test_a_piece_is_divided_between_words_only():
    """Where the recogniser timed several letters as one, nothing is known between them."""
    made = divide_by_sound(Piece(CharSpan(0, 6), "早う田中"), "はようたかな", [0, 4], load_reader())

    assert made == (Piece(CharSpan(0, 6), "早う田中"),)
