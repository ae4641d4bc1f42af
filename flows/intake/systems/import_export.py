"""Imports the recordings of an export into the catalogue: all of them, or none with a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import Added
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError
from flows.desk.kinds.values import JAPAN, Actor, NewRecording
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Refused, number_of
from flows.intake.recordings import examine
from flows.intake.systems.exported import Exported, lists_of, read_exported
from flows.intake.systems.profile import Profile
from flows.intake.systems.sound_files import SoundFiles
from flows.intake.tabular import FileError

__all__ = ["Imported", "import_export"]

MAX_CHARS = 200
"""Characters of an id, a name, or a time."""

ZONES = {"UTC": UTC, "Asia/Tokyo": JAPAN}
CLOCKS_DIFFER = timedelta(minutes=10)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""A call before it is a mistake, such as an empty date that a program wrote as 1970."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import.

    Attributes:
        added: What came into the catalogue.
        passed_over: Records of other kinds, such as chats, and older versions of a record.
    """

    added: Added
    passed_over: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A recording and the record that names it; its length and channels are not known yet."""

    record: Exported
    recording: NewRecording = field(repr=False)


def import_export(
    desk: Desk, actor: Actor, place: Path, profile: Profile, operator_channel: int | None = None
) -> Imported:
    """Import an export of a telephone system.

    The recordings stay where they are; each is read once, for its length and its channels.

    Args:
        desk: The desk.
        actor: The person who imports.
        place: A list, or the folder of several; the recordings lie below the same folder.
        profile: How the system writes them.
        operator_channel: Channel on which the operator speaks, where the profile does not know it.

    Raises:
        FileError: when there is no list, or it names no recording at all.
        IntakeError: with every mistake; nothing was taken in.
    """
    records, mistakes = read_exported(lists_of(place, profile), profile)
    wanted, twice = _newest([each for each in records if _is_wanted(each, profile)], profile)
    sounds = SoundFiles(place if place.is_dir() else place.absolute().parent)
    channel = profile.operator_channel if operator_channel is None else operator_channel
    found: list[_Found] = []
    faults = [*mistakes, *twice]
    for record in wanted:
        try:
            found += _recordings(record, profile, sounds)
        except IntakeError as error:
            faults += error.faults
    faults += _same_twice(found, profile)
    heard = [_examined(desk, each, profile, channel) for each in found]
    faults += (each for each in heard if isinstance(each, Fault))
    if faults:
        raise IntakeError(dict.fromkeys(faults))
    if not heard:
        msg = "取り込む通話の録音が1件もありません"
        raise FileError(msg)
    news = [each for each in heard if isinstance(each, NewRecording)]
    return Imported(_added(desk, actor, found, news), len(records) - len(wanted))


def _is_wanted(record: Exported, profile: Profile) -> bool:
    return all(record.at(path) in values for path, values in profile.only.items())


def _newest(records: Sequence[Exported], profile: Profile) -> tuple[list[Exported], list[Fault]]:
    """Leave one record of each id: the newest, where the system writes a call several times."""
    paths = profile.fields.call_id
    if not paths:
        return list(records), []
    by_id: dict[object, Exported] = {}
    faults = []
    for record in records:
        key = record.first(paths)
        if not isinstance(key, str) or key not in by_id:
            by_id[key if isinstance(key, str) else id(record)] = record
            continue
        ages = [_age(each, profile) for each in (by_id[key], record)]
        if record.document == by_id[key].document or (None not in ages and ages[0] != ages[1]):
            by_id[key] = max((by_id[key], record), key=lambda each: str(_age(each, profile)))
        else:
            faults.append(record.fault(paths, "同じ通話IDの記録が前にあります"))
    return list(by_id.values()), faults


def _age(record: Exported, profile: Profile) -> datetime | None:
    value = None if profile.newest is None else record.at(profile.newest)
    return _moment(value, profile) if isinstance(value, str) else None


def _recordings(record: Exported, profile: Profile, sounds: SoundFiles) -> Iterator[_Found]:
    """Yield the recordings of one record: one, or one for each segment of the call."""
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

    call_id = text(fields.call_id, required=profile.sound != "beside")
    started_at = _started_at(record, profile, faults)
    customer_id, operator = text(fields.customer_id), text(fields.operator)
    numbers = _numbers(record, profile, faults)
    if faults or started_at is None:
        raise IntakeError(faults)
    for source_id, path in _sounds(record, profile, sounds, call_id):
        new = NewRecording(
            source_id=source_id,
            started_at=started_at,
            uri=str(path),
            numbers=numbers,
            customer_id=customer_id,
            operator=operator,
        )
        yield _Found(record, new)


def _started_at(record: Exported, profile: Profile, faults: list[Fault]) -> datetime | None:
    paths = profile.fields.started_at
    parts = [record.at(path) for path in paths]
    texts = [part for part in parts if isinstance(part, str)]
    moment = _moment(" ".join(texts), profile) if len(texts) == len(paths) else None
    if None in parts:
        faults.append(record.fault(paths, "ありません"))
    elif moment is None:
        faults.append(record.fault(paths, "日時の形ではありません"))
    elif not EARLIEST < moment < datetime.now(UTC) + CLOCKS_DIFFER:
        faults.append(record.fault(paths, "1990年より前か、未来の日時です"))
    return moment


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


def _sounds(record: Exported, profile: Profile, sounds: SoundFiles, call_id: str) -> list[tuple[str, Path]]:
    """Return the recordings of a record, each with the id that the catalogue knows it by."""
    place = record.first(profile.fields.location)
    try:
        if profile.sound == "by-id":
            return [(f"{call_id}:{path.stem}", path) for path in sounds.of_id(call_id)]
        if profile.sound == "beside":
            path = sounds.beside(record.path, profile.beside)
            return [(call_id or path.stem, path)]
        if isinstance(place, str):
            return [(call_id, sounds.named(place))]
        reason = "録音ファイルの場所の形ではありません"
    except Refused as refused:
        reason = str(refused)
    raise IntakeError([record.fault(profile.fields.location or profile.fields.call_id, reason)])


def _same_twice(found: Iterable[_Found], profile: Profile) -> Iterator[Fault]:
    """Tell of records that name the recording, or have the id, of one before."""
    ids: set[str] = set()
    places: set[str] = set()
    for each in found:
        paths = profile.fields.location or profile.fields.call_id
        if each.recording.uri in places:
            yield each.record.fault(paths, "前の記録と同じ録音ファイルです")
        elif each.recording.source_id in ids:
            yield each.record.fault(paths, "同じ通話IDの記録が前にあります")
        places.add(each.recording.uri)
        ids.add(each.recording.source_id)


def _examined(desk: Desk, each: _Found, profile: Profile, channel: int | None) -> NewRecording | Fault:
    """Read a recording once, for its length and channels."""
    paths = profile.fields.location or profile.fields.call_id
    sound = examine(desk, each.recording.uri)
    if sound is None:
        return each.record.fault(paths, "音声として読めません")
    if sound.channels not in profile.channels:
        told = "か".join(str(count) for count in profile.channels)
        return each.record.fault(paths, f"チャンネルの数が{told}ではありません")
    if sound.channels == 2 and channel is None:
        return Fault(
            0, "", "どちらのチャンネルが担当者か、この一覧では分かりません(--operator-channel 0 か 1)"
        )
    return replace(each.recording, duration=sound.seconds, operator_channel=channel or 0)


def _added(desk: Desk, actor: Actor, found: Sequence[_Found], news: Sequence[NewRecording]) -> Added:
    try:
        return catalogue.add_recordings(desk, actor, news)
    except DuplicateError:
        faults = []
        for each, new in zip(found, news, strict=True):
            known = catalogue.search(desk, catalogue.RecordingQuery(source_id=new.source_id))
            if known and known[0].content != new:
                reason = f"同じ通話IDで内容の違う録音が登録されています({known[0].recording_id})"
                faults.append(each.record.fault((), reason))
    raise IntakeError(faults)
