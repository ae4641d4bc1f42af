"""Import the recordings of an export into the catalogue: all of them, or none with a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import Added
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError
from flows.desk.kinds.values import Actor, NewRecording
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Refused
from flows.intake.recordings import examine
from flows.intake.systems.exported import Exported, lists_of, read_exported
from flows.intake.systems.profile import Profile
from flows.intake.systems.sound_files import SoundFiles
from flows.intake.systems.values import CallValues, call_values, newest_of
from flows.intake.tabular import FileError

UNTOLD = "どちらのチャンネルが担当者か、この一覧では分かりません(--operator-channel 0 か 1)"


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import.

    Attributes:
        added: Recordings added to the catalogue.
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

    The recordings stay where they are; each that is new is read once, for its length and its channels.

    Args:
        desk: The desk.
        actor: The person who imports.
        place: A list, or the folder of several; the recordings lie below the same folder.
        profile: Profile of the system.
        operator_channel: Channel on which the operator speaks, where the profile does not know it.

    Raises:
        FileError: when there is no list, or it names no recording at all.
        IntakeError: with every mistake; nothing was imported.
    """
    whole = place.absolute()
    records, mistakes = read_exported(lists_of(whole, profile), profile)
    wanted, twice = _newest([each for each in records if _is_wanted(each, profile)], profile)
    sounds = SoundFiles(whole if whole.is_dir() else whole.parent)
    channel = profile.operator_channel if operator_channel is None else operator_channel
    found: list[_Found] = []
    faults = [*mistakes, *twice]
    for record in wanted:
        try:
            found += _recordings(record, call_values(record, profile, desk.clock()), profile, sounds)
        except IntakeError as error:
            faults += error.faults
    faults += _same_twice(found, profile)
    heard = [_examined(desk, each, profile, channel) for each in found]
    faults += (each for each in heard if isinstance(each, Fault))
    if faults:
        raise IntakeError(dict.fromkeys(faults))
    if not heard:
        told = f"({len(records)}件の記録は {'、'.join(profile.only)} の値が違います)" if profile.only else ""
        msg = f"取り込む通話の録音が1件もありません{told}"
        raise FileError(msg)
    news = [each for each in heard if isinstance(each, NewRecording)]
    return Imported(_added(desk, actor, found, news), len(records) - len(wanted))


def _is_wanted(record: Exported, profile: Profile) -> bool:
    return all(record.at(path) in values for path, values in profile.only.items())


def _newest(records: Sequence[Exported], profile: Profile) -> tuple[list[Exported], list[Fault]]:
    """Leave one record of each id: the newest, where the system writes a call several times."""
    paths = profile.fields.call_id
    by_id: dict[str, Exported] = {}
    others, faults = [], []
    for record in records:
        key = record.first(paths)
        if not isinstance(key, str):
            others.append(record)
            continue
        newest = newest_of(by_id.get(key, record), record, profile)
        if newest is None:
            faults.append(record.fault(paths, "同じ通話IDの記録が前にあります"))
        else:
            by_id[key] = newest
    return [*by_id.values(), *others], faults


def _recordings(record: Exported, call: CallValues, profile: Profile, sounds: SoundFiles) -> Iterator[_Found]:
    """Yield the recordings of one record: one, or one for each segment of the call."""
    for source_id, path in _sounds(record, call.call_id, profile, sounds):
        new = NewRecording(
            source_id=source_id,
            started_at=call.started_at,
            uri=str(path),
            numbers=call.numbers,
            customer_id=call.customer_id,
            operator=call.operator,
        )
        yield _Found(record, new)


def _sounds(record: Exported, call_id: str, profile: Profile, sounds: SoundFiles) -> list[tuple[str, Path]]:
    """Return the recordings of a record, each with the id that the catalogue knows it by."""
    place = record.first(profile.fields.location)
    try:
        if profile.sound == "by-id":
            return [(f"{call_id}:{path.stem}", path) for path in sounds.of_id(call_id)]
        if profile.sound == "beside":
            path = sounds.next_to_list(record.path, profile.beside)
            return [(call_id or path.stem, path)]
        if isinstance(place, str):
            return [(call_id, sounds.named(place))]
        reason = "録音ファイルの場所の形ではありません"
    except Refused as refused:
        reason = str(refused)
    raise IntakeError([record.fault(_told_at(profile), reason)])


def _told_at(profile: Profile) -> Sequence[str]:
    """Return the path at which mistakes of a recording are reported: that of its name."""
    return profile.fields.location or profile.fields.call_id


def _same_twice(found: Iterable[_Found], profile: Profile) -> Iterator[Fault]:
    """Yield mistakes for records that have the recording or the id of an earlier one."""
    ids: set[str] = set()
    places: set[str] = set()
    for each in found:
        if each.recording.uri in places:
            yield each.record.fault(_told_at(profile), "前の記録と同じ録音ファイルです")
        elif each.recording.source_id in ids:
            yield each.record.fault(_told_at(profile), "同じ通話IDの記録が前にあります")
        places.add(each.recording.uri)
        ids.add(each.recording.source_id)


def _examined(desk: Desk, each: _Found, profile: Profile, channel: int | None) -> NewRecording | Fault:
    """Read a recording for its length and channels, unless the catalogue has it just so."""
    new = replace(each.recording, operator_channel=channel or 0)
    known = catalogue.search(desk, catalogue.RecordingQuery(source_id=new.source_id))
    if known and replace(known[0].content, duration=None) == new:
        return known[0].content
    sound = examine(desk, new.uri)
    if sound is None:
        return each.record.fault(_told_at(profile), "音声として読めません")
    if sound.channels not in profile.channels:
        told = "か".join(str(count) for count in profile.channels)
        return each.record.fault(_told_at(profile), f"チャンネルの数が{told}ではありません")
    if sound.channels == 2 and channel is None:
        return Fault(0, "", UNTOLD)
    return replace(new, duration=sound.seconds)


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
