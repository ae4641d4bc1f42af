"""All evidence of whose the findings of a call are: for each finding and each known party, named values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.finding.verdict import said_of
from pipeline.ownership.evidence.beside import BESIDE_CHARS, PairValues, Told, beside
from pipeline.ownership.evidence.letters import EXPLAINS, explains, name_in, written_name
from pipeline.ownership.evidence.mail import heard_user, written_user
from pipeline.ownership.evidence.nearness import heard, without_honorific, written
from pipeline.ownership.evidence.numbers import block_in, figures_in
from pipeline.ownership.evidence.stretches import Channels, Stretch
from pipeline.ownership.evidence.talk import owner_in_talk, setting
from pipeline.ownership.known.known_case import KnownCase
from pipeline.ownership.known.names import KNOWN_PARTIES, KanaReader
from pipeline.sound.morae import Mora, morae, spell_out
from pipeline.types import Finding, Party, Transcript

__all__ = ["Evidence"]

_FILLERS = re.compile(r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s")
"""What is said between two pieces of one address or number."""

MAX_WORD_CHARS: Final = 6
"""Most characters between two pieces of one address or number that are no fillers."""

_LATIN = re.compile(r"[A-Za-z]+")
_MAIL_JOINT = re.compile(r"[-_.]")


class Evidence:
    """The findings of a call beside what its case knows.

    Args:
        findings: In order of text.
        transcript: What they point into; without posteriorgrams nothing is heard.
        known: What the case knows.
        reader: Reads text and names, and knows kanji.

    Attributes:
        told: The findings as their neighbours see them.
    """

    def __init__(
        self, findings: Sequence[Finding], transcript: Transcript, known: KnownCase, reader: KanaReader
    ) -> None:
        self._entities = [finding.entity for finding in findings]
        self._said = [said_of(finding, transcript.text) for finding in findings]
        self._reader = reader
        self._kana = [reader.kana(said) for said in self._said]
        self.told = [
            Told(entity, kana, EXPLAINS.search(said) is not None)
            for entity, kana, said in zip(self._entities, self._kana, self._said, strict=True)
        ]
        self._together = _together(findings, self._said, transcript.text)
        channels = Channels(transcript)
        self._heard = [channels.stretches(finding) for finding in findings]
        self._settings = [setting(entity, transcript) for entity in self._entities]
        self._known = known

    def by_itself(self) -> tuple[PairValues, ...]:
        """What speaks for each finding being each party's, whatever stands around it."""
        return tuple(map(self._look, range(len(self._entities))))

    def around(self, chances: NDArray[np.float64]) -> tuple[PairValues, ...]:
        """What the findings around each say of it.

        Args:
            chances: The probability of each finding that it is each known party's, shape (findings, parties).
        """
        return beside(self.told, chances)

    def _look(self, at: int) -> PairValues:
        entity, said, together = self._entities[at], self._said[at], self._together[at]
        stretches: Sequence[Stretch] = self._heard[at]
        if entity.entity_type == "EMAIL_ADDRESS":
            said, stretches = written_user(said), [heard_user(stretch) for stretch in stretches]
        kana = "".join(stretch.kana() for stretch in stretches)
        shared = dict(self._settings[at]) | {"listened": float(bool(stretches))}
        person = entity.entity_type == "PERSON"
        known = self._known
        forms = known.names_and_places if person else known.forms
        near = written(self._line(said), forms), heard(stretches, forms)
        joined = written(self._line(together), forms) if together else {}
        name = written_name(said, self._reader) if person else None
        out: dict[Party, dict[str, float]] = {}
        for party in KNOWN_PARTIES:
            values = shared | {f"party: {party}": 1.0} | dict(owner_in_talk(entity, party))
            values |= near[0][party] | near[1][party]
            values |= _named("together", joined.get(party, {}))
            if name is not None:
                values |= name_in(name, without_honorific(kana), known.names[party], known.spelt[party])
            if self.told[at].explains:
                values |= explains(said, kana, known.spelt[party], self._reader)
            if not person:
                values |= self._numbers(party, (said, self._kana[at]), kana, together)
            out[party] = values
        return out

    def _numbers(
        self, party: Party, written_as: Sequence[str], kana: str, together: str
    ) -> Mapping[str, float]:
        phones = self._known.phones[party]
        values = dict(figures_in(written_as, phones))
        values |= _named("heard", figures_in([kana], phones)) if kana else {}
        values |= _named("together", figures_in([together], phones)) if together else {}
        if party is Party.REQUESTER:
            values |= block_in(written_as[0], self._known.blocks, self._known.rooms)
            if together:
                values |= _named("together", block_in(together, self._known.blocks, self._known.rooms))
        return values

    def _line(self, said: str) -> tuple[Mora | None, ...]:
        """How words read; a mail address in Latin letters as it sounds, its words apart."""
        if not _LATIN.search(said):
            return morae(self._reader.kana(said))
        words = (_LATIN.sub(lambda latin: spell_out(latin[0]), word) for word in _MAIL_JOINT.split(said))
        lines = [morae(self._reader.kana(word)) for word in words]
        return tuple(itertools.chain.from_iterable((*line, None) for line in lines))[:-1]


def _named(prefix: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{prefix}: {name}": value for name, value in values.items()}


def _together(findings: Sequence[Finding], said: Sequence[str], text: str) -> list[str]:
    """The words of all pieces of one address or number, for each of several; else nothing."""
    runs: list[list[int]] = []
    for at, finding in enumerate(findings):
        if finding.entity.entity_type == "PERSON":
            continue
        between = text[findings[runs[-1][-1]].entity.chars.end : finding.entity.chars.start] if runs else ""
        near = len(between) <= BESIDE_CHARS and len(_FILLERS.sub("", between)) <= MAX_WORD_CHARS
        if runs and near:
            runs[-1].append(at)
        else:
            runs.append([at])
    joined = {at: "".join(said[each] for each in run) for run in runs if len(run) > 1 for at in run}
    return [joined.get(at, "") for at in range(len(findings))]
