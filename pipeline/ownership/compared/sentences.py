"""Render a comparison with a registered value as one Japanese sentence.

Rendered last, from a value and its counts; it quotes neither side, and nothing depends on its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.ownership.compared.comparison import Comparison, Likeness
from pipeline.reason_text import SENTENCES
from pipeline.reasons import Reason

_LIKENESSES: Final[Mapping[Likeness, str]] = {
    Likeness.NUMBER_SAME: "登録の番号と同じです",
    Likeness.NUMBER_PIECE_SAME: "登録の番号の一部({in_all}桁)と同じです",
    Likeness.NUMBER_DIFFERS: "登録の番号と{in_all}桁中{differing}桁が違います",
    Likeness.NUMBER_PIECE_DIFFERS: "登録の番号の一部と{in_all}桁中{differing}桁が違います",
    Likeness.NAME_SAME: "登録の名前と同じです",
    Likeness.NAME_SOUNDS_SAME: "登録の名前と読みは同じ、字が違います",
    Likeness.SURNAME_SAME: "登録の名前の姓と同じです",
    Likeness.SURNAME_SOUNDS_SAME: "登録の名前の姓と読みは同じ、字が違います",
    Likeness.GIVEN_NAME_SAME: "登録の名前の名と同じです",
    Likeness.GIVEN_NAME_SOUNDS_SAME: "登録の名前の名と読みは同じ、字が違います",
    Likeness.GIVEN_NAME_DIFFERS: "姓は登録と同じ、名が違います",
    Likeness.SURNAME_DIFFERS: "名は登録と同じ、姓が違います",
    Likeness.NAME_NEAR: "登録の名前に読みが近く、{in_all}音中{differing}音が違います",
    Likeness.ADDRESS_SAME: "登録の住所と同じです",
    Likeness.ADDRESS_PIECE_SAME: "登録の住所の一部と同じです",
    Likeness.BUILDING_DIFFERS: "登録の住所と番地までは同じ、建物の名が違います",
    Likeness.ROOM_SAME: "登録の住所の部屋の番号と同じです",
    Likeness.BLOCK_SAME: "登録の住所の番地({in_all}桁)と同じです",
    Likeness.BLOCK_DIFFERS: "登録の住所の番地と{in_all}桁中{differing}桁が違います",
    Likeness.ROOM_DIFFERS: "登録の住所と番地までは同じ、部屋の番号が違います",
    Likeness.BLOCK_DIFFERS_IN_TOWN: "登録の住所と町までは同じ、番地が違います",
    Likeness.BLOCK_DIFFERS_IN_CITY: "登録の住所と市区町村までは同じ、番地が違います",
    Likeness.BLOCK_DIFFERS_IN_PREFECTURE: "登録の住所と都道府県までは同じ、番地が違います",
    Likeness.TOWN_DIFFERS: "登録の住所と市区町村までは同じ、町が違います",
    Likeness.CITY_DIFFERS: "登録の住所と都道府県までは同じ、市区町村が違います",
    Likeness.TOWN_SAME_ELSEWHERE: "町の名は登録の住所と同じ、市区町村か都道府県が違います",
    Likeness.BLOCK_SAME_ELSEWHERE: "番地は登録の住所と同じ、地名が違います",
    Likeness.TOWN_NEAR: "登録の住所の地名に読みが近く、{in_all}音中{differing}音が違います",
}

UNLIKE: Final[Mapping[str, str]] = {
    "PERSON": SENTENCES[Reason.NAME_OF_NOBODY],
    "ADDRESS": "登録のある、どの住所とも一致しません",
    "PHONE_NUMBER": "登録のある、どの番号とも一致しません",
}
"""Sentence where no registered value of an entity type is similar."""


def comparison_sentence(comparison: Comparison | None, entity_type: str) -> str:
    """Render a comparison as a sentence.

    Args:
        comparison: Comparison with the nearest registered value; ``None`` where there is none.
        entity_type: Entity type of the finding.

    Returns:
        A sentence without its full stop; empty for a type of which nothing is registered.
    """
    if comparison is None:
        return UNLIKE.get(entity_type, "")
    text = _LIKENESSES[comparison.likeness]
    return text.format(differing=comparison.differing, in_all=comparison.in_all)
