"""Import recordings into the catalogue, from the telephone system's list or from file names."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pydantic import Field, field_validator

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import Added
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError, RecordingUnreadableError
from flows.desk.kinds.values import Actor, NewRecording
from flows.desk.storage.local_files import files_at, split_protocol
from flows.desk.storage.sources import PROTOCOLS, copy_source
from flows.files.case_fields import Strict
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Channel, Free, Line, Moment, Phones, Refused, Seconds
from flows.intake.file_pattern import FilePattern
from flows.intake.tabular import Column, Layout, Record, parse_records
from pipeline.errors import UnreadableAudioError

LAYOUT = Layout(
    (
        Column("call_id", "通話ID", ("call_id",), required=True),
        Column("started_at", "開始日時", ("started_at",), required=True),
        Column("file", "ファイル", ("file",), required=True),
        Column("duration", "長さ", ("duration",)),
        Column("numbers", "電話番号", ("numbers",)),
        Column("customer_id", "顧客番号", ("customer_id",)),
        Column("operator", "担当者", ("operator",)),
        Column("operator_channel", "担当者のチャンネル", ("operator_channel",)),
    )
)

AUDIO_SUFFIXES = frozenset({".wav", ".mp3", ".m4a", ".ogg", ".opus", ".flac", ".gsm", ".amr"})
"""Suffixes of the files that a scan considers."""

SETTLE_SECONDS = 60.0
"""Seconds since the last write after which a file counts as complete."""

BATCH_RECORDINGS = 500
"""Recordings added in one transaction of a scan, so that a repeated scan continues where it was stopped."""


class RecordingDocument(Strict):
    """A recording as an imported document."""

    call_id: Line = Field(repr=False)
    started_at: Moment
    file: Free = Field(repr=False)
    duration: Seconds | None = None
    numbers: Phones = Field(default=(), repr=False)
    customer_id: Line = Field(default="", repr=False)
    operator: Line = Field(default="", repr=False)
    operator_channel: Channel = 0

    @field_validator("call_id", "file")
    @classmethod
    def _filled(cls, value: str) -> str:
        if not value:
            raise Refused("空です")
        return value

    def value(self, folder: Path) -> NewRecording:
        """Return the catalogue entry; a relative path is taken below ``folder``.

        Raises:
            ValueError: when a local file does not exist; the message does not name it.
        """
        protocol, _ = split_protocol(self.file)
        uri = self.file
        if protocol is None:
            path = folder / self.file
            if not path.is_file():
                msg = "録音ファイルがありません"
                raise ValueError(msg)
            uri = str(path.absolute())
        elif protocol not in PROTOCOLS:
            msg = "この種類の場所は使えません"
            raise ValueError(msg)
        return NewRecording(
            source_id=self.call_id,
            started_at=self.started_at,
            uri=uri,
            duration=self.duration,
            numbers=self.numbers,
            customer_id=self.customer_id,
            operator=self.operator,
            operator_channel=self.operator_channel,
        )


def import_recordings(desk: Desk, actor: Actor, path: Path, layout: Layout = LAYOUT) -> Added:
    """Import a list of recordings, all of it or nothing.

    Recordings that the catalogue already has with the same content are skipped, so that overlapping lists can
    be imported.

    Args:
        desk: The desk.
        actor: The person who imports.
        path: ``.csv`` or ``.json``; files in it are named by a path, relative to the list's own
            folder, or by a URL.
        layout: The columns, with a telephone system's own headings.

    Raises:
        FileError: when the list cannot be read.
        IntakeError: with every mistake; nothing was taken in.
    """

    def parse(record: Record) -> NewRecording:
        document = record.checked(RecordingDocument)
        try:
            return document.value(path.absolute().parent)
        except ValueError as error:
            faults = [record.fault(("file",), str(error))]
        raise IntakeError(faults)

    found, mistakes = parse_records(path, layout, parse)
    faults = [*mistakes, *_twice(found)]
    if faults:
        raise IntakeError(faults)
    news = [new for _, new in found]
    try:
        return catalogue.add_recordings(desk, actor, news)
    except DuplicateError:
        faults = _known_otherwise(desk, found)
    raise IntakeError(faults)


def _twice(found: Sequence[tuple[Record, NewRecording]]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for record, new in found:
        row = first.setdefault(new.source_id, record.row)
        if row != record.row:
            faults.append(record.fault(("call_id",), f"{row}{record.unit}と同じ通話IDです"))
    return faults


def _known_otherwise(desk: Desk, found: Sequence[tuple[Record, NewRecording]]) -> list[Fault]:
    faults = []
    for record, new in found:
        known = catalogue.search(desk, catalogue.RecordingQuery(source_id=new.source_id))
        if known and known[0].content != new:
            reason = f"同じ通話IDで内容の違う録音が登録されています({known[0].recording_id})"
            faults.append(record.fault(("call_id",), reason))
    return faults


@dataclass(frozen=True, slots=True)
class Scanned:
    """Counts of a scan.

    Attributes:
        new: Recordings added to the catalogue.
        known: Recordings that the catalogue already had.
        unmatched: Audio files whose name does not match the pattern.
        unreadable: New recordings whose length could not be measured.
        changed: Recordings whose id the catalogue has with other content; they are left unchanged.
        young: Files that may still be being written; the next scan takes them.
    """

    new: int = 0
    known: int = 0
    unmatched: int = 0
    unreadable: int = 0
    changed: int = 0
    young: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a scan found.

    Attributes:
        path: Path below the folder.
        uri: Place for the catalogue.
        written: Time of the last write, in seconds since 1970; ``None`` in a bucket, where a file appears
            only when it is complete.
    """

    path: str = field(repr=False)
    uri: str = field(repr=False)
    written: float | None


def scan_recordings(
    desk: Desk, actor: Actor, root: str, pattern: FilePattern, *, probe: bool = True
) -> Scanned:
    """Add the recordings of a folder or bucket to the catalogue, by the fields in their names.

    It may be repeated: recordings that are there already are skipped.

    Args:
        desk: The desk.
        actor: The person who scans.
        root: Folder or fsspec URL; everything below it is scanned.
        pattern: Pattern of the names.
        probe: Whether each new recording is read to measure its length.

    Raises:
        RecordingUnreadableError: when the place cannot be listed.
    """
    counts = Scanned()
    settled_by = time.time() - SETTLE_SECONDS
    files = iter(_listed(desk, root))
    while batch := list(itertools.islice(files, BATCH_RECORDINGS)):
        settled = [file for file in batch if file.written is None or file.written <= settled_by]
        counts = replace(counts, young=counts.young + len(batch) - len(settled))
        counts = _add_batch(desk, actor, [_read_name(file, pattern) for file in settled], counts, probe=probe)
    return counts


def _listed(desk: Desk, root: str) -> list[_File]:
    secret = desk.settings.recordings_options
    protocol, _ = split_protocol(root)
    if protocol is not None and protocol not in PROTOCOLS:
        msg = "この種類の場所は使えません"
        raise RecordingUnreadableError(msg)
    try:
        options = json.loads(secret.get_secret_value()) if secret else {}
        fs, base = files_at(root, **options)
        there = fs.isdir(base)
        found = fs.find(base, detail=True) if there else {}
    except Exception as error:  # noqa: BLE001
        # A client library's message would contain the path.
        kind = type(error).__name__
    else:
        if not there:
            msg = "録音のフォルダがありません"
            raise RecordingUnreadableError(msg)
        prefix = base.rstrip("/") + "/"
        return [
            _File(
                path.removeprefix(prefix), fs.unstrip_protocol(path) if protocol else path, info.get("mtime")
            )
            for path, info in sorted(found.items())
            if PurePosixPath(path).suffix.lower() in AUDIO_SUFFIXES
        ]
    msg = f"録音の場所を一覧できません({kind})"
    raise RecordingUnreadableError(msg)


def _read_name(file: _File, pattern: FilePattern) -> NewRecording | None:
    said = pattern.match(file.path)
    if said is None:
        return None
    return NewRecording(
        # The path is absolute, so that it does not depend on where the scan began.
        source_id=said.id or file.uri,
        started_at=said.start,
        uri=file.uri,
        numbers=said.numbers,
        customer_id=said.customer,
        operator=said.operator,
        operator_channel=pattern.operator_channel,
    )


def _add_batch(
    desk: Desk, actor: Actor, batch: Sequence[NewRecording | None], counts: Scanned, *, probe: bool
) -> Scanned:
    fresh: dict[str, NewRecording] = {}
    known, changed = counts.known, counts.changed
    for new in batch:
        if new is None:
            continue
        other = catalogue.search(desk, catalogue.RecordingQuery(source_id=new.source_id))
        if not other and new.source_id not in fresh:
            fresh[new.source_id] = new
        elif other and replace(other[0].content, duration=None) == new:
            known += 1
        else:
            changed += 1
    measured = [replace(new, duration=measure(desk, new.uri) if probe else None) for new in fresh.values()]
    added = catalogue.add_recordings(desk, actor, measured) if measured else Added((), 0)
    return replace(
        counts,
        new=counts.new + len(added.new),
        known=known + added.known,
        unmatched=counts.unmatched + batch.count(None),
        unreadable=counts.unreadable + (sum(new.duration is None for new in measured) if probe else 0),
        changed=changed,
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """Length and number of channels of a recording, which was read once."""

    seconds: float
    channels: int


def examine(desk: Desk, uri: str) -> Sound | None:
    """Read a recording of the company's places, or return ``None`` when it cannot be read."""
    with desk.store.private_folder() as folder:
        copy = folder / f"recording{PurePosixPath(uri).suffix.lower()}"
        try:
            copy_source(desk.settings, uri, copy)
        except RecordingUnreadableError:
            return None
        return measured_sound(copy)


def measured_sound(path: Path) -> Sound | None:
    """Read a private copy of a recording, or return ``None`` when it cannot be read.

    It is decoded as for masking, because a header may promise more than the file contains.
    """
    from pipeline.audio.recording import read_recording

    try:
        whole = read_recording(path, path.parent)
    except UnreadableAudioError:
        return None
    return Sound(round(whole.duration, 3), whole.channels)


def measure(desk: Desk, uri: str) -> float | None:
    """Return a recording's length in seconds, or ``None`` when it cannot be read."""
    sound = examine(desk, uri)
    return None if sound is None else sound.seconds
