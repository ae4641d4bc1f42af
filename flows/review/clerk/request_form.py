"""A request as the fields of a form: its texts, their mistakes, and the proposed readings.

A form is checked as one row of an imported file is (``flows.intake.request_document``), so that no request
enters by the page that would be refused in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request

from flows.desk.kinds.request_words import AUTHORITIES, CHANNELS, DELIVERY, WANTED
from flows.desk.kinds.values import JAPAN, NewRequest
from flows.intake.faults import IntakeError
from flows.intake.fields import SEPARATORS
from flows.intake.request_document import LAYOUT, parse_request
from flows.intake.tabular import record_of
from flows.review.content.readings import Readings
from flows.review.guarding.faults import RefusedError
from pipeline.types import CaseName

MAX_FIELD_CHARS = 4000
"""Characters of one field, more than any value of a request may have."""

LABELS: Mapping[str, str] = {column.key: column.heading for column in LAYOUT.columns}
"""Japanese labels of the fields, in the order of the form."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "channel": tuple(CHANNELS),
    "agent_authority": ("", *AUTHORITIES),
    "wanted": ("両方", "音声", "文字"),
    "delivery": tuple(DELIVERY),
    "fee_paid": ("未", "済"),
}
"""Fields of which one of several words is chosen."""

PAIRS: Mapping[str, str] = {"kana": "name", "address_kana": "address", "agent_kana": "agent_name"}
"""Fields with readings, and the fields that they are readings of."""

PEOPLE = ("kana", "agent_kana")
"""Readings of people's names, for which the lexicon has the usual ones."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked form.

    Attributes:
        texts: Entered text by field.
        new: The request that it describes; ``None`` when something is wrong.
        faults: Mistake by field; mistakes of no single field are under an empty one.
    """

    texts: Mapping[str, str] = field(repr=False)
    new: NewRequest | None = field(repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)


async def texts_sent(request: Request) -> dict[str, str]:
    """Return the texts of a sent form, for ``Depends``.

    Raises:
        RefusedError: when one is longer than any value may be.
    """
    sent = await request.form()
    texts = {key: str(sent.get(key, "")).replace("\r\n", "\n").strip() for key in LABELS}
    if any(len(text) > MAX_FIELD_CHARS for text in texts.values()):
        raise RefusedError(422, "bad_request", "長すぎる項目があります")
    return texts


def check(texts: Mapping[str, str], now: datetime) -> Checked:
    """Look a form through.

    Args:
        texts: Entered text by field.
        now: The present time, with zone.
    """
    # Without a fee nothing is unpaid.
    filled = {key: text for key, text in texts.items() if text}
    try:
        new = parse_request(record_of(filled, LAYOUT), now, numbered=False)
    except IntakeError as error:
        faults: dict[str, str] = {}
        for fault in error.faults:
            faults.setdefault(fault.column, fault.reason)
        return Checked(texts, None, faults)
    return Checked(texts, new)


def texts_of(new: NewRequest) -> dict[str, str]:
    """Return the texts of a form that describes a request."""
    agent, scope = new.agent, new.scope
    told = {
        "reference": new.reference,
        "received_at": f"{new.received_at.astimezone(JAPAN):%Y-%m-%dT%H:%M}",
        "channel": _word(CHANNELS, new.channel),
        "name": _lines(name.text for name in new.requester.names),
        "kana": _readings(new.requester.names),
        "phone": _lines(new.requester.phones),
        "address": _lines(place.text for place in new.requester.addresses),
        "address_kana": _readings(new.requester.addresses),
        "member_number": new.member_number,
        "first": scope.first.isoformat() if scope.first else "",
        "last": scope.last.isoformat() if scope.last else "",
        "topic": scope.topic,
        "numbers": _lines(scope.numbers),
        "wanted": _word(WANTED, new.wanted),
        "delivery": _word(DELIVERY, new.delivery),
        "fee_yen": str(new.fee_yen) if new.fee_yen else "",
        "fee_paid": "済" if new.fee_paid else "未",
        "desk": new.desk,
        "person": new.person,
    }
    if agent is not None:
        told |= {"agent_name": agent.name.text, "agent_kana": agent.name.kana, "agent_proof": agent.proof}
        told["agent_authority"] = _word(AUTHORITIES, agent.authority)
    return {key: told.get(key, "") for key in LABELS}


def _word(labels: Mapping[str, str], code: str) -> str:
    """Return the Japanese label of a code word; the company's own words are returned unchanged."""
    return next((label for label, known in labels.items() if known == code), code)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)


def _readings(names: Iterable[CaseName]) -> str:
    """Return the readings of names; where only some are known, each keeps its place."""
    kana = [name.kana for name in names]
    return (_lines if all(kana) else ";".join)(kana) if any(kana) else ""


def proposed(texts: Mapping[str, str], readings: Readings) -> dict[str, str]:
    """Return a reading for each name or address that has none; it is a proposal, which a person checks.

    Args:
        texts: Entered text by field.
        readings: Reader of names.
    """
    found = {}
    for kana, text in PAIRS.items():
        if texts.get(text) and not texts.get(kana):
            read = [readings.propose(part) for part in _parts(texts[text])]
            if all(read):
                found[kana] = _lines(read)
    return found


def unusual(texts: Mapping[str, str], readings: Readings) -> tuple[str, ...]:
    """Return the fields of people's readings in which one is unusual for the written name.

    Such a name is no mistake; but a slip of the pen would make others' data pass for the person's own.
    """
    return tuple(
        kana
        for kana in PEOPLE
        if any(
            read and not readings.fits(name, read)
            for name, read in zip(_parts(texts[PAIRS[kana]]), _parts(texts[kana]), strict=False)
        )
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in SEPARATORS.split(text)]


def shown(texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return key, label and text of every field that is filled, for a summary."""
    fee = texts.get("fee_yen", "") not in {"", "0"}
    filled = [(key, label, texts.get(key, "")) for key, label in LABELS.items()]
    return [(key, label, text) for key, label, text in filled if text and (key != "fee_paid" or fee)]
