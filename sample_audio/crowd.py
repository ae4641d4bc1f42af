"""Crowding: the people of a call as hard to tell from the requester as in life.

    requester      佐藤花子   090-0123-4567   町田市成瀬5丁目11番30号
    neighbour      木村誠     090-0123-4569   町田市成瀬5丁目11番28号
    company        田中工務店

Drawn at random, people of one call share no surname, no town and hardly a figure.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sample_audio.people import Person
from sample_audio.pools import Named

COMMONEST: Final = (
    Named("佐藤", "サトウ"),
    Named("鈴木", "スズキ"),
    Named("高橋", "タカハシ"),
    Named("田中", "タナカ"),
    Named("伊藤", "イトウ"),
    Named("渡辺", "ワタナベ"),
    Named("山本", "ヤマモト"),
    Named("中村", "ナカムラ"),
    Named("小林", "コバヤシ"),
    Named("加藤", "カトウ"),
)
"""Japan's ten commonest surnames; one person in eleven bears one of them."""

TRADES: Final = (
    Named("商店", "ショウテン"),
    Named("工務店", "コウムテン"),
    Named("薬局", "ヤッキョク"),
    Named("不動産", "フドウサン"),
    Named("医院", "イイン"),
    Named("電器", "デンキ"),
)
"""What follows the founder's surname in a company's name."""

COMMON_REQUESTERS, NAMED_COMPANIES = 0.4, 0.3
"""Share of requesters with one of the commonest surnames, and of companies named like a surname."""

DIFFERING_FIGURES: Final = (1, 2, 4)
"""By how many figures a third party's number may differ from the requester's."""


def crowded(people: Sequence[Person], rng: random.Random) -> tuple[Person, ...]:
    """Make the people of a call neighbours, namesakes and near namesakes.

    Args:
        people: As ``cast`` invents them; the requester and the company are among them.
        rng: Decides who becomes what.

    Returns:
        The same people in the same order.  Half of the third parties live next to the requester (in the same
        town, in the same block, or in another room of the same building), half have a number that differs in
        few figures.  No third party has the requester's number or address.
    """
    taken = {person.sei.kana for person in people}
    requester = next(person for person in people if person.who == "rq")
    common = rng.choice([each for each in COMMONEST if each.kana not in taken] or [requester.sei])
    renamed = rng.random() < COMMON_REQUESTERS and not requester.abroad
    family = common if renamed else requester.sei
    requester = replace(requester, sei=family)
    out = []
    for person in people:
        if person.who == "rq":
            out.append(requester)
        elif person.who == "co" and rng.random() < NAMED_COMPANIES:
            out.append(replace(person, sei=_named_after(rng.choice(COMMONEST), rng)))
        elif person.who[0] in "tf":
            relative = person.who[0] == "f" and not person.abroad
            out.append(_near(replace(person, sei=family) if relative else person, requester, rng))
        else:
            out.append(person)
    return tuple(out)


def _named_after(founder: Named, rng: random.Random) -> Named:
    trade = rng.choice(TRADES)
    return Named(founder.text + trade.text, founder.kana + trade.kana)


def _near(person: Person, requester: Person, rng: random.Random) -> Person:
    """A third party who lives next to the requester, or has nearly their number, or neither, or both."""
    if rng.random() < 0.5:
        person = rng.choice((_same_town, _same_block, _same_building))(person, requester, rng)
    if rng.random() < 0.5:
        person = replace(person, phone=_other_number(requester.phone, rng))
    return person


def _same_town(person: Person, requester: Person, _: random.Random) -> Person:
    block = (
        person.block if person.block != requester.block else (requester.block[0], requester.block[1] + 1, 7)
    )
    return replace(person, place=requester.place, zip_code=requester.zip_code, block=block)


def _same_block(person: Person, requester: Person, rng: random.Random) -> Person:
    """Next door: all but the last number of the block is the same."""
    chome, ban, house = requester.block
    block = (chome, ban, house + rng.choice((1, 2))) if chome else (0, ban + rng.choice((1, 2)), 0)
    return replace(_same_town(person, requester, rng), block=block, lives_in_building=False)


def _same_building(person: Person, requester: Person, rng: random.Random) -> Person:
    floor, door = divmod(requester.room, 100)
    room = floor * 100 + door % 12 + 1 if rng.random() < 0.5 else (floor % 9 + 1) * 100 + door
    return replace(
        person,
        place=requester.place,
        zip_code=requester.zip_code,
        block=requester.block,
        building=requester.building,
        room=room,
        lives_in_building=True,
    )


def _other_number(number: tuple[str, str, str], rng: random.Random) -> tuple[str, str, str]:
    """The same number but for a few figures behind the first group, anywhere or all at its end."""
    first, *rest = number
    figures = list("".join(rest))
    count = rng.choice(DIFFERING_FIGURES)
    at = (
        range(len(figures) - count, len(figures))
        if rng.random() < 0.5
        else rng.sample(range(len(figures)), count)
    )
    for each in at:
        figures[each] = str((int(figures[each]) + rng.randint(1, 9)) % 10)
    joined = "".join(figures)
    return first, joined[: len(rest[0])], joined[len(rest[0]) :]
