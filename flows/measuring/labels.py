"""Turn labels set by ear into truth files: ``python -m flows.measuring.labels CALLS_DIR``.

For every ``<stem>.labels.txt`` beside a ``<stem>.wav`` it writes ``<stem>.truth.json``.  The labels are what
Audacity exports: start and end in seconds and the label, with tabs between them.  A label is one of

    cu: 隣の長谷川さんのことで               a turn: who says what
    cu third NAME 長谷川 ハセガワ surname    a span: who says it, whose and what it is, as written, and where
                                             wanted its kana and the kind of name
    voice cu cu-07                           the name of a voice

``op`` is staff, ``cu`` the caller, ``th`` a third person who has taken the caller's telephone.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flows.files.shown import shown
from flows.folders.open_folder import new_file
from flows.outputs import json_bytes
from pipeline.audio.recording import read_recording
from pipeline.errors import CaseFileError, PipelineError
from pipeline.file_bytes import read_file
from pipeline.measuring.truth import KINDS, NAME_KINDS, PARTIES, read_truth
from pipeline.third_voice import THIRD

ENDING = ".labels.txt"

_TURN = re.compile(r"(?P<speaker>op|cu|th)[:：]\s*(?P<text>.+)")
_SPAN = re.compile(
    rf"(?P<speaker>op|cu|th)\s+(?P<party>{'|'.join(PARTIES)})\s+(?P<kind>{'|'.join((*KINDS, 'EMAIL'))})"
    rf"\s+(?P<surface>\S+)(?:\s+(?P<reading>\S+))?(?:\s+(?P<name_kind>{'|'.join(NAME_KINDS)}))?"
)
_VOICE = re.compile(r"voice\s+(?P<speaker>op|cu|th)\s+(?P<voice>\S+)")


def truth_of_labels(lines: Sequence[str], call_id: str, channels: int, seconds: float) -> dict[str, Any]:
    """Build a truth from labels.

    Args:
        lines: The lines of the file of labels.
        call_id: The call's name.
        channels: Of the recording, 1 or 2.
        seconds: Length of the recording.

    Returns:
        The document of ``<stem>.truth.json``.

    Raises:
        CaseFileError: a line is no label, or its times are none of the recording; it is named by its number,
            and what it says is not repeated.
    """
    truth: dict[str, Any] = {
        "call_id": call_id,
        "layout": "stereo" if channels == 2 else "mono",
        "duration": seconds,
        "spans": [],
        "script": [],
    }
    for number, times, label in _labels(lines, seconds):
        if turn := _TURN.fullmatch(label):
            truth["script"].append({**times, **turn.groupdict(), "speaker": _speaker(turn)})
        elif span := _SPAN.fullmatch(label):
            told = {key: value for key, value in span.groupdict().items() if value is not None}
            truth["spans"].append({**times, **told, "speaker": _speaker(span)})
        elif voice := _VOICE.fullmatch(label):
            truth.setdefault("voices", {})[_speaker(voice)] = voice["voice"]
        else:
            raise CaseFileError(_at(number, "ラベルの形ではありません"))
    read_truth(truth)
    return truth


def _speaker(label: re.Match[str]) -> str:
    return THIRD if label["speaker"] == "th" else label["speaker"]


def _labels(lines: Sequence[str], seconds: float) -> Iterator[tuple[int, dict[str, float], str]]:
    """Number, times and text of each label; Audacity's second lines, which tell pitches, are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("\\"):
            continue
        start, _, rest = line.partition("\t")
        end, _, label = rest.partition("\t")
        try:
            times = {"start": float(start), "end": float(end)}
        except ValueError:
            raise CaseFileError(_at(number, "始まりと終わりの秒数がありません")) from None
        if not 0 <= times["start"] <= times["end"] or times["start"] >= seconds:
            raise CaseFileError(_at(number, "時刻が逆か、録音の外です"))
        yield number, times, label.strip()


def _at(number: int, what: str) -> str:
    return f"{number} 行目: {what}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where some labels could not be read, or a truth was there before."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="CALLS_DIR")
    folder = parser.parse_args(arguments).folder
    files = sorted(folder.glob(f"*{ENDING}"))
    if not files:
        print(f"<通話名>{ENDING} がありません", file=sys.stderr)
        return 2
    return max(_convert(path) for path in files)


def _convert(labels: Path) -> int:
    stem = labels.name.removesuffix(ENDING)
    truth = labels.with_name(f"{stem}.truth.json")
    try:
        recording = read_recording(labels.with_name(f"{stem}.wav"))
        lines = read_file(labels).decode("utf-8-sig").splitlines()
        seconds = round(recording.length / recording.rate, 6)
        _write_new(truth, truth_of_labels(lines, stem, recording.channels, seconds))
    except FileExistsError:
        print(f"{shown(truth)}: もうあります。作り直すなら、先に消してください", file=sys.stderr)
    except UnicodeDecodeError:
        print(f"{shown(labels)}: UTF-8 ではありません", file=sys.stderr)
    except PipelineError as error:
        print(f"{shown(labels)}: {error}", file=sys.stderr)
    else:
        print(shown(truth))
        return 0
    return 2


def _write_new(path: Path, document: object) -> None:
    """Write a file that nobody else may read, unless there is one."""
    with new_file(path) as file:
        file.write(json_bytes(document))


if __name__ == "__main__":
    sys.exit(main())
