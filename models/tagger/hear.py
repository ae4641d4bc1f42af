"""Recognise a folder of made calls and keep what came back: the raw material of the tagger.

    python -m models.tagger.hear CALLS_DIR [--again]

writes ``<stem>.heard.json`` beside each ``<stem>.wav`` (skipping those that are there); with
``--again`` it is the second hearing of each (``pipeline.second_hearing``), ``<stem>.heard2.json``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from models.transcriber import load_transcriber
from pipeline.audio import read_recording
from pipeline.errors import PipelineError
from pipeline.second_hearing import hear_again
from pipeline.transcribe import transcribe
from pipeline.types import CharSpan, Segment, TimeSpan, Transcript, Word

__all__ = ["main", "read_heard"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Default: the process's.

    Returns:
        0, or 1 when a call could not be recognised.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="the second hearing, .heard2.json")
    parser.add_argument("--part", default="0/1", help="i/n: every n-th call from the i-th, for parallel runs")
    options = parser.parse_args(arguments)
    which, parts = map(int, options.part.split("/"))
    recogniser = load_transcriber(cpu_threads=options.threads)
    batches = recogniser.in_batches()
    failed = 0
    for path in sorted(options.folder.glob("*.wav"))[which::parts]:
        out = path.with_suffix(".heard2.json" if options.again else ".heard.json")
        if out.exists():
            continue
        try:
            recording = read_recording(path)
            transcript = (
                hear_again(recording, batches, path.stem)
                if options.again
                else transcribe(recording, recogniser, path.stem)
            )
        except PipelineError as error:
            print(f"{path.stem}: {error.code}", file=sys.stderr)
            failed = 1
            continue
        print(path.stem, flush=True)
        out.write_text(json.dumps(dataclasses.asdict(transcript), ensure_ascii=False), encoding="utf-8")
    return failed


def read_heard(path: Path) -> Transcript:
    """Read a ``.heard.json`` or ``.heard2.json`` back."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    segments = tuple(
        Segment(
            CharSpan(**s["chars"]),
            TimeSpan(**s["time"]),
            s["channel"],
            s["speaker"],
            tuple(Word(CharSpan(**w["chars"]), TimeSpan(**w["time"]), w["probability"]) for w in s["words"]),
            s["no_speech_probability"],
        )
        for s in raw["segments"]
    )
    return Transcript(
        raw["call_id"], raw["text"], segments, raw["language"], raw["model"], raw["audio_sha256"]
    )


if __name__ == "__main__":
    sys.exit(main())
