"""Casting: a script and a seed become people, and every slot gets its words.

The same script with another seed gives other people, numbers, places and other ways
of saying them.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import Any

from sample_audio.crowd import crowded
from sample_audio.identifier_slots import IdentifierWording
from sample_audio.identifiers import Identifiers, invent_identifiers
from sample_audio.people import Person, full_address
from sample_audio.pools import Named, Pools, default_pools
from sample_audio.script import THIRD, Dialogue, Slot
from sample_audio.slots import Said, Wording
from sample_audio.spoken import count_kana, romaji

_AREA_CODES = (
    "03",
    "06",
    "011",
    "022",
    "045",
    "048",
    "052",
    "075",
    "078",
    "082",
    "092",
    "0422",
    "0466",
    "0798",
    "0985",
)
_MOBILES = ("090", "080", "070")
_KATAKANA = re.compile("[ァ-ヴー・]+")
_MAIL_HOSTS = (
    Named("example.jp", "エグザンプルドットジェーピー"),
    Named("example.com", "エグザンプルドットコム"),
    Named("mail.example", "メールドットエグザンプル"),
    Named("hoshi.example", "ホシドットエグザンプル"),
)


@dataclass(frozen=True, slots=True)
class CastTurn:
    """A turn with its slots filled."""

    speaker: str
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """The turn as one would write it."""
        return "".join(said.text for said in self.said)


@dataclass(frozen=True, slots=True)
class CastCall:
    """A dialogue with its people; ``seed`` reproduces it.

    ``identifiers``: what people are known by, of those of whom the call says any of it.
    """

    dialogue: Dialogue
    seed: int
    people: tuple[Person, ...]
    terms: tuple[tuple[str, Named], ...]
    turns: tuple[CastTurn, ...]
    identifiers: tuple[tuple[str, Identifiers], ...] = ()

    def person(self, who: str) -> Person | None:
        """Who plays ``who``, if anybody."""
        return next((person for person in self.people if person.who == who), None)


def cast(dialogue: Dialogue, seed: int, pools: Pools | None = None) -> CastCall:
    """Invent the people of a dialogue and fill its slots.

    Args:
        dialogue: The script.
        seed: Any integer; with the dialogue's id it decides everything.
        pools: Where names and places come from; the built-in ones when ``None``.

    Returns:
        The filled call.  All surnames and given names differ in sound, except that
        ``f1`` to ``f3`` share the requester's surname, and what ``sample_audio.crowd`` makes alike.
    """
    pools = pools or default_pools()
    rng = stream(dialogue, seed, "people")
    whos = list(dict.fromkeys(("rq", "op", "co", *dialogue.people)))
    suited = [company for company in pools.companies if re.search(company.trades, dialogue.trade)]
    company = rng.choice(suited or pools.companies).name
    played = [who for who in whos if who[0] != "c" or who == "co"]
    people = _cast_people(played, company, rng, pools, _cast_abroad(dialogue, seed, played, pools))
    if pools.crowded:
        people = crowded(people, stream(dialogue, seed, "crowd"))
    term_whos = [who for who in whos if who[0] == "c" and who != "co"]
    terms = tuple(zip(term_whos, rng.sample(pools.terms, len(term_whos)), strict=True))
    wordings = {
        speaker: Wording.draw(stream(dialogue, seed, speaker), pools.kanji) for speaker in ("op", "cu", THIRD)
    }
    spellers = {
        speaker: IdentifierWording(
            stream(dialogue, seed, f"{speaker}:identifiers"), each.zero, each.group_joint, pools.identifiers
        )
        for speaker, each in wordings.items()
    }
    by_who = {person.who: person for person in people}
    known = _cast_identifiers(dialogue, seed, by_who, pools)
    by_term = dict(terms)
    turns = []
    for turn in dialogue.turns:
        said = []
        for piece in turn.pieces:
            if isinstance(piece, str):
                said.append(Said(piece))
            elif piece.who in by_term:
                said.append(
                    Said(by_term[piece.who].text, by_term[piece.who].kana, by_term[piece.who].kana, piece)
                )
            elif piece.is_identifier:
                said.append(_said(piece, known[piece.who], spellers[turn.speaker]))
            else:
                said.append(wordings[turn.speaker].say(piece, by_who[piece.who]))
        turns.append(CastTurn(turn.speaker, tuple(said)))
    return CastCall(dialogue, seed, people, terms, tuple(turns), tuple(known.items()))


def stream(dialogue: Dialogue, seed: int, part: str) -> random.Random:
    """Chance for one part of a call, so that a change in another leaves it as it was."""
    return random.Random(f"{seed}:{dialogue.dialogue_id}:{part}")  # noqa: S311 - made-up calls, no secrets


def _cast_identifiers(
    dialogue: Dialogue, seed: int, people: dict[str, Person], pools: Pools
) -> dict[str, Identifiers]:
    """What each person is known by of whom the call says any of it, by a chance of their own."""
    whos = dict.fromkeys(slot.who for slot in dialogue.slots if slot.is_identifier)
    return {
        who: invent_identifiers(people[who], pools.identifiers, stream(dialogue, seed, f"{who}:identifiers"))
        for who in whos
    }


def _said(slot: Slot, known: Identifiers, wording: IdentifierWording) -> Said:
    group, _, part = slot.what.partition(".")
    text, say = wording.say(group, part, known)
    return Said(text, say, re.sub("[、の]", lambda m: "ノ" if m[0] == "の" else "", say), slot)


def _cast_abroad(
    dialogue: Dialogue, seed: int, whos: list[str], pools: Pools
) -> dict[str, tuple[Named, Named]]:
    """Who has a name from abroad: those of the header, and a share of all others; of family, all or none."""
    rng = stream(dialogue, seed, "abroad")
    chosen = {who: (_fixed(sei), _fixed(mei)) for who, sei, mei in dialogue.names}
    taken = {name.kana for pair in chosen.values() for name in pair}
    for who in whos:
        drawn = rng.random() < pools.abroad_share if who[0] != "f" else "rq" in chosen
        if who == "co" or who in chosen or not drawn:
            continue
        apart = [pair for pair in pools.abroad if not taken & {name.kana for name in pair}]
        if apart:
            chosen[who] = rng.choice(apart)
            taken |= {name.kana for name in chosen[who]}
    return chosen


def _fixed(name: str) -> Named:
    """A name of the header, as written and read: キム, ラン・アン, 金:キム."""
    text, _, kana = name.partition(":")
    return Named(text, kana or text.replace("・", ""))


def _cast_people(
    whos: list[str],
    company: Named,
    rng: random.Random,
    pools: Pools,
    abroad: dict[str, tuple[Named, Named]],
) -> tuple[Person, ...]:
    """One person for each ``who``; family shares ``rq``'s surname."""
    surnames = _distinct(pools.surnames, len(whos), rng)
    given = _distinct(pools.given_names, len(whos), rng)
    shared = abroad["rq"][0] if "rq" in abroad else surnames[whos.index("rq")]
    people = []
    for who, *drawn in zip(whos, surnames, given, strict=True):
        own, mei = abroad.get(who, drawn)
        sei = company if who == "co" else shared if who[0] == "f" else own
        people.append(replace(_invent(who, sei, mei, rng, pools), abroad=_in_katakana(abroad.get(who))))
    return tuple(people)


def _in_katakana(names: tuple[Named, Named] | None) -> bool:
    """Whether names from abroad are written in katakana: those in kanji have one order and no dot."""
    return names is not None and _KATAKANA.fullmatch(names[0].text) is not None


def _distinct(pool: tuple[Named, ...], count: int, rng: random.Random) -> list[Named]:
    """``count`` names of which no two are written or read alike."""
    chosen: list[Named] = []
    while len(chosen) < count:
        name = rng.choice(pool)
        if all(name.kana != other.kana and name.text != other.text for other in chosen):
            chosen.append(name)
    return chosen


def _invent(who: str, sei: Named, mei: Named, rng: random.Random, pools: Pools) -> Person:
    place = rng.choice(pools.places)
    rural = rng.random() < 0.2
    block = (
        (0, rng.randint(2, 2400), 0) if rural else (rng.randint(1, 8), rng.randint(1, 39), rng.randint(1, 30))
    )
    return Person(
        who=who,
        sei=sei,
        mei=mei,
        phone=_phone(who, rng, pools.unassigned_numbers),
        place=place,
        block=block,
        building=rng.choice(pools.buildings),
        room=rng.randint(1, 9) * 100 + rng.randint(1, 12),
        lives_in_building=rng.random() < 0.4,
        zip_code=place.zip3 + _digits(rng, 4),
        mail_user=_mail_user(sei, mei, rng),
        mail_host=rng.choice(_MAIL_HOSTS),
    )


def _phone(who: str, rng: random.Random, unassigned: bool) -> tuple[str, str, str]:
    """Three groups; a mobile number or exchange starting with 0 belongs to nobody."""
    first = "0" if unassigned else str(rng.randint(2, 9))
    if who == "co":
        return "0120", _digits(rng, 3), _digits(rng, 3)
    if rng.random() < 0.65:
        return rng.choice(_MOBILES), first + _digits(rng, 3), _digits(rng, 4)
    area = rng.choice(_AREA_CODES)
    return area, first + _digits(rng, 5 - len(area)), _digits(rng, 4)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _mail_user(sei: Named, mei: Named, rng: random.Random) -> Named:
    """The part before the @, in letters and as said."""
    family, given, number = romaji(sei.kana), romaji(mei.kana), rng.randint(2, 99)
    return rng.choice(
        (
            Named(f"{family}.{given}", f"{sei.kana}、ドット、{mei.kana}"),
            Named(f"{given}-{family}", f"{mei.kana}、ハイフン、{sei.kana}"),
            Named(f"{family}_{given}", f"{sei.kana}、アンダーバー、{mei.kana}"),
            Named(f"{given}{number}", f"{mei.kana}、{count_kana(number)}"),
        )
    )


def case_json(call: CastCall) -> dict[str, Any]:
    """The call's case file, as section 1 of the contract has it.

    The requester's number and address are known to the case in most calls, and always
    when the call speaks them.
    """
    rng = stream(call.dialogue, call.seed, "case")
    spoken = {(slot.who, slot.what.partition(".")[0]) for slot in call.dialogue.slots}
    spoken_names = {
        (slot.who, slot.what.rpartition(".")[2].removesuffix("kana")) for slot in call.dialogue.slots
    }
    requester, company = call.person("rq"), call.person("co")
    if requester is None or company is None:  # pragma: no cover - cast() always casts both
        raise ValueError("a call without requester or company")
    joint = "・" if requester.abroad else ""
    names = (requester.sei, requester.mei)
    known: dict[str, Any] = {
        "names": [
            {
                "text": joint.join(name.text for name in names),
                "kana": joint.join(name.kana for name in names),
            }
        ]
    }
    if ("rq", "phone") in spoken or rng.random() < 0.85:
        known["phones"] = ["".join(requester.phone)]
    if ("rq", "addr") in spoken or rng.random() < 0.85:
        address = full_address(
            requester, with_room=requester.lives_in_building or ("rq", "room") in spoken_names
        )
        known["addresses"] = [{"text": address.text, "kana": address.kana}]
    if identifiers := dict(call.identifiers).get("rq"):
        known |= _known_identifiers(identifiers, {group for who, group in spoken if who == "rq"})
    staff = []
    for person in call.people:
        if person.who.startswith("op"):
            whole = rng.random() < 0.4 or bool({(person.who, "full"), (person.who, "mei")} & spoken_names)
            mei = person.mei if whole else Named("", "")
            named = {"text": person.sei.text + mei.text, "kana": person.sei.kana + mei.kana}
            # The first operator is on the telephone; of the others the call only speaks.
            staff.append(named | ({"on_call": True} if person.who == "op" else {}))
    return {
        "case_id": f"R-{call.dialogue.dialogue_id}-{call.seed}",
        "requester": known,
        "staff": staff,
        "company": {"names": [company.sei.text], "phones": ["".join(company.phone)]},
        "confidential_terms": [term.text for _, term in call.terms],
        "policy": {"staff": "keep", "company": "keep", "requester": "keep", "unknown": "mask"},
    }


def _known_identifiers(known: Identifiers, spoken: set[str]) -> dict[str, Any]:
    """What the case has of the requester's further identifiers: all that is said but a My Number (番号法)."""
    plate = known.plate
    codes = [known.figures[group] for group in known.figures if group in spoken and group != "mynumber"]
    if "account" in spoken:
        codes.append(re.sub(r"[^A-Z0-9]", "", known.account.upper()))
    places = [
        {"text": place.text, "kana": place.kana}
        for group, place in (("work", known.employer), ("school", known.school))
        if group in spoken
    ]
    values = {
        "birth_date": known.birth.isoformat() if "birth" in spoken else "",
        "emails": [f"{known.mail_user}@{known.mail_host}"] if "mail" in spoken else [],
        "customer_numbers": codes,
        "plates": [f"{plate.place.text}{plate.series}{plate.kana.text}{plate.number}"] * ("plate" in spoken),
        "workplaces": places,
    }
    return {key: value for key, value in values.items() if value}
