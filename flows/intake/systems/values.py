"""Extract the values of a call from a record, by the places of a profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flows.desk.kinds.values import JAPAN
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import number_of
from flows.intake.systems.exported import Exported
from flows.intake.systems.profile import Profile

MAX_CHARS = 200
"""Characters of an id, a name, or a time."""

ZONES = {"UTC": UTC, "Asia/Tokyo": JAPAN}
CLOCKS_DIFFER = timedelta(minutes=10)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""A call before it is a mistake, such as an empty date that a program wrote as 1970."""


@dataclass(frozen=True, slots=True)
class CallValues:
    """Values of a call in a record; a missing one is empty."""

    call_id: str = field(repr=False)
    started_at: datetime
    numbers: tuple[str, ...] = field(repr=False)
    customer_id: str = field(repr=False)
    operator: str = field(repr=False)


def call_values(record: Exported, profile: Profile, now: datetime) -> CallValues:
    """Return the values of a record.

    Args:
        record: The record.
        profile: Profile with the places of the values.
        now: The present time, with zone; a later call is an error.

    Raises:
        IntakeError: with every mistake of the record.
    """
    fields = profile.fields
    faults: list[Fault] = []

    def text(paths: Sequence[str], *, required: bool = False) -> str:
        value = record.first(paths)
        if value is None and not required:
            return ""
        if isinstance(value, str) and value.isprintable() and len(value) <= MAX_CHARS and value.strip():
            return value.strip()
        faults.append(record.fault(paths, "ありません" if value is None else "値の形が正しくありません"))
        return ""

    started_at = _started_at(record, profile, faults)
    if not EARLIEST < started_at < now + CLOCKS_DIFFER and not faults:
        faults.append(record.fault(fields.started_at, "1990年より前か、未来の日時です"))
    found = CallValues(
        call_id=text(fields.call_id, required=profile.sound != "beside"),
        started_at=started_at,
        numbers=_numbers(record, profile, faults),
        customer_id=text(fields.customer_id),
        operator=text(fields.operator),
    )
    if faults:
        raise IntakeError(faults)
    return found


def newest_of(one: Exported, other: Exported, profile: Profile) -> Exported | None:
    """Return the newer of two records of a call; ``None`` where the profile has no time for it."""
    if one.document == other.document:
        return one
    ages = [_age(each, profile) for each in (one, other)]
    if ages[0] is None or ages[1] is None or ages[0] == ages[1]:
        return None
    return one if ages[0] > ages[1] else other


def _age(record: Exported, profile: Profile) -> datetime | None:
    value = None if profile.newest is None else record.at(profile.newest)
    return _moment(value, profile) if isinstance(value, str) else None


def _started_at(record: Exported, profile: Profile, faults: list[Fault]) -> datetime:
    paths = profile.fields.started_at
    parts = [record.at(path) for path in paths]
    texts = [part for part in parts if isinstance(part, str)]
    moment = _moment(" ".join(texts), profile) if len(texts) == len(paths) else None
    if moment is not None:
        return moment
    faults.append(record.fault(paths, "ありません" if None in parts else "日時の形ではありません"))
    return EARLIEST


def _moment(text: str, profile: Profile) -> datetime | None:
    if len(text) > MAX_CHARS or ":" not in text:
        return None
    try:
        if profile.time_format is None:
            moment = datetime.fromisoformat(text.strip())
        else:
            moment = datetime.strptime(text.strip(), profile.time_format)  # noqa: DTZ007 (the zone follows)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZONES[profile.zone])
    return zoned.replace(microsecond=0)


def _numbers(record: Exported, profile: Profile, faults: list[Fault]) -> tuple[str, ...]:
    """Return the phone numbers; a withheld one, or a SIP address, is nothing that is searched for."""
    found = []
    for path in profile.fields.numbers:
        value = record.at(path)
        if value is not None and not isinstance(value, str):
            faults.append(record.fault([path], "文字列ではありません"))
        elif value is not None and (number := number_of(value.strip().removeprefix("tel:"))) is not None:
            found.append(number)
    return tuple(dict.fromkeys(found))
