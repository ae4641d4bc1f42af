"""What else an invented person is known by: a birth, a plate, accounts, numbers with their check digits.

Cards begin with the figures that issuers keep for tests; all other numbers are drawn at random, so that one
that somebody has is met by chance alone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sample_audio.people import Person
from sample_audio.pools import Named
from sample_audio.spoken import romaji

TEST_CARDS: Final = ("424242", "555555", "356600")
"""First figures of cards that Visa, Mastercard and JCB keep for tests."""

MAIL_HOSTS: Final = ("example.jp", "example.com", "mail.example")

FIRST_BIRTH, LAST_BIRTH = date(1934, 1, 1), date(2017, 12, 31)


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate: 地域名, 分類番号, kana with the word that explains it, 一連指定番号."""

    place: Named
    series: int
    kana: Named
    number: int


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What one person is known by beside name, address and telephone.

    Attributes:
        birth: Day of birth.
        plate: Of their car.
        bank, branch, sort: Where their account is, and which (普通).
        figures: Their numbers by slot group: ``bank``, ``card``, ``mynumber``, ``insurance``, ``licence`` and
            ``customer``, which may begin with a letter.
        mail_user, mail_host: A mail address for spelling, before and after the @.
        account: Name of an account.
        employer, department: Where they work.
        school, course: Where they learn, and their class.
    """

    birth: date
    plate: Plate
    bank: Named
    branch: Named
    sort: Named
    figures: Mapping[str, str] = field(repr=False)
    mail_user: str
    mail_host: str
    account: str
    employer: Named
    department: Named
    school: Named
    course: Named


def invent_identifiers(
    person: Person, pools: Mapping[str, tuple[Named, ...]], rng: random.Random
) -> Identifiers:
    """Draw what a person is known by.

    Args:
        person: Whose name the mail address and the account are made of.
        pools: Firms, schools and the like, by group (``Pools.identifiers``).
        rng: Decides.
    """
    birth = FIRST_BIRTH + timedelta(days=rng.randrange((LAST_BIRTH - FIRST_BIRTH).days))
    school = rng.choice(pools["school"])
    family, given = romaji(person.sei.kana), romaji(person.mei.kana)
    return Identifiers(
        birth=birth,
        plate=Plate(
            rng.choice(pools["plate place"]),
            rng.choice((300, 330, 331, 500, 530, 580, 581, 301, 502)),
            rng.choice(pools["plate kana"]),
            rng.randint(1000, 9999) if rng.random() < 0.8 else rng.randint(2, 999),
        ),
        bank=rng.choice(pools["bank"]),
        branch=rng.choice(pools["branch"]),
        sort=Named("普通", "フツウ") if rng.random() < 0.9 else Named("当座", "トウザ"),
        figures={
            "bank": _digits(rng, 7),
            "card": checked_card(rng.choice(TEST_CARDS) + _digits(rng, 9)),
            "mynumber": checked_my_number(_digits(rng, 11)),
            "insurance": _digits(rng, 8),
            "licence": checked_licence(f"{rng.randint(10, 97)}{_digits(rng, 8)}"),
            "customer": rng.choice(("", "", "K", "A", "TS")) + _digits(rng, 7),
        },
        mail_user=given[:1] + rng.choice((".", "_", "-", "")) + family + rng.choice(("", f"{birth:%y}")),
        mail_host=rng.choice(MAIL_HOSTS),
        account=f"{given}{rng.choice(('_', '-', '.', ''))}{birth.month:02d}{birth.day:02d}",
        employer=rng.choice(pools["employer"]),
        department=rng.choice(pools["department"]),
        school=school,
        course=_course(school.text, pools, rng),
    )


def checked_card(digits: str) -> str:
    """A card's first fifteen figures with the sixteenth (Luhn)."""
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits), start=1))
    return digits + str(-sum(each - 9 if each > 9 else each for each in doubled) % 10)


def checked_my_number(digits: str) -> str:
    """The first eleven figures of a My Number with the twelfth (総務省令第85号 第5条)."""
    return digits + _modulo_11(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))


def checked_licence(digits: str) -> str:
    """The first ten figures of a driving licence with its check digit, and 0: it was never lost."""
    return digits + _modulo_11(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) + "0"


def _modulo_11(digits: str, weights: tuple[int, ...]) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return str(0 if rest <= 1 else 11 - rest)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _course(school: str, pools: Mapping[str, tuple[Named, ...]], rng: random.Random) -> Named:
    """A class as a school of this sort has it: 三年二組, 経済学部, ひまわり組."""
    if school.endswith(("大学", "専門学校")):
        return rng.choice(pools["faculty"])
    if school.endswith("園") and "学園" not in school:
        return rng.choice(pools["infants"])
    year, room = rng.randint(1, 6 if "小" in school else 3), rng.randint(1, 5)
    years = ("イチネン", "ニネン", "サンネン", "ヨネン", "ゴネン", "ロクネン")
    rooms = ("イチクミ", "ニクミ", "サンクミ", "ヨンクミ", "ゴクミ")
    kanji = "一二三四五六"
    written = rng.choice((f"{kanji[year - 1]}年{kanji[room - 1]}組", f"{year}年{room}組"))
    return Named(written, years[year - 1] + rooms[room - 1])
