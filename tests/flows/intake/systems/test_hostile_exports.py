"""Forty hostile exports of each system: a clear error without personal data, no import, no connection."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError
from flows.intake.faults import IntakeError
from flows.intake.systems.import_export import import_export
from flows.intake.systems.profile import profile_of
from flows.intake.tabular import FileError
from tests.audio_files import FORMATS, babble, encode
from tests.builders import voice_file
from tests.desk_builders import CLERK
from tests.exported_calls import (
    CONNECT,
    GENESYS,
    GONE,
    HEADINGS,
    NICE,
    NICE_ROWS,
    SECRETS,
    System,
    changed,
    last_list,
    write_rows,
)

Spoil = Callable[[Path], object]
"""Spoils the last record of a good export, or what belongs to it."""

pytestmark = pytest.mark.usefixtures("no_network")

DEEP = json.loads("[" * 800 + "]" * 800)
FUTURE = "2099-01-01T00:00:00Z"


def text(change: Callable[[str], str]) -> Spoil:
    """The last list's text, spoiled."""

    def spoil(place: Path) -> None:
        path = last_list(place)
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return spoil


def raw(content: bytes) -> Spoil:
    """The last list's bytes, replaced."""
    return lambda place: last_list(place).write_bytes(content)


def values(**change: object) -> Spoil:
    """Values of the last record, changed; ``__`` stands for a dot."""
    return lambda place: changed(place, {key.replace("__", "."): each for key, each in change.items()})


def last_sound(place: Path) -> Path:
    """The recording that the last record names."""
    folder = place if place.is_dir() else place.parent
    if place.is_dir() and last_list(place) != place:
        list_ = last_list(place)
        return list_.with_name(list_.name.replace("_metadata.json", ".wav"))
    return sorted(folder.rglob("*.wav"))[-1]


def sound(make: Callable[[Path], object]) -> Spoil:
    """The last recording, replaced."""

    def spoil(place: Path) -> None:
        path = last_sound(place)
        path.unlink()
        make(path)

    return spoil


def five_channels(path: Path) -> None:
    """A header that promises more than anybody has ears for."""
    voice_file(path, 1.0, channels=2)
    whole = bytearray(path.read_bytes())
    whole[22:24] = (5).to_bytes(2, "little")
    path.write_bytes(whole)


SOUNDS: dict[str, Spoil] = {
    "no sound": sound(lambda _: None),
    "an empty sound": sound(lambda path: path.write_bytes(b"")),
    "a sound that is none": sound(lambda path: path.write_bytes("長谷川".encode() * 500)),
    "a folder for a sound": sound(lambda path: path.mkdir()),
    "a pipe for a sound": sound(os.mkfifo),
    "a link out of the folder": sound(lambda path: path.symlink_to("/etc/hostname")),
    "a link in a circle": sound(lambda path: path.symlink_to(path)),
    "five channels": sound(five_channels),
    "silence": sound(lambda path: path.write_bytes(_silence())),
    "a sound that ends early": sound(
        lambda path: path.write_bytes(voice_file(path, 2.0, channels=2).read_bytes()[:9000])
    ),
}


def _silence() -> bytes:
    header = b"RIFF" + (36 + 32000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = b"\1\0\2\0" + (8000).to_bytes(4, "little") + (32000).to_bytes(4, "little") + b"\4\0\x10\0"
    return header + shape + b"data" + (32000).to_bytes(4, "little") + bytes(32000)


TEXTS: dict[str, Spoil] = {
    "nothing": raw(b""),
    "white space": raw(b" \n\t "),
    "cut off": text(lambda whole: whole[:-9]),
    "no JSON": raw("長谷川隆 090-1234-5678".encode()),
    "another encoding": raw("{'長谷川': 1}".encode("utf-16")),
    "no encoding": raw(b"\xff\xfe\x80{}"),
    "zero bytes": raw(bytes(3000)),
    "a number": raw(b"7"),
    "a text": raw('"長谷川"'.encode()),
    "null": raw(b"null"),
    "a list of texts": raw('["長谷川", "h0stile"]'.encode()),
    "a list of lists": raw(b"[[], [[]]]"),
    "a bracket too many": text(lambda whole: whole + "}"),
    "a key that stands twice": text(lambda whole: whole[:-1] + ', "長谷川": 1, "長谷川": 2}'),
    "nested too deep": raw(b"[" * 100_000),
    "a number with too many digits": text(lambda whole: whole[:-1] + ', "n": ' + "9" * 6_000 + "}"),
}


def strings(*paths: str) -> dict[str, Spoil]:
    """What no text may be, at places that hold one."""
    wrong: dict[str, object] = {
        "a number": 9012345678,
        "a list": ["長谷川"],
        "an object": {"長谷川": "h0stile"},
        "true": True,
        "nan": float("nan"),
    }
    found = {}
    for (what, value), path in zip(wrong.items(), (paths * 5)[: len(wrong)], strict=True):
        found[f"{path}: {what}"] = values(**{path.replace(".", "__"): value})
    return found


def times(path: str) -> dict[str, Spoil]:
    """What no time may be."""
    wrong: dict[str, object] = {
        "missing": GONE,
        "null": None,
        "in the future": FUTURE,
        "of a clock that began anew": "1970-01-01T00:00:00Z",
        "before the calendar": "0001-01-01T00:00:00+14:00",
        "out of the calendar": "2026-02-30T10:15:00Z",
        "milliseconds": 1791594900000,
        "a zone of 99 hours": "2026-10-10T10:15:00+99:00",
        "a name": "長谷川隆さんの10:15",
        "long": "2026-10-10T10:15:00" + "0" * 5_000,
    }
    return {f"{path}: {what}": values(**{path: value}) for what, value in wrong.items()}


def places(path: str) -> dict[str, Spoil]:
    """What no place of a recording may be."""
    wrong: dict[str, object] = {
        "another host": "https://h0stile.example/長谷川.wav",
        "another protocol": "gopher://h0stile/長谷川.wav",
        "a file URL": "file:///etc/長谷川.wav",
        "upward": "../../../../長谷川.wav",
        "upward within": "bucket/../../長谷川.wav",
        "from the root": "/etc/長谷川.wav",
        "another disk": "C:\\長谷川\\call.wav",
        "a zero byte": "bucket/長谷川\0.wav",
        "no sound's ending": "bucket/passwd",
        "too long": "a/" * 600 + "長谷川.wav",
        "a long name": "長" * 900 + ".wav",
        "a line break": "bucket/長谷川\n.wav",
        "half a letter": "bucket/\ud800.wav",
        "not there": "bucket/長谷川.wav",
    }
    return {f"{path}: {what}": values(**{path.replace(".", "__"): value}) for what, value in wrong.items()}


def one_channel(path: Path) -> None:
    """Where two are promised."""
    voice_file(path, 2.0, channels=1)


def same_place(place: Path) -> None:
    """Two records that name one recording."""
    first, second = _contacts(place)
    second["Recording"]["Location"] = first["Recording"]["Location"]
    place.write_text(json.dumps([first, second]), encoding="utf-8")


def same_id(place: Path) -> None:
    """Two calls of one id and one age."""
    first, second = _contacts(place)
    second["ContactId"] = first["ContactId"]
    place.write_text(json.dumps([first, second]), encoding="utf-8")


def _contacts(place: Path) -> list[dict]:
    return json.loads("[" + place.read_text(encoding="utf-8").replace("}{", "},{") + "]")


AMAZON: dict[str, Spoil] = {
    **TEXTS,
    **SOUNDS,
    **times("InitiationTimestamp"),
    **places("Recording.Location"),
    **strings("ContactId", "Agent.Username", "CustomerEndpoint.Address", "SystemEndpoint.Address"),
    "one channel": sound(one_channel),
    "no id": values(ContactId=GONE),
    "an empty id": values(ContactId=" "),
    "a long id": values(ContactId="h0stile" * 100),
    "an id with half a letter": values(ContactId="h0stile\ud800"),
    "a deep id": values(ContactId=DEEP),
    "the same id twice": same_id,
    "the same recording twice": same_place,
    "a place that is a list": values(Recording__Location=["長谷川"]),
}

PURE: dict[str, Spoil] = {
    **TEXTS,
    **SOUNDS,
    **times("startTime"),
    **strings("ani", "dnis"),
    "two sounds": lambda place: voice_file(last_sound(place).with_suffix(".flac"), 1.0),
    "an operator that is an object": values(userIds=[{"name": "長谷川"}]),
    "an operator that is a number": values(userIds=[9012345678]),
    "a long operator": values(userIds=["長谷川" * 100]),
    "an operator with a bell": values(userIds=["長谷川\a"]),
    "a list that is a pipe": lambda place: _replaced(last_list(place), os.mkfifo),
    "a list that may not be read": lambda place: _replaced(
        last_list(place), lambda path: path.symlink_to(path)
    ),
}


def _replaced(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


def row(position: int, **change: str) -> Spoil:
    """Cells of a row, changed by their headings."""

    def spoil(place: Path) -> None:
        rows = [dict(zip(HEADINGS, each, strict=True)) for each in NICE_ROWS]
        rows[position] |= change
        write_rows(place, [HEADINGS, *([*each.values()] for each in rows)])

    return spoil


def table(change: Callable[[list[list[str]]], object], encoding: str = "utf-8-sig") -> Spoil:
    """The whole table, changed."""

    def spoil(place: Path) -> None:
        rows = [[*HEADINGS], *([*each] for each in NICE_ROWS)]
        change(rows)
        write_rows(place, rows, encoding)

    return spoil


CXONE: dict[str, Spoil] = {
    **{name: SOUNDS[name] for name in SOUNDS if name not in {"no sound", "a folder for a sound"}},
    "nothing": raw(b""),
    "only headings": table(lambda rows: rows.__delitem__(slice(1, None))),
    "no headings": table(lambda rows: rows.pop(0)),
    "an open quote": text(lambda whole: whole + '"長谷川'),
    "zero bytes": raw(bytes(3000)),
    "another encoding": raw("Contact_ID,長谷川".encode("utf-16")),
    "no encoding": raw(b"Contact_ID\n\xff\xfe\x80\x81\xfd"),
    "a heading twice": table(
        lambda rows: [each.append("x") for each in rows] and rows[0].__setitem__(-1, "Tags")
    ),
    "a cell too many": table(lambda rows: rows[-1].append("長谷川")),
    "a cell too few": table(lambda rows: rows[-1].pop()),
    "semicolons": text(lambda whole: whole.replace(",", ";")),
    "no id": row(1, Contact_ID=""),
    "a short id": row(1, Contact_ID="1"),
    "an id of all": row(1, Contact_ID="*"),
    "an id that is a path": row(1, Contact_ID="../../h0stile"),
    "an id that is a link": row(1, Contact_ID="https://h0stile.example/1"),
    "an id that is a pattern": row(1, Contact_ID="7093200[0-9]+"),
    "an id that is a name": row(1, Contact_ID="長谷川隆"),
    "a long id": row(1, Contact_ID="h0stile" * 100),
    "an id with a line break": row(1, Contact_ID="7093200\n86206"),
    "an id of nobody": row(1, Contact_ID="709320099999"),
    "part of an id": row(1, Contact_ID="70932008620"),
    "the same id twice": row(1, Contact_ID=NICE_ROWS[0][0]),
    "no date": row(1, Start_Date=""),
    "no time": row(1, start_time=""),
    "a date from home": row(1, Start_Date="2026-10-10"),
    "the day first": row(1, Start_Date="31/10/2026"),
    "a day that is none": row(1, Start_Date="02/30/2026"),
    "a date in the future": row(1, Start_Date="01/01/2099"),
    "a date of a clock that began anew": row(1, Start_Date="01/01/1970"),
    "a part of a day": row(1, start_time="0.48118"),
    "the 25th hour": row(1, start_time="25:00:00"),
    "a name for a time": row(1, start_time="長谷川隆"),
    "a formula": row(1, start_time='=HYPERLINK("https://h0stile.example")'),
    "a long operator": row(1, Agent_Name="長谷川" * 100),
    "an operator with a bell": row(1, Agent_Name="長谷川\a"),
    "a huge cell": row(1, Agent_Name="長" * 200_000),
}

CASES = [
    pytest.param(system, spoil, id=f"{system.profile}: {name}")
    for system, spoils in ((CONNECT, AMAZON), (GENESYS, PURE), (NICE, CXONE))
    for name, spoil in spoils.items()
]


def test_there_are_forty_of_each():
    """What the issue asks for."""
    assert all(len(each) >= 40 for each in (AMAZON, PURE, CXONE))


@pytest.mark.parametrize(("system", "spoil"), CASES)
def test_a_hostile_export_is_refused_whole(desk: Desk, tmp_path: Path, system: System, spoil: Spoil):
    """One of its records is good: not even that comes in, and what is told holds nothing of the file."""
    (tmp_path / "export").mkdir()
    place = system.export(tmp_path / "export")
    spoil(place)
    with pytest.raises(DeskError) as raised:
        import_export(desk, CLERK, place, profile_of(system.profile), system.channel)

    faults = raised.value.faults if isinstance(raised.value, IntakeError) else ()
    told = "\n".join([str(raised.value), *(each.line for each in faults)])
    assert isinstance(raised.value, IntakeError | FileError)
    assert len(told) < 2_000
    assert not [each for each in SECRETS if each in told]
    assert catalogue.search(desk, RecordingQuery()) == ()
    assert not list((tmp_path / "work").glob("*"))


def test_no_recording_outside_the_folder_is_read(desk: Desk, tmp_path: Path):
    """A link in the folder that leads to a real recording elsewhere is refused like one to nowhere."""
    (tmp_path / "export").mkdir()
    elsewhere = encode(tmp_path / "長谷川.wav", babble(8000, 2.0, 2), FORMATS[1])
    for system in (CONNECT, GENESYS):
        folder = tmp_path / "export" / system.profile
        folder.mkdir()
        place = system.export(folder)
        path = last_sound(place)
        path.unlink()
        path.symlink_to(elsewhere)
        with pytest.raises(IntakeError) as raised:
            import_export(desk, CLERK, place, profile_of(system.profile), system.channel)

        assert [each.reason.partition("(")[0] for each in raised.value.faults] == ["録音ファイルがありません"]
