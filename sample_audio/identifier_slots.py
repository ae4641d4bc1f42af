"""Wording of further identifiers: eras, groups of figures, plates explained, letters spelt.

{t1.birth.full}      昭和33年6月4日          ショウワサンジュウサンネン、ロクガツ、ヨッカ
{t1.plate.full}      品川の300、さくらのさ、12の34
{t1.licence.g1}      3012                    サンゼロイチニー
{t1.licence.slip}    3013                    the first group, one figure wrong: 言い直し comes next
{t1.mail.user}       H、ドット、S、A、T、O   エイチ、ドット、エス、エー、ティー、オー
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sample_audio.identifiers import Identifiers, Plate
from sample_audio.pools import Named
from sample_audio.spoken import count_kana, digits_kana, kanji_number, lengthened

Said = tuple[str, str]
"""As written, and as said in katakana."""

GROUPS: Final = {
    "bank": (3, 4),
    "card": (4, 4, 4, 4),
    "mynumber": (4, 4, 4),
    "insurance": (4, 4),
    "licence": (4, 4, 4),
    "customer": (3, 4),
}
"""Figures of each group in which a number is said."""

ERAS: Final = (
    (date(2019, 5, 1), 2018, Named("令和", "レイワ")),
    (date(1989, 1, 8), 1988, Named("平成", "ヘイセイ")),
    (date(1926, 12, 25), 1925, Named("昭和", "ショウワ")),
)
"""First day of each era, the latest first, and what is added to its years."""

LETTERS: Final = {
    "A": "エー", "B": "ビー", "C": "シー", "D": "ディー", "E": "イー", "F": "エフ", "G": "ジー",
    "H": "エイチ", "I": "アイ", "J": "ジェー", "K": "ケー", "L": "エル", "M": "エム", "N": "エヌ",
    "O": "オー", "P": "ピー", "Q": "キュー", "R": "アール", "S": "エス", "T": "ティー", "U": "ユー",
    "V": "ブイ", "W": "ダブリュー", "X": "エックス", "Y": "ワイ", "Z": "ゼット",
}  # fmt: skip

HOSTS: Final = {
    "example.jp": "エグザンプルドットジェーピー",
    "example.com": "エグザンプルドットコム",
    "mail.example": "メールドットエグザンプル",
}
"""Hosts are said as words; they belong to nobody (RFC 2606)."""

SIGNS: Final = {".": "ドット", "-": "ハイフン", "_": "アンダーバー"}

_DAYS: Final = {
    1: "ツイタチ", 2: "フツカ", 3: "ミッカ", 4: "ヨッカ", 5: "イツカ", 6: "ムイカ", 7: "ナノカ", 8: "ヨウカ",
    9: "ココノカ", 10: "トオカ", 14: "ジュウヨッカ", 20: "ハツカ", 24: "ニジュウヨッカ",
}  # fmt: skip
_MONTHS: Final = {4: "シガツ", 7: "シチガツ", 9: "クガツ"}


class IdentifierWording:
    """One speaker's way with further identifiers.

    Args:
        rng: Decides what is free at each slot.
        zero: How they say 0.
        joint: What they say between groups of a number.
        pools: Words that explain letters (``Pools.identifiers``).
    """

    def __init__(
        self, rng: random.Random, zero: str, joint: str, pools: Mapping[str, tuple[Named, ...]]
    ) -> None:
        self._rng, self._zero, self._joint, self._pools = rng, zero, joint, pools

    def say(self, group: str, part: str, known: Identifiers) -> Said:
        """Put one slot into words: its written form, and its spoken one in katakana."""
        if group == "birth":
            return self._birth(known.birth, part)
        if group == "plate":
            return self._plate(known.plate, part)
        if group in ("mail", "account"):
            return self._name(group, part, known)
        if group in ("work", "school"):
            whole = (known.employer, known.department) if group == "work" else (known.school, known.course)
            return self._placed(*whole, part)
        return self._number(group, part, known)

    def _birth(self, birth: date, part: str) -> Said:
        if part == "digits":
            return f"{birth:%Y%m%d}", self._spoken(f"{birth:%Y%m%d}")
        number = kanji_number if self._rng.random() < 0.3 else str
        day = _DAYS.get(birth.day, f"{count_kana(birth.day)}ニチ")
        month = _MONTHS.get(birth.month, f"{count_kana(birth.month)}ガツ")
        begin, before, era = next(each for each in ERAS if birth >= each[0])
        if self._rng.random() < 0.3:
            year, year_kana = f"{birth.year}年", f"{count_kana(birth.year)}ネン"
        elif birth.year == begin.year and era.text != "昭和":
            year, year_kana = f"{era.text}元年", f"{era.kana}ガンネン"
        else:
            count = birth.year - before
            year, year_kana = f"{era.text}{number(count)}年", f"{era.kana}{_year_kana(count)}"
        pieces = {"year": ((year, year_kana),), "day": ()}.get(part, ((year, year_kana),))
        if part != "year":
            pieces = (*pieces, (f"{number(birth.month)}月", month), (f"{number(birth.day)}日", day))
        joint = self._rng.choice(("", "", "の", "の、"))
        return joint.join(text for text, _ in pieces), (joint or "、").join(kana for _, kana in pieces)

    def _plate(self, plate: Plate, part: str) -> Said:
        explains = self._rng.random() < 0.5
        kana = plate.kana.text
        word = _hiragana(plate.kana.kana)
        kana_said = _katakana(kana)
        pieces = {
            "place": (plate.place.text, plate.place.kana),
            "series": (str(plate.series), count_kana(plate.series)),
            "kana": (f"{word}の{kana}", f"{plate.kana.kana}ノ{kana_said}") if explains else (kana, kana_said),
            "number": self._plate_number(plate.number),
        }
        if part != "full":
            return pieces[part]
        joints = (
            ("の", "、", "、")
            if explains
            else self._rng.choice((("", "", ""), ("", " ", " "), ("の", "の", "の")))
        )
        texts, kanas = zip(*pieces.values(), strict=True)
        return texts[0] + "".join(map("".join, zip(joints, texts[1:], strict=True))), "、".join(kanas)

    def _plate_number(self, number: int) -> Said:
        """12の34, 1234 figure by figure; a short one as it is counted."""
        if number < 100:
            return str(number), count_kana(number)
        high, low = divmod(number, 100)
        if self._rng.random() < 0.5 and low >= 10:
            return f"{high}{self._rng.choice('の-')}{low}", f"{count_kana(high)}ノ{count_kana(low)}"
        return str(number), self._spoken(str(number))

    def _bank(self, known: Identifiers, part: str) -> Said:
        joint = self._rng.choice(("の", "の", "、", ""))
        place = (known.bank.text + joint + known.branch.text, f"{known.bank.kana}ノ、{known.branch.kana}")
        if part == "place":
            return place
        number, said = self._figures("bank", "number", known.figures["bank"])
        behind = self._rng.choice(("の", "、", ""))
        return f"{place[0]}、{known.sort.text}{behind}{number}", f"{place[1]}、{known.sort.kana}ノ、{said}"

    def _number(self, group: str, part: str, known: Identifiers) -> Said:
        if group == "bank" and part in ("full", "place"):
            return self._bank(known, part)
        return self._figures(group, part, known.figures[group])

    def _figures(self, group: str, part: str, number: str) -> Said:
        letters = number.rstrip("0123456789")
        digits = number[len(letters) :]
        ends = tuple(itertools.accumulate(GROUPS[group]))
        groups = [digits[end - size : end] for end, size in zip(ends, GROUPS[group], strict=True)]
        if part == "last4":
            groups, letters = [digits[-4:]], ""
        elif part == "slip":
            wrong = self._rng.randrange(len(groups[0]))
            figure = str((int(groups[0][wrong]) + self._rng.randint(1, 9)) % 10)
            groups = [groups[0][:wrong] + figure + groups[0][wrong + 1 :]]
        elif part[0] == "g":
            letters = letters if part == "g1" else ""
            groups = [groups[int(part[1:]) - 1]]
        style = self._rng.random()
        written = [
            "".join("〇一二三四五六七八九"[int(d)] for d in each) if style < 0.2 else each for each in groups
        ]
        joint = self._rng.choice(("の", "、", "-", "", " ") if style >= 0.2 else ("、", "の"))
        said = self._joint.join(self._spoken(each) for each in groups)
        if not letters:
            return joint.join(written), said
        front = letters if self._rng.random() < 0.6 else "".join(LETTERS[letter] for letter in letters)
        between = self._rng.choice(("", "-", "の", "、"))
        return front + between + joint.join(written), f"{''.join(LETTERS[x] for x in letters)}ノ、{said}"

    def _name(self, group: str, part: str, known: Identifiers) -> Said:
        if group == "account":
            head, sign, tail = re.fullmatch(r"([a-z]*)([._-]?)(\d+)", known.account).groups()  # type: ignore[union-attr]  # made so
            spelt = {"full": known.account, "head": head, "tail": sign + tail}[part]
        else:
            host = (
                known.mail_host if self._rng.random() < 0.5 else HOSTS[known.mail_host],
                HOSTS[known.mail_host],
            )
            if part == "host":
                return host
            text, kana = self._spelt(known.mail_user)
            if part == "user":
                return text, kana
            at = (
                "@"
                if text == known.mail_user and host[0] == known.mail_host
                else self._rng.choice(("アットマーク", "、アットマーク、"))
            )
            return f"{text}{at}{host[0]}", f"{kana}、アットマーク、{host[1]}"
        return self._spelt(spelt)

    def _spelt(self, spelt: str) -> Said:
        """Letter by letter; written in one, or letter by letter, some of them explained (東京のT)."""
        whole = self._rng.random() < 0.4
        by_name = self._rng.random() < 0.3
        texts, kanas = [], []
        for char in re.findall(r"[0-9]+|.", spelt):
            text, kana = char, SIGNS.get(char) or LETTERS.get(char.upper()) or self._spoken(char)
            ways = self._pools.get(f"letter {char.upper()}", ())
            if char in SIGNS:
                text = SIGNS[char]
            elif char.isalpha() and not whole and ways and self._rng.random() < 0.15:
                text, kana = f"{ways[0].text}の{char.upper()}", f"{ways[0].kana}ノ{kana}"
            elif char.isalpha():
                text = LETTERS[char.upper()] if by_name else char.upper()
            texts.append(text)
            kanas.append(kana)
        return spelt if whole else "、".join(texts), "、".join(kanas)

    def _placed(self, whole: Named, within: Named, part: str) -> Said:
        if part == "name":
            return whole.text, whole.kana
        if part in ("department", "class"):
            return within.text, within.kana
        joint = self._rng.choice(("の", "の", "、", ""))
        return (
            f"{whole.text}{joint}{within.text}",
            f"{whole.kana}{'ノ' if joint == 'の' else ''}、{within.kana}",
        )

    def _spoken(self, digits: str) -> str:
        return lengthened(digits_kana(digits, self._zero))


def _year_kana(count: int) -> str:
    """四年 is ヨネン, not ヨンネン."""
    return re.sub("ヨン$", "ヨ", count_kana(count)) + "ネン"


def _katakana(kana: str) -> str:
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ん" else char for char in kana)


def _hiragana(kana: str) -> str:
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ン" else char for char in kana)
