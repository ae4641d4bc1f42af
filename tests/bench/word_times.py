"""Word times of stable-ts for recognised calls, as ``tests.bench.edges --other`` compares them.

stable-ts wants torch, which kaiji does not; so it lives in an environment of its own, and this
script, which imports nothing of kaiji, is run there:

    python3 -m venv /tmp/stable && /tmp/stable/bin/pip install stable-ts faster-whisper silero-vad
    /tmp/stable/bin/python tests/bench/word_times.py CALLS_DIR --model MODEL_DIR --out times.json
    .venv/bin/python -m tests.bench.edges CALLS_DIR --other times.json

CALLS_DIR holds ``<stem>.wav`` and ``<stem>.heard.json``.  MODEL_DIR is the very recogniser that
heard them, as a folder (``--dump-model MODEL_DIR``, run in kaiji's environment, lays it there).
The words stay those that were recognised; only their times are stable-ts's:

    silence    ``adjust_by_silence`` of the recogniser's own times, by loudness (the default)
    vad        the same by the Silero voice activity detector
    align      ``model.align`` of the recognised text, silence suppressed (the default)
    refine     ``model.refine`` of that: each edge moved until its word is heard less surely
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Heard = dict[str, Any]
"""A ``.heard.json``: the transcript with its segments, words and their times."""

METHODS = ("silence", "vad", "align", "refine")


def dump_model(folder: Path) -> None:
    """Lay the embedded recogniser into a folder; runs in kaiji's environment."""
    from models.registry import embedded_asr, verified_bytes

    model = embedded_asr("base")
    if model is None:
        raise SystemExit("no embedded recogniser")
    folder.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        (folder / file.name).write_bytes(verified_bytes(file))


def _load(folder: Path) -> tuple[Any, Any]:
    """stable-ts and the recogniser, and its voice activity detector from the package index."""
    import stable_whisper
    from silero_vad import load_silero_vad
    from stable_whisper.default import cached_model_instances

    # It would be asked for at a hub otherwise.
    cached_model_instances["silero_vad"][False] = (load_silero_vad(), None)
    model = stable_whisper.load_faster_whisper(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    return stable_whisper, model


def _segments(heard: Heard, channel: int) -> list[dict[str, Any]]:
    """One channel's utterances as stable-ts reads them."""
    out = []
    for segment in heard["segments"]:
        if segment["channel"] != channel or not segment["words"]:
            continue
        words = [
            {
                "word": heard["text"][w["chars"]["start"] : w["chars"]["end"]],
                "start": w["time"]["start"],
                "end": w["time"]["end"],
                "probability": w["probability"],
            }
            for w in segment["words"]
        ]
        text = "".join(str(w["word"]) for w in words)
        out.append({"start": words[0]["start"], "end": words[-1]["end"], "text": text, "words": words})
    return out


def _by_character(result: Any) -> Iterator[tuple[str, float, float]]:
    """Every character that is no blank with its word's times."""
    for segment in result.segments:
        for word in segment.words:
            for char in word.word:
                if not char.isspace():
                    yield char, word.start, word.end


def _retimed(heard: Heard, channel: int, result: Any) -> None:
    """Give a channel's words the times that stable-ts gives their characters."""
    timed = list(_by_character(result))
    at = 0
    for segment in heard["segments"]:
        if segment["channel"] != channel:
            continue
        for word in segment["words"]:
            text = heard["text"][word["chars"]["start"] : word["chars"]["end"]]
            letters = [char for char in text if not char.isspace()]
            mine = timed[at : at + len(letters)]
            at += len(letters)
            if [char for char, _, _ in mine] != letters:
                raise SystemExit(f"{heard['call_id']}: the text came back otherwise")
            if mine:
                word["time"] = {"start": min(t[1] for t in mine), "end": max(t[2] for t in mine)}
    if at != len(timed):
        raise SystemExit(f"{heard['call_id']}: more text came back")


def _methods(stable: Any, model: Any) -> dict[str, Callable[[Any, list[dict[str, Any]]], Any]]:
    def own(segments: list[dict[str, Any]]) -> Any:
        return stable.WhisperResult(
            {"language": "ja", "segments": copy.deepcopy(segments)}, check_sorted=False, show_unsorted=False
        )

    def align(audio: Any, segments: list[dict[str, Any]]) -> Any:
        text = "\n".join(str(segment["text"]).strip() for segment in segments)
        return model.align(audio, text, language="ja", original_split=True, verbose=None)

    return {
        "silence": lambda audio, segments: own(segments).adjust_by_silence(audio, verbose=None),
        "vad": lambda audio, segments: own(segments).adjust_by_silence(audio, vad=True, verbose=None),
        "align": align,
        "refine": lambda audio, segments: model.refine(audio, align(audio, segments), verbose=None),
    }


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--dump-model", type=Path)
    parser.add_argument("--out", type=Path, default=Path("word_times.json"))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    options = parser.parse_args()
    if options.dump_model:
        dump_model(options.dump_model)
        return 0
    from faster_whisper.audio import decode_audio

    stable, model = _load(options.model)
    methods = _methods(stable, model)
    found: dict[str, dict[str, Heard]] = json.loads(options.out.read_text()) if options.out.exists() else {}
    for path in sorted(options.folder.glob("*.heard.json")):
        stem = path.name.removesuffix(".heard.json")
        heard: Heard = json.loads(path.read_text(encoding="utf-8"))
        channels = sorted({segment["channel"] for segment in heard["segments"]})
        sound = decode_audio(str(path.with_name(f"{stem}.wav")), split_stereo=len(channels) > 1)
        for name in options.methods:
            if stem in found.setdefault(name, {}):
                continue
            begun, retimed = time.monotonic(), copy.deepcopy(heard)
            for channel in channels:
                audio = sound[channel] if len(channels) > 1 else sound
                _retimed(retimed, channel, methods[name](audio, _segments(heard, channel)))
            found[name][stem] = retimed
            print(f"{stem} {name} {time.monotonic() - begun:.0f} s", flush=True)
        options.out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
