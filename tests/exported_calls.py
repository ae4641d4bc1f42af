"""Exports of telephone systems, made to the formats that ``flows/intake/systems`` names the sources of.

The record of Amazon Connect has the keys of a published sample, the folders of Genesys Cloud and the columns
of NICE CXone are those of the makers' pages; the values are made up.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders import voice_file

SECRETS = ("長谷川", "9012345678", "hasegawa", "h0stile")
"""What stands in the values of every export, and in no message."""

NUMBERS = ("09012345678", "0120444444")
IDS = ("15a5cf14-3212-45a1-9f86-a8e97db8afaf", "7be0e4a2-58f5-4e80-a0b4-3f7b5c1d9e02")

Record = dict[str, Any]


def contact_record(call_id: str) -> Record:
    """A contact record of Amazon Connect."""
    place = f"amazon-connect-fcc6/connect/aozora/CallRecordings/2026/10/10/{call_id}_20261010T01:15_UTC.wav"
    return {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": {"ARN": "arn:aws:connect:…", "AgentInteractionDuration": 33, "Username": "hasegawa"},
        "Attributes": {"note": "長谷川隆様"},
        "Channel": "VOICE",
        "ContactId": call_id,
        "CustomerEndpoint": {"Address": "+819012345678", "Type": "TELEPHONE_NUMBER"},
        "DisconnectTimestamp": "2026-10-10T01:16:22Z",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-10-10T01:15:00Z",
        "LastUpdateTimestamp": "2026-10-10T01:18:02Z",
        "Queue": {"Name": "BasicQueue", "Duration": 7},
        "Recording": {"DeletionReason": None, "Location": place, "Status": "AVAILABLE", "Type": "AUDIO"},
        "Recordings": [{"Location": place, "MediaStreamType": "AUDIO", "Status": "AVAILABLE"}],
        "SystemEndpoint": {"Address": "+81120444444", "Type": "TELEPHONE_NUMBER"},
    }


def connect_export(folder: Path) -> Path:
    """Two contact records in one object of the stream, without a line break, and the bucket beside it."""
    records = [contact_record(each) for each in IDS]
    for record in records:
        path = folder / record["Recording"]["Location"]
        path.parent.mkdir(parents=True, exist_ok=True)
        voice_file(path, 2.0, channels=2)
    return write(folder / "aozora-ctr-1-2026-10-10-01-20-00", records)


def genesys_export(folder: Path) -> Path:
    """Two recordings in the folders of their conversations, each with its metadata beside it."""
    for each in IDS:
        place = folder / "org/year=2026/month=10/day=10/hour=1" / f"conversation_id={each[::-1]}"
        place.mkdir(parents=True)
        voice_file(place / f"{each}.wav", 2.0, channels=2)
        metadata = {
            "mediaType": "Call",
            "provider": "Edge",
            "userIds": ["hasegawa"],
            "conversationId": each[::-1],
            "recordingId": each,
            "startTime": "2026-10-10T01:15:00.123Z",
            "ani": "tel:+819012345678",
            "dnis": "tel:+81120444444",
            "participants": [{"name": "長谷川隆"}],
        }
        write(place / f"{each}_metadata.json", [metadata])
    return folder


def nice_export(folder: Path) -> Path:
    """A report of two contacts, the second with two segments, and the stored files."""
    (folder / "files").mkdir()
    for name in ("709320086206", "709320089270_1", "709320089270_2"):
        voice_file(folder / "files" / f"4591234_{name}.wav", 2.0, channels=2)
    return write_rows(folder / "CallDetail.csv", [HEADINGS, *NICE_ROWS])


HEADINGS = (
    *("Contact_ID", "Master_Contact_ID", "Contact_Code", "Media_Name", "Contact_Name", "ANI_DIALNUM"),
    *("Skill_Name", "Agent_No", "Agent_Name", "Start_Date", "start_time", "Agent_Time", "Abandon", "Tags"),
)
NICE_ROWS = tuple(
    (
        *(call_id, call_id, "7", "Phone Call", "0120444444", "09012345678"),
        *("窓口", "12", "長谷川隆", "10/10/2026", "10:15:00", "33", "N", ""),
    )
    for call_id in ("709320086206", "709320089270")
)


@dataclass(frozen=True)
class System:
    """A telephone system in the tests.

    Attributes:
        profile: Name of its profile.
        export: Makes a good export in a folder, and returns what is imported.
        ids: Of the recordings in it, as the catalogue knows them.
        channel: On which the operator speaks, where the profile does not know it.
        agent: The operator, as the export names them.
    """

    profile: str
    export: Callable[[Path], Path]
    ids: tuple[str, ...]
    channel: int | None
    agent: str


CONNECT = System("amazon-connect", connect_export, IDS, None, "hasegawa")
GENESYS = System("genesys-cloud", genesys_export, IDS, 1, "hasegawa")
NICE = System(
    "nice-cxone",
    nice_export,
    (
        "709320086206:4591234_709320086206",
        "709320089270:4591234_709320089270_1",
        "709320089270:4591234_709320089270_2",
    ),
    0,
    "長谷川隆",
)
SYSTEMS = (CONNECT, GENESYS, NICE)


def write(path: Path, records: Sequence[object]) -> Path:
    """Write JSON values one after another."""
    # As Python writes it by default: half a letter can be written in no other way.
    path.write_text("".join(map(json.dumps, records)), encoding="utf-8")
    return path


def write_rows(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    """Write a CSV as a report's download does."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def last_list(place: Path) -> Path:
    """The list of the last record, of a good export."""
    return place if place.is_file() else sorted(place.rglob("*_metadata.json"))[-1]


def changed(place: Path, change: Mapping[str, object]) -> None:
    """Change keys of an export's last record, by their paths; ``GONE`` takes a key away."""
    path = last_list(place)
    decoder, text, records, at = json.JSONDecoder(), path.read_text(encoding="utf-8"), [], 0
    while at < len(text):
        record, at = decoder.raw_decode(text, at)
        records.append(record)
    for where, value in change.items():
        *above, last = where.split(".")
        target = records[-1]
        for key in above:
            target = target[key]
        if value is GONE:
            del target[last]
        else:
            target[last] = value
    write(path, records)


GONE = object()
