"""What is spelled, written out, with each character's origin."""

from __future__ import annotations

import pytest

from models.wording.spoken_code import spoken_line


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("番号はエービーの一二、はい、サンよんです", "番号はAB1234です"),
        ("ＡＢ１２", "AB12"),
        ("K、ええと、12\nはい。34", "K1234"),
        ("何もない", "何もない"),
        ("", ""),
        ("五", "5"),
    ],
)
def test_codes_are_written_out(said: str, written: str):
    """Digits and letters in any writing; fillers between two of them are gone, others stay."""
    assert spoken_line(said).text == written


def test_hyphens_and_borders_are_put_where_they_are_wanted():
    """A spoken hyphen; a space around each code, and none where there is no code."""
    assert spoken_line("はい12ハイフン3-4です", hyphen="-").text == "はい12-3-4です"
    assert spoken_line("番号は12の3です。4だ", apart=" ").text == "番号は 123 です。 4 だ"
    assert spoken_line("何もない", apart=" ").text == "何もない"


@pytest.mark.parametrize("hyphen", ["", "-"])
@pytest.mark.parametrize("apart", ["", " "])
def test_every_stretch_knows_where_it_comes_from(hyphen: str, apart: str):
    """The stretch that stands for a code is exactly the code as said."""
    text = "あ、番号はエービーの一二、はい、サンよんですね"
    line = spoken_line(text, hyphen, apart)
    at = line.text.index("AB1234")
    chars = line.span(at, at + 6)

    assert text[chars.start : chars.end] == "エービーの一二、はい、サンよん"
    assert len(line.origins) == len(line.text)
    starts = [origin.start for origin in line.origins]
    assert starts == sorted(starts)
