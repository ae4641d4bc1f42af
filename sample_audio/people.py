"""An invented person, and their address as a case file has it."""

from __future__ import annotations

from dataclasses import dataclass

from sample_audio.pools import Named, Place
from sample_audio.spoken import counter_kana


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person (or the company, which has a name, a number and an address).

    Attributes:
        who: As in the script: ``rq``, ``t1``, ``co`` ...
        sei, mei: Surname and given name; a company's name is ``sei``.
        phone: Three groups of digits.
        place, block, building, room: The address; block is (丁目, 番, 号), where 丁目 is 0
            in a place counted by 番地.
        lives_in_building: Whether the full address names building and room.
        zip_code: Seven digits.
        mail_user, mail_host: Mail address, before and after the @.
        abroad: Whether the name is from abroad, so that either half may be said first.
    """

    who: str
    sei: Named
    mei: Named
    phone: tuple[str, str, str]
    place: Place
    block: tuple[int, int, int]
    building: Named
    room: int
    lives_in_building: bool
    zip_code: str
    mail_user: Named
    mail_host: Named
    abroad: bool = False


def full_address(person: Person, *, with_room: bool) -> Named:
    """Prefecture to number, and building and room where asked, written with Arabic digits."""
    place, (chome, ban, go) = person.place, person.block
    if chome:
        block = Named(
            f"{chome}丁目{ban}番{go}号",
            counter_kana(chome, "丁目") + counter_kana(ban, "番") + counter_kana(go, "号"),
        )
    else:
        block = Named(f"{ban}番地", counter_kana(ban, "番地"))
    parts = [place.pref, place.city, place.town, block]
    if with_room:
        parts += [person.building, Named(f"{person.room}号室", counter_kana(person.room, "号室"))]
    return Named("".join(part.text for part in parts), "".join(part.kana for part in parts))
