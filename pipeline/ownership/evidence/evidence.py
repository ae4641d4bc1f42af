"""Compute the features of every finding of a call, for each claimant."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.finding.verdict import words_of
from pipeline.ownership.evidence.disagreement import (
    CLEAR,
    KnownAddresses,
    other_address,
    other_kanji,
    other_mail,
    other_name,
    other_number,
)
from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.letters import (
    EXPLAINS,
    WrittenName,
    explains,
    is_relative,
    name_in,
    written_name,
)
from pipeline.ownership.evidence.mail import heard_user, written_user
from pipeline.ownership.evidence.nearness import heard_nearness, without_honorific, written_nearness
from pipeline.ownership.evidence.neighbours import Neighbour, PairValues, name_before, neighbour_features
from pipeline.ownership.evidence.numbers import block_in, figures_in
from pipeline.ownership.evidence.postal_codes import POSTAL_FIGURES, addresses_of_codes, names_town
from pipeline.ownership.evidence.stretches import Channels, Stretch
from pipeline.ownership.evidence.talk import in_group_anywhere, is_in_group, owner_in_talk, setting
from pipeline.ownership.evidence.value_pieces import pieces_of_values
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.forms import NAMES, SpokenForm
from pipeline.ownership.known.known_case import KnownCase
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.morae import Mora, morae, spell_out
from pipeline.types import Finding, Transcript

_LATIN = re.compile(r"[A-Za-z]+")
_MAIL_JOINT = re.compile(r"[-_.]")

_HEARD = {
    Feature.FIGURES: Feature.HEARD_FIGURES,
    Feature.FIGURES_OWN: Feature.HEARD_FIGURES_OWN,
    Feature.FIGURES_OWN_BEHIND_PREFIX: Feature.HEARD_FIGURES_OWN_BEHIND_PREFIX,
    Feature.FIGURES_OTHER: Feature.HEARD_FIGURES_OTHER,
}
_TOGETHER = {
    Feature.FIGURES_OWN: Feature.TOGETHER_FIGURES_OWN,
    Feature.FIGURES_OTHER: Feature.TOGETHER_FIGURES_OTHER,
    Feature.BLOCK_SAME: Feature.TOGETHER_BLOCK_SAME,
    Feature.BLOCK_OTHER: Feature.TOGETHER_BLOCK_OTHER,
    Feature.WRITTEN_COVERED: Feature.TOGETHER_COVERED,
    # One value's block is all that counts.
    Feature.WHOLE_BLOCK: Feature.WHOLE_BLOCK,
}
"""Name of the same feature for the sound, and for all pieces of one value."""


class Evidence:
    """Features of the findings of a call, compared with its case.

    Args:
        findings: Findings of the call, in order of text.
        transcript: Transcript of the call; without posteriorgrams the features of the sound are 0.
        known: The case, prepared for comparison.
        reader: Reader of text and names, which knows kanji.

    Attributes:
        neighbours: Properties of each finding that matter to its neighbours.
    """

    def __init__(
        self, findings: Sequence[Finding], transcript: Transcript, known: KnownCase, reader: KanaReader
    ) -> None:
        self._entities = [finding.entity for finding in findings]
        self._said = [words_of(finding, transcript.text) for finding in findings]
        self._reader = reader
        self._kana = [reader.kana(said) for said in self._said]
        self.neighbours = [
            Neighbour(entity, kana, EXPLAINS.search(said) is not None)
            for entity, kana, said in zip(self._entities, self._kana, self._said, strict=True)
        ]
        self._names = {
            at: written_name(said, reader)
            for at, (entity, said) in enumerate(zip(self._entities, self._said, strict=True))
            if entity.entity_type == "PERSON"
        }
        self._values = pieces_of_values(self._entities, transcript.text)
        self._codes = addresses_of_codes(self._entities, transcript.text)
        channels = Channels(transcript)
        self._heard = [channels.stretches(finding) for finding in findings]
        self._settings = [setting(entity, transcript) for entity in self._entities]
        self._known = known
        self._in_group = self._read_in_group()

    def by_itself(self) -> tuple[PairValues, ...]:
        """Return the features of each finding and claimant that need no other finding's owner."""
        entities = range(len(self._entities))
        looked = {at: self._look(at) for at in entities if at not in self._codes}
        return tuple(self._look_at_code(at, looked) if at in self._codes else looked[at] for at in entities)

    def around(self, chances: NDArray[np.float64]) -> tuple[PairValues, ...]:
        """Return the features that follow from the owners of the findings around.

        Args:
            chances: Probability that each finding is each claimant's; shape (findings, claimants).
        """
        shared = self._surname_shared(chances[:, list(Claimant).index(Claimant.REQUESTER)])
        out = []
        for at, values in enumerate(neighbour_features(self.neighbours, chances)):
            name = name_before(at, self.neighbours)
            gates = {
                Feature.SURNAME_SHARED: shared[at],
                # Nobody's whom the case knows: an answer often follows the name of the person who took the
                # call.
                Feature.STRANGER_BEFORE: 0.0 if name is None else float(1 - chances[name].max()),
            }
            out.append({**values, Claimant.REQUESTER: {**values[Claimant.REQUESTER], **gates}})
        return tuple(out)

    def _read_in_group(self) -> list[float]:
        """Return the probability of in-group speech for each finding, there or at a bare mention."""
        chances = [
            owner_in_talk(entity, Claimant.COLLEAGUES).get(Feature.IN_GROUP, 0.0) for entity in self._entities
        ]
        readings = [
            self._names[at].kana[-1] if at in self._names else "" for at in range(len(self._entities))
        ]
        bare = [not values[Feature.HONORIFIC] for values in self._settings]
        colleagues = {name.whole for name in self._known.names[Claimant.COLLEAGUES]}
        return in_group_anywhere(readings, chances, bare, colleagues)

    def _talk(self, at: int, claimant: Claimant) -> FeatureValues:
        """Return the features of the conversation around a finding, for a claimant."""
        values = dict(owner_in_talk(self._entities[at], claimant))
        return values | ({Feature.IN_GROUP: self._in_group[at]} if Feature.IN_GROUP in values else {})

    def _surname_shared(self, theirs: NDArray[np.float64]) -> list[float]:
        """Return for each finding the probability that somebody else in the call has that surname."""
        known = self._known.names[Claimant.REQUESTER]
        chances = {at: 1 - theirs[at] for at, name in self._names.items() if is_relative(name, known)}
        return [
            max((float(chance) for other, chance in chances.items() if other != at), default=0.0)
            for at in range(len(self._entities))
        ]

    def _look(self, at: int) -> PairValues:
        entity, said = self._entities[at], self._said[at]
        stretches: Sequence[Stretch] = self._heard[at]
        if entity.entity_type == "EMAIL_ADDRESS":
            said, stretches = written_user(said), [heard_user(stretch) for stretch in stretches]
        name = self._names.get(at)
        forms: Sequence[SpokenForm] = self._known.spoken_names if name else self._known.forms
        if not is_in_group({**self._settings[at], Feature.IN_GROUP: self._in_group[at]}):
            # A company's whole list has a name similar to any: only colleagues who are spoken of are
            # compared.
            forms = [form for form in forms if form.claimant is not Claimant.COLLEAGUES]
        shared = {**self._settings[at], Feature.LISTENED: float(bool(stretches))}
        line = morae(without_honorific(name.kana[0])) if name else self._line(said)
        near = written_nearness(line, forms), heard_nearness(stretches, forms)
        out: dict[Claimant, FeatureValues] = {}
        for claimant in Claimant:
            values = {
                **shared,
                Feature.named(f"claimant: {claimant.value}"): 1.0,
                **self._talk(at, claimant),
                **near[0][claimant],
                **near[1][claimant],
                Feature.NAMES_KNOWN: math.log1p(len(self._known.names[claimant])),
            }
            kana = "".join(stretch.kana() for stretch in stretches)
            if name is not None:
                values |= self._name(at, name, kana, claimant)
            else:
                values |= self._numbers(at, said, kana, claimant)
            values[Feature.CLEARLY_OTHER] = self._clearly_other(at, claimant, values)
            out[claimant] = values
        return out

    def _look_at_code(self, at: int, looked: Mapping[int, PairValues]) -> PairValues:
        """Return the features of a postal code: those of the address with which it is said."""
        pieces = [piece for place in self._codes[at] for piece in (place, *self._values[place])]
        addresses = [looked[piece] for piece in pieces if names_town(looked[piece][Claimant.REQUESTER])]
        out: dict[Claimant, FeatureValues] = {}
        for claimant in Claimant:
            lives = claimant is Claimant.REQUESTER and self._known.codes
            # Without a town, and without a code in the case, there is nothing to compare.
            other = max((each[claimant][Feature.CLEARLY_OTHER] for each in addresses), default=CLEAR)
            if lives:
                other = other_number((self._said[at],), self._heard[at], self._known.codes, ())
            out[claimant] = {
                Feature.named(f"claimant: {claimant.value}"): 1.0,
                **(addresses[0][claimant] if addresses else {}),
                **({Feature.BLOCK_SAME: math.log1p(POSTAL_FIGURES)} if lives and other < CLEAR else {}),
                **self._settings[at],
                **self._talk(at, claimant),
                Feature.POSTAL_CODE: 1.0,
                Feature.CLEARLY_OTHER: other,
            }
        return out

    def _name(self, at: int, name: WrittenName, kana: str, claimant: Claimant) -> FeatureValues:
        known, spelt = self._known.names[claimant], self._known.spelt[claimant]
        values = {
            **name_in(name, without_honorific(kana), known, spelt),
            Feature.COMMONNESS: self._reader.commonness(name.kana[-1]),
        }
        if self.neighbours[at].explains:
            values |= explains(self._said[at], kana, spelt, self._reader)
        return values

    def _numbers(self, at: int, said: str, kana: str, claimant: Claimant) -> FeatureValues:
        known = self._known
        phones = known.phones[claimant]
        values = dict(figures_in((said, self._kana[at]), phones))
        values |= _renamed(figures_in((kana,), phones), _HEARD) if kana else {}
        together = "".join(self._said[each] for each in self._values[at])
        pieces = len(self._values[at]) > 1
        if pieces:
            values |= _renamed(figures_in((together,), phones), _TOGETHER)
            forms = [form for form in known.forms if form.claimant is claimant]
            values |= _renamed(written_nearness(self._line(together), forms)[claimant], _TOGETHER)
        if claimant is Claimant.REQUESTER:
            values |= block_in(said, known.blocks, known.rooms)
            if pieces:
                values |= _renamed(block_in(together, known.blocks, known.rooms), _TOGETHER)
        return values

    def _clearly_other(self, at: int, claimant: Claimant, values: FeatureValues) -> float:
        """Return how clearly all pieces of the value together differ from the claimant's data."""
        known, kind = self._known, self._entities[at].entity_type
        said = "".join(self._said[each] for each in self._values[at])
        stretches = [stretch for each in self._values[at] for stretch in self._heard[each]]
        forms = [form for form in known.forms if form.claimant is claimant]
        if kind == "PHONE_NUMBER":
            readings = said, "".join(self._kana[each] for each in self._values[at])
            return other_number(readings, stretches, known.phones[claimant], forms)
        if kind == "EMAIL_ADDRESS":
            user = written_user(said)
            line = self._line(user) if _LATIN.search(user) else ()
            heard_users = [heard_user(stretch) for stretch in stretches]
            names = [form for form in forms if form.kind in NAMES]
            return other_mail(line, self._reader.kana(user), heard_users, names)
        lives = claimant is Claimant.REQUESTER
        written_so = (*known.addresses, *known.spelt[claimant]) if lives else known.spelt[claimant]
        theirs = KnownAddresses(written_so, known.blocks if lives else (), forms)
        if kind == "ADDRESS":
            return other_address(said, stretches, theirs, self._reader)
        if self.neighbours[at].explains:
            return other_kanji(values)
        names = [form for form in forms if form.kind in NAMES]
        left = other_name(
            [morae(without_honorific(kana)) for kana in self._names[at].kana], stretches, values, names
        )
        # A place is often taken for a name; it is the requester's only if all of its text is.
        places = [form for form in forms if form.kind not in NAMES]
        theirs = KnownAddresses(known.addresses, known.blocks, places)
        place = lives and left >= CLEAR and not other_address(said, (), theirs, self._reader)
        return 0.0 if place else left

    def _line(self, said: str) -> tuple[Mora | None, ...]:
        """Return the reading of words; a mail address in Latin letters is spelt out word by word."""
        if not _LATIN.search(said):
            return morae(self._reader.kana(said))
        words = (_LATIN.sub(lambda latin: spell_out(latin[0]), word) for word in _MAIL_JOINT.split(said))
        lines = [morae(self._reader.kana(word)) for word in words]
        return tuple(itertools.chain.from_iterable((*line, None) for line in lines))[:-1]


def _renamed(values: FeatureValues, names: Mapping[Feature, Feature]) -> dict[Feature, float]:
    """Rename features; features without a new name are left out."""
    return {names[feature]: value for feature, value in values.items() if feature in names}
