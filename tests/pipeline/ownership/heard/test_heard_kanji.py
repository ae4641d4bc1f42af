"""An explanation of a name's kanji, as it is heard."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.heard.heard_kanji import heard_explained
from pipeline.ownership.heard.heard_stretch import Channels
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.posteriorgrams import heard


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def explains(said: str, name: str, reader: Reader) -> bool:
    """Whether all of a call is an explanation of a name."""
    call = heard(said)
    entity = EntitySpan("PERSON", CharSpan(0, len(call.text)), 0.9, "T")
    (stretch,) = Channels(call).stretches(Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False))
    return heard_explained(stretch, name, reader)


@pytest.mark.parametrize(
    ("said", "name", "theirs"),
    [
        ("タイヨーノヨーニナノハナノナ", "田中陽菜", True),
        ("ダイヨーノヨーニナノハナノナ", "田中陽菜", True),
        ("ダイヨーノホーニナノハマノマ", "田中陽菜", False),
        ("タイヨーノヨーニナノハナノナ", "中村美咲", False),
        ("タンボノタデス", "藤田陽菜", False),
        ("ナノハナノナニタイヨーノヨー", "田中陽菜", False),
    ],
)
def test_words_for_the_kanji_of_a_name_explain_it(said: str, name: str, theirs: bool, reader: Reader) -> None:
    """Of two kanji and more, in their order, hardly misheard; one kanji is many a name's."""
    assert explains(said, name, reader) is theirs
