"""All evidence of whose the findings of a call are: for each finding and each known party, named values."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.finding.verdict import said_of
from pipeline.ownership.evidence.beside import BESIDE_CHARS, PairValues, Told, beside
from pipeline.ownership.evidence.letters import EXPLAINS, explains, name_in, written_name
from pipeline.ownership.evidence.nearness import heard, without_honorific, written
from pipeline.ownership.evidence.numbers import ROOM_DIGITS, block_in, figures_in
from pipeline.ownership.evidence.stretches import Channels
from pipeline.ownership.evidence.talk import owner_in_talk, setting
from pipeline.ownership.known.addresses import number_of, numbers_of
from pipeline.ownership.known.forms import NUMBERS, spoken_forms
from pipeline.ownership.known.names import KNOWN_PARTIES, KanaReader, known_names, other_orders
from pipeline.ownership.known.spelling import BLANKS
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import Mora, morae, spell_out
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = ["Evidence"]

_FILLERS = re.compile(r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s")
"""What is said between two pieces of one address or number."""

MAX_WORD_CHARS: Final = 6
"""Most characters between two pieces of one address or number that are no fillers."""

_ROOM = re.compile(rf"(?<![\d丁目番号階の-])(?<!番地)\d{{{ROOM_DIGITS}}}(?=(?:号室?)?$)")
"""The number behind the name of a building."""

_LATIN = re.compile(r"[A-Za-z]+")
_MAIL_JOINT = re.compile(r"[-_.@＠]")


class Evidence:
    """The findings of a call beside what its case knows.

    Args:
        findings: In order of text.
        transcript: What they point into; without posteriorgrams nothing is heard.
        case: The requester, the staff and the company.
        reader: Reads text and names, and knows kanji.

    Attributes:
        told: The findings as their neighbours see them.
    """

    def __init__(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
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
        self._forms = spoken_forms(case, reader)
        self._names_and_places = [form for form in self._forms if form.kind not in NUMBERS]
        names = (*known_names(case, reader), *other_orders(case, reader))
        self._names = {party: [n for n in names if n.party is party] for party in KNOWN_PARTIES}
        people = (case.requester.names, case.staff, case.company_names)
        self._spelt = {
            party: [BLANKS.sub("", name.text) for name in names]
            for party, names in zip(KNOWN_PARTIES, people, strict=True)
        }
        phones = (case.requester.phones, (), case.company_phones)
        self._phones = {p: list(map(digits_of, n)) for p, n in zip(KNOWN_PARTIES, phones, strict=True)}
        said = [unicodedata.normalize("NFKC", number_of(each)) for each in case.requester.addresses]
        self._blocks = [numbers_of(each) for each in said]
        self._rooms = [room[0] for room in map(_ROOM.search, said) if room]

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
        stretches = self._heard[at]
        kana = "".join(stretch.kana() for stretch in stretches)
        shared = dict(self._settings[at]) | {"listened": float(bool(stretches))}
        person = entity.entity_type == "PERSON"
        forms = self._names_and_places if person else self._forms
        near = written(self._line(said), forms), heard(stretches, forms)
        joined = written(self._line(together), forms) if together else {}
        name = written_name(said, self._reader) if person else None
        out: dict[Party, dict[str, float]] = {}
        for party in KNOWN_PARTIES:
            values = shared | {f"party: {party}": 1.0} | dict(owner_in_talk(entity, party))
            values |= near[0][party] | near[1][party]
            values |= _named("together", joined.get(party, {}))
            if name is not None:
                values |= name_in(name, without_honorific(kana), self._names[party], self._spelt[party])
            if self.told[at].explains:
                values |= explains(said, kana, self._spelt[party], self._reader)
            if not person:
                values |= self._numbers(party, (said, self._kana[at]), kana, together)
            out[party] = values
        return out

    def _numbers(
        self, party: Party, written_as: Sequence[str], kana: str, together: str
    ) -> Mapping[str, float]:
        phones = self._phones[party]
        values = dict(figures_in(written_as, phones))
        values |= _named("heard", figures_in([kana], phones)) if kana else {}
        values |= _named("together", figures_in([together], phones)) if together else {}
        if party is Party.REQUESTER:
            values |= block_in(written_as[0], self._blocks, self._rooms)
            if together:
                values |= _named("together", block_in(together, self._blocks, self._rooms))
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
