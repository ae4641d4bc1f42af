from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sample_audio.casting import CastCall, case_json, cast
from sample_audio.pools import Named, default_pools
from sample_audio.script import ADDRESS_PARTS, NAME_PARTS, PHONE_PARTS, Dialogue, parse_scripts, read_scripts

SAMPLES = read_scripts([Path(__file__).parents[2] / "sample_audio" / "scripts" / "samples.script.txt"])
KATAKANA = re.compile(r"[ァ-ヴー]+")


def dialogue(*lines: str) -> Dialogue:
    """A dialogue of one operator."""
    (read,) = parse_scripts("# id: d | trade: 銀行\n" + "\n".join(f"op: {line}" for line in lines))
    return read


def every_slot() -> Dialogue:
    """A dialogue with each kind of slot, for each kind of person that has it."""
    parts = [*NAME_PARTS, "email"]
    parts += [f"phone.{part}" for part in PHONE_PARTS] + [f"addr.{part}" for part in ADDRESS_PARTS]
    slots = [f"{{{who}.{part}}}" for who in ("rq", "op", "t1", "f1") for part in parts]
    return dialogue(*slots, "{co.name}", "{co.phone.full}", "{c1.term}")


def texts(call: CastCall, what: str) -> list[str]:
    """What fills the slots of this kind, in order."""
    return [said.text for turn in call.turns for said in turn.said if said.slot and said.slot.what == what]


@pytest.mark.parametrize("seed", range(20))
def test_every_slot_is_filled(seed: int) -> None:
    """Each slot gets a written form and a reading in katakana."""
    said = [said for turn in cast(every_slot(), seed).turns for said in turn.said]
    assert all(piece.text and KATAKANA.fullmatch(piece.reading) for piece in said if piece.slot)
    assert all("{" not in piece.text for piece in said)


@pytest.mark.parametrize("seed", range(20))
def test_people_sound_apart(seed: int) -> None:
    """Nobody shares a name by accident; family shares the requester's surname."""
    call = cast(dialogue("{t1.sei}{t2.sei}{f1.sei}{rq.sei}{op.sei}{op2.sei}"), seed)
    by_who = {person.who: person for person in call.people}
    others = [by_who[who].sei.kana for who in ("rq", "t1", "t2", "op", "op2")]
    assert len(set(others)) == len(others)
    assert by_who["f1"].sei == by_who["rq"].sei
    assert len({person.mei.kana for person in call.people}) == len(call.people)


def test_seed_decides() -> None:
    """The same seed gives the same call, another gives other people."""
    script = every_slot()
    assert cast(script, 1) == cast(script, 1)
    assert cast(script, 1).people != cast(script, 2).people


def test_same_person_throughout() -> None:
    """A name comes back as it was; a number's groups make its whole."""
    groups = "{t1.phone.g1}{t1.phone.g2}{t1.phone.g3}"
    call = cast(dialogue("{t1.sei}", "{t1.sei}", groups, "{t1.phone.full}"), 3)
    assert len(set(texts(call, "sei"))) == 1
    whole = re.sub(r"\D", "", texts(call, "phone.full")[0])
    assert whole == "".join(texts(call, f"phone.g{n}")[0] for n in (1, 2, 3))
    assert len(whole) in (10, 11)


def test_every_kanji_of_the_pools_can_be_explained() -> None:
    """No name of the built-in pools falls back to being read as a whole."""
    pools = default_pools()
    chars = {char for name in (*pools.surnames, *pools.given_names) for char in name.text}
    kanji = {char for char in chars if not re.match(r"[ぁ-んァ-ヶー]", char)}
    assert kanji <= set(pools.kanji)
    assert len(kanji) >= 150


def test_pools_are_large_enough() -> None:
    """Enough people and places that calls do not repeat each other."""
    pools = default_pools()
    assert len(pools.surnames) >= 120
    assert len(pools.given_names) >= 160
    assert len(pools.places) >= 60
    for names in (pools.surnames, pools.given_names, pools.buildings, pools.terms):
        assert len(set(names)) == len(names)
        assert all(KATAKANA.fullmatch(name.kana) for name in names)


def test_other_pools() -> None:
    """A bigger lexicon takes the pools' place; a kanji nobody explains is read out."""
    pools = replace(default_pools(), surnames=(Named("鑓水", "ヤリミズ"), *default_pools().surnames[:4]))
    calls = [cast(dialogue("{t1.sei}{t1.kanji.sei}"), seed, pools) for seed in range(40)]
    explained = {texts(call, "sei")[0]: texts(call, "kanji.sei")[0] for call in calls}
    assert explained["鑓水"] == "鑓水と書いてヤリミズ"


def test_a_fixed_name_from_abroad_is_said_either_way_round() -> None:
    """Both halves as the header has them; the case has them with a dot; nobody else's name changes."""
    text = "# id: d | names: rq = スミス/ジョン\ncu: {rq.full}\ncu: {t1.full}{f1.sei}\n"
    calls = [cast(parse_scripts(text)[0], seed) for seed in range(20)]
    plain = [cast(parse_scripts(text.replace("| names: rq = スミス/ジョン", ""))[0], s) for s in range(20)]
    said = {texts(call, "full")[0] for call in calls}
    assert said == {"ジョン・スミス", "スミス・ジョン", "ジョンスミス", "スミスジョン"}
    assert {texts(call, "sei")[0] for call in calls} == {"スミス"}
    assert [texts(call, "full")[1] for call in calls] == [texts(call, "full")[1] for call in plain]
    assert case_json(calls[0])["requester"]["names"] == [{"text": "スミス・ジョン", "kana": "スミス・ジョン"}]


def test_a_fixed_name_in_kanji_has_one_order_and_its_own_reading() -> None:
    """Nobody says it the other way round, and the case has it without a dot."""
    text = "# id: d | names: rq = 金:キム/民俊:ミンジュン\ncu: {rq.full}\ncu: {rq.seikana}\n"
    calls = [cast(parse_scripts(text)[0], seed) for seed in range(20)]
    assert {texts(call, "full")[0] for call in calls} == {"金民俊"}
    assert case_json(calls[0])["requester"]["names"] == [{"text": "金民俊", "kana": "キムミンジュン"}]


def test_a_share_of_people_has_names_from_abroad() -> None:
    """As large as the pools say; the two halves go together."""
    pairs = tuple((Named(sei, sei), Named(mei, mei)) for sei, mei in (("スミス", "ジョン"), ("キム", "ミナ")))
    pools = replace(default_pools(), abroad=pairs, abroad_share=0.25)
    people = [p for seed in range(100) for p in cast(dialogue("{t1.full}{f1.full}"), seed, pools).people]
    abroad = [person for person in people if person.abroad]
    assert 0.15 < len(abroad) / (4 * 100) < 0.35
    assert all((p.sei, p.mei) in pairs for p in abroad if p.who != "f1")
    assert not any(person.who == "co" for person in abroad)


@pytest.mark.parametrize("script", SAMPLES, ids=lambda script: script.dialogue_id)
def test_unassigned_numbers(script: Dialogue) -> None:
    """With the option no number can be anybody's."""
    call = cast(script, 1, replace(default_pools(), unassigned_numbers=True))
    assert all(person.phone[1].startswith("0") for person in call.people if person.who != "co")


@pytest.mark.parametrize("script", SAMPLES, ids=lambda script: script.dialogue_id)
def test_case_knows_what_the_requester_says(script: Dialogue) -> None:
    """The case has exactly the contract's keys, and any requester's number or address spoken."""
    call = cast(script, 5)
    case = json.loads(json.dumps(case_json(call), ensure_ascii=False))
    assert set(case) == {"case_id", "requester", "staff", "company", "confidential_terms", "policy"}
    spoken = {slot.what.partition(".")[0] for slot in script.slots if slot.who == "rq"}
    assert {"phone": "phones", "addr": "addresses"}.keys() & spoken <= {
        key for key, name in (("phone", "phones"), ("addr", "addresses")) if case["requester"].get(name)
    }
    staff = "".join(member["text"] for member in case["staff"])
    slots = [(said.slot, said.text) for turn in call.turns for said in turn.said if said.slot]
    assert all(text in staff for slot, text in slots if slot.party == "operator")
    assert set(case["confidential_terms"]) == {text for slot, text in slots if slot.what == "term"}
