"""Doubtful names that sound as a sure one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.finding.verdict import SURE_SCORE
from pipeline.ownership.repeated_names import mask_repeated_names
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def name(text: str, said: str, score: float = 0.1) -> Finding:
    """A finding at the last place of ``said``; one that is not sure is a candidate."""
    at = text.rindex(said)
    entity = EntitySpan("PERSON", CharSpan(at, at + len(said)), score, "T", candidate=score < SURE_SCORE)
    return Finding(entity, Party.THIRD_PARTY, Reason.NAME_OF_NOBODY, needs_review=False)


@pytest.mark.parametrize(
    ("sure", "again", "masked"),
    [
        ("ふじたアンズ", "あんず", True),
        ("ふじたアンズ", "ふじた", True),
        ("池田", "行けだ", True),
        ("ふじたアンズ", "じたあ", False),
        ("ふじたアンズ", "ンズ", False),
        ("三田村", "三田", False),
        ("池田", "池田町", False),
    ],
)
def test_what_sounds_as_a_sure_name_or_as_half_of_it_is_masked(
    sure: str, again: str, masked: bool, reader: Reader
) -> None:
    """Three morae of it at the least, from its beginning or to its end, and no more than the name has."""
    text = f"{sure}さんですね。{again}"
    findings = (name(text, sure, 0.95), name(text, again))
    one, other = mask_repeated_names(findings, text, reader)
    assert one == findings[0]
    assert other.entity.candidate is not masked
    assert (other.notes == (Reason.SOUNDS_LIKE_SURE_NAME,)) is masked


def test_only_a_sure_name_tells(reader: Reader) -> None:
    """One that may be an ordinary word would take it along."""
    text = "池田さん、行けだ"
    findings = (
        replace(
            name(text, "池田"),
            entity=replace(name(text, "池田", SURE_SCORE - 0.01).entity, candidate=False),
        ),
        name(text, "行けだ"),
    )
    assert mask_repeated_names(findings, text, reader) == findings


@pytest.mark.parametrize("party", [Party.REQUESTER, Party.STAFF, Party.COMPANY, Party.UNKNOWN])
def test_only_a_strangers_name_tells_and_is_told(party: Party, reader: Reader) -> None:
    """What the requester is called stays, and a third party's name says nothing of whose another's is."""
    text = "池田さん、行けだ"
    one, other = name(text, "池田", 0.95), name(text, "行けだ")
    for findings in ((replace(one, party=party), other), (one, replace(other, party=party))):
        assert mask_repeated_names(findings, text, reader) == findings


def test_an_address_of_that_sound_is_none(reader: Reader) -> None:
    """池田 is a town, too."""
    text = "池田さん、行けだ"
    one, other = name(text, "池田", 0.95), name(text, "行けだ")
    place = replace(other, entity=replace(other.entity, entity_type="ADDRESS"))
    assert mask_repeated_names((one, place), text, reader) == (one, place)
