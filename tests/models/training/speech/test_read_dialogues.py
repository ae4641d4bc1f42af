"""Typed dialogues become calls whose lines are where they sound."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

from models.training.speech.read_dialogues import read_dialogues

TURNS = (
    ("operator", "お電話ありがとうございます。"),
    ("caller", "明日の3時に伺いたいのですが?"),
    ("operator", "www.example.com をご覧ください。"),
    ("caller", "わかりました"),
)


def written(tmp_path: Path) -> Path:
    """A file of one dialogue."""
    path = tmp_path / "made.jsonl.gz"
    turns = [{"speaker": speaker, "text": text} for speaker, text in TURNS]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"id": "made-1", "turns": turns}) + "\n")
    return path


def test_lines_are_loud_where_they_are_said(tmp_path: Path) -> None:
    """What nobody could read aloud as it is written is left out; each line ends with a mark."""
    ((name, recording, lines, _),) = read_dialogues([written(tmp_path)], 1, 3)
    assert name == "made-1"
    assert [line.text for line in lines] == [
        "お電話ありがとうございます。", "明日の3時に伺いたいのですが？", "わかりました。",
    ]  # fmt: skip
    assert lines[0].kana.startswith("オデンワ")
    samples = [np.asarray(row, np.float64) for row in recording.samples]
    for line in lines:
        own = samples[min(line.channel, len(samples) - 1)]
        inside = own[int(line.time.start * 8000) : int(line.time.end * 8000)]
        assert np.abs(inside).mean() > 2 * np.abs(own[: int(lines[0].time.start * 8000) - 200]).mean()


def test_nobody_knows_whose_data_is_in_them(tmp_path: Path) -> None:
    """The ear learns nothing from them."""
    ((*_, lines, _),) = read_dialogues([written(tmp_path)], 1, 4)
    assert all(line.data is None for line in lines)


def test_the_seed_decides(tmp_path: Path) -> None:
    """Voices and lines are the same for the same seed."""
    first, same, other = (next(read_dialogues([written(tmp_path)], 1, seed))[1] for seed in (3, 3, 5))
    assert np.array_equal(first.samples, same.samples)
    assert first.samples.shape != other.samples.shape or not np.array_equal(first.samples, other.samples)
