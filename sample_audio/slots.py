"""Wording: how one speaker puts a slot into words, written and spoken side by side."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from sample_audio.people import Person
from sample_audio.pools import Named
from sample_audio.script import Slot
from sample_audio.spoken import ZEROS, count_kana, counter_kana, digits_kana, kanji_number, lengthened, morae


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of a turn.

    Attributes:
        text: As written.
        say: What the voice is given; katakana for slots; empty means ``text``.
        reading: Katakana, without punctuation; empty for literal text.
        slot: The slot it fills, ``None`` for literal text.
    """

    text: str
    say: str = ""
    reading: str = ""
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """One speaker's habits, drawn once a call, with some freedom at each slot.

    Attributes:
        rng: Decides what is free at each slot.
        zero: How they say 0.
        group_joint: What they say between groups of a number, の or a pause.
        kanji: Ways to explain each kanji.
    """

    rng: random.Random
    zero: str
    group_joint: str
    kanji: Mapping[str, tuple[Named, ...]]

    @classmethod
    def draw(cls, rng: random.Random, kanji: Mapping[str, tuple[Named, ...]]) -> Wording:
        """Choose a speaker's habits."""
        zero = rng.choices(ZEROS, weights=(6, 3, 1))[0]
        return cls(rng, zero, rng.choice(("の、", "の、", "の", "、")), kanji)

    def say(self, slot: Slot, person: Person) -> Said:
        """Put one slot into words.

        Args:
            slot: Any slot but a confidential term.
            person: Who plays ``slot.who``.

        Returns:
            Written form, spoken form and reading of exactly the slot.
        """
        group, _, part = slot.what.partition(".")
        if group == "phone":
            text, say = self._phone(person, part)
        elif group == "addr":
            text, say = self._address(person, part)
        elif group == "kanji":
            text, say = self._kanji(person.sei if part == "sei" else person.mei)
        elif group == "email":
            text = f"{person.mail_user.text}@{person.mail_host.text}"
            say = f"{person.mail_user.kana}、アットマーク、{person.mail_host.kana}"
        else:
            text, say = self._name(person, group)
        reading = say.replace("、", "").replace("の", "ノ")
        return Said(text, lengthened(say) if group in ("phone", "addr") else say, reading, slot)

    def _name(self, person: Person, part: str) -> tuple[str, str]:
        names = {
            "sei": (person.sei,),
            "name": (person.sei,),
            "mei": (person.mei,),
            "full": (person.sei, person.mei),
        }
        chosen = names[part.removesuffix("kana")]
        if part.endswith("kana"):
            return self._spelled("".join(name.kana for name in chosen), [name.kana for name in chosen])
        joint = self.rng.choice(("", "", "、"))
        if person.abroad and part == "full":
            return self._abroad(person)
        return "".join(name.text for name in chosen), joint.join(name.kana for name in chosen)

    def _abroad(self, person: Person) -> tuple[str, str]:
        """ジョン・スミス, スミス・ジョン or in one; where a dot is written, some pause."""
        names = self.rng.choice(((person.mei, person.sei), (person.sei, person.mei)))
        joint, pause = self.rng.choice((("・", ""), ("・", "、"), ("", "")))
        return joint.join(name.text for name in names), pause.join(name.kana for name in names)

    def _spelled(self, kana: str, names: list[str]) -> tuple[str, str]:
        """Kana by kana (サ、ト、ウ), or name by name (サトウ、ケンイチ)."""
        beats = list(morae(kana))
        for index in range(len(beats) - 1, 0, -1):
            if beats[index] in ("ー", "ッ"):
                beats[index - 1 : index + 1] = ["".join(beats[index - 1 : index + 1])]
        if len(names) > 1 and self.rng.random() < 0.5:
            beats = names
        return self.rng.choice(("、", "・")).join(beats), "、".join(beats)

    def _phone(self, person: Person, part: str) -> tuple[str, str]:
        groups = {
            "full": person.phone,
            "g1": person.phone[:1],
            "g2": person.phone[1:2],
            "g3": person.phone[2:],
            "tail": person.phone[1:],
            "last4": ("".join(person.phone)[-4:],),
        }[part]
        joint = self.group_joint
        say = joint.join(digits_kana(group, self.zero) for group in groups)
        if joint == "、":
            written = self.rng.choice(("-", "-", "", "、"))
        else:
            written = self.rng.choice(("-", "の", joint))
        return written.join(groups), say

    def _address(self, person: Person, part: str) -> tuple[str, str]:
        place = person.place
        if part == "zip":
            digits = person.zip_code
            joint = self.rng.choice(("の、", "、", "の"))
            written = f"{digits[:3]}{'-' if joint == '、' else self.rng.choice(('-', 'の'))}{digits[3:]}"
            return written, joint.join(digits_kana(group, self.zero) for group in (digits[:3], digits[3:]))
        pieces: list[tuple[str, str]] = []
        if part in ("pref", "full"):
            pieces.append((place.pref.text, place.pref.kana))
        if part in ("city", "full", "nopref"):
            pieces.append((place.city.text, place.city.kana))
        if part in ("town", "full", "nopref"):
            pieces.append((place.town.text, place.town.kana))
        if part in ("block", "full", "nopref"):
            pieces.append(self._block(person.block))
        if part == "room" or (part == "full" and person.lives_in_building):
            pieces.append(self._room(person))
        say = pieces[0][1]
        for index, (_, kana) in enumerate(pieces[1:], start=1):
            say += ("、" if index > 1 or self.rng.random() < 0.3 else "") + kana
        return "".join(text for text, _ in pieces), say

    def _block(self, block: tuple[int, int, int]) -> tuple[str, str]:
        """三丁目五番十二号, 3丁目5の12 or 3の5の12; 番地 where there is no 丁目."""
        chome, ban, go = block
        number = kanji_number if self.rng.random() < 0.4 else str
        if not chome:
            said = digits_kana(str(ban), self.zero) if self.rng.random() < 0.3 else count_kana(ban)
            return f"{number(ban)}番地", said + "バンチ"
        form = self.rng.randrange(3)
        if form == 0:
            text = f"{number(chome)}丁目{number(ban)}番{number(go)}号"
            return text, f"{counter_kana(chome, '丁目')}、{counter_kana(ban, '番')}、{counter_kana(go, '号')}"
        if form == 1:
            text = f"{number(chome)}丁目{number(ban)}の{number(go)}"
            return text, f"{counter_kana(chome, '丁目')}、{count_kana(ban)}ノ{count_kana(go)}"
        joint = self.rng.choice(("の", "-"))
        return joint.join(map(str, block)), "ノ".join(count_kana(number) for number in block)

    def _room(self, person: Person) -> tuple[str, str]:
        said = self.rng.choice((digits_kana(str(person.room), self.zero), count_kana(person.room)))
        joint, suffix = self.rng.choice((("", "号室"), ("の", "号室"), ("", "号"), ("の", "")))
        suffix_kana = {"号室": "ゴウシツ", "号": "ゴウ", "": ""}[suffix]
        text = f"{person.building.text}{joint}{person.room}{suffix}"
        return text, f"{person.building.kana}{'ノ' if joint else ''}、{said}{suffix_kana}"

    def _kanji(self, name: Named) -> tuple[str, str]:
        """Explain a name kanji by kanji; names in kana say so."""
        if all(char in _KANA for char in name.text):
            script = "カタカナ" if name.text[0] in _KATAKANA else "ひらがな"
            say = "カタカナ" if script == "カタカナ" else "ヒラガナ"
            return f"{script}で{name.text}", f"{say}デ{name.kana}"
        parts = []
        for char in name.text:
            ways = self.kanji.get(char)
            parts.append(self.rng.choice(ways) if ways else Named(f"{char}", ""))
        if any(not part.kana for part in parts):  # a kanji outside the table: the name as a whole
            return f"{name.text}と書いて{name.kana}", f"カンジデ{name.kana}"
        joint, joint_kana = self.rng.choice((("に、", "ニ、"), ("、", "、"), ("に", "ニ"), ("と、", "ト、")))
        return joint.join(part.text for part in parts), joint_kana.join(part.kana for part in parts)


_KATAKANA = frozenset(map(chr, range(0x30A1, 0x30FD)))
_KANA = _KATAKANA | frozenset(map(chr, range(0x3041, 0x3097)))
