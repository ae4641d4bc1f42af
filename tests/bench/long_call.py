"""What does a long call cost?  Prints CPU seconds of every stage, peak memory, and how both grow.

    python -m tests.bench.long_call CALLS_DIR [--hours 1 4] [--channels 2] [--real]
    python -m tests.bench.long_call CALLS_DIR --recognise 10 40     (minutes; the real recogniser)

A folder holds ``<stem>.wav``, ``<stem>.heard.json`` and, of the second hearing, ``<stem>.heard2.json``
(``python -m models.training.calls.hear``, and with ``--again``).  Its calls are strung together, over and
over, with line noise that is never the same, into one call of each length; each is then masked by the whole
recipe in a process of its own.  Recognition is most of the time, so unless ``--real`` asks for it, a stub
answers after one window and one batch by the real model, whose memory is thereby counted: windows are cut,
resampled and handed over as ever, and what comes back is as long as speech would be.  The stages after it
work on the stored words at their true times.

Must hold: less than 1.5 GiB, and four hours take at most 4.4 times the CPU seconds of one.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.loaded_models import Models
from flows.settings import Settings
from flows.stages import Stage, recipe
from flows.workspace import JOB, RECORDING, SECOND_HEARING, TRANSCRIPT, Job, MemoryWorkspace
from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.calls.hear import read_heard
from pipeline.audio.recording import read_recording
from pipeline.errors import CallUnsafeError
from pipeline.hearing.supplement import supplemented
from pipeline.hearing.transcribe import RATE, HeardSegment, HeardWord, build_transcript, transcribe
from pipeline.types import CallCase, Transcript

LIMIT_GIB, LIMIT_RATIO = 1.5, 4.4
HERTZ = 8_000
NOISE = 8.0
"""Standard deviation of the line noise, int16: -72 dBFS."""

PACE = 6.5
"""Characters a second that the stub hears: what the recogniser writes of two people talking."""

AGAIN = "はい、"
"""What the second listening hears everywhere: talk that names nobody."""


def _calls(folder: Path, channels: int) -> list[Path]:
    """Recognised calls of so many channels at ``HERTZ``."""
    found = []
    for heard in sorted(folder.glob("*.heard.json")):
        audio = heard.with_name(heard.name.removesuffix(".heard.json") + ".wav")
        recording = read_recording(audio)
        if (recording.channels, recording.rate) == (channels, HERTZ):
            found.append(audio)
    return found


def build(calls: Sequence[Path], seconds: float, out: Path) -> None:
    """String calls together until they last ``seconds``; ``out`` gets the sound, beside it the words."""
    random = np.random.default_rng(20251125)
    words: list[dict[str, object]] = []
    at = 0
    with wave.open(str(out), "wb") as file:
        recordings = [read_recording(call) for call in calls]
        file.setparams((recordings[0].channels, 2, HERTZ, 0, "NONE", ""))
        for call, recording in itertools.cycle(zip(calls, recordings, strict=True)):
            if at >= seconds * HERTZ:
                break
            pause = np.zeros((recording.channels, int(random.integers(HERTZ // 2, 2 * HERTZ))), np.int16)
            sound = np.concatenate([recording.samples, pause], axis=1).astype(np.float32)
            sound += random.normal(0, NOISE, sound.shape).astype(np.float32)
            file.writeframes(np.clip(np.rint(sound.T), -32768, 32767).astype("<i2").tobytes())
            words.append({"at": at / HERTZ, "call": str(call.with_suffix(".heard.json"))})
            at += sound.shape[1]
    out.with_suffix(".json").write_text(json.dumps(words), encoding="utf-8")


def _strung(parts: Path, audio_sha256: str, *, again: bool = False) -> Transcript:
    """The stored words of all parts at their times in the long call, of one hearing or the other."""
    heard: list[HeardSegment] = []
    read = functools.cache(read_heard)
    for part in json.loads(parts.read_text(encoding="utf-8")):
        first = Path(part["call"])
        second = first.with_name(first.name.replace(".heard.json", ".heard2.json"))
        stored, at = read(second if again and second.exists() else first), part["at"]
        for segment in stored.segments:
            words = tuple(
                HeardWord(
                    stored.text[w.chars.start : w.chars.end],
                    w.time.start + at,
                    w.time.end + at,
                    w.probability,
                )
                for w in segment.words
            )
            heard.append(HeardSegment(words, segment.no_speech_probability, segment.channel, segment.speaker))
    return build_transcript(heard, "c-long", "stored", audio_sha256)


class _Stub:
    """A recogniser that recognises one window and then answers at the pace of speech."""

    def __init__(self, model: FasterWhisperRecogniser, text: str) -> None:
        self._model = model
        self._text: Iterator[str] = itertools.cycle(text.replace("\n", ""))
        self._warm = self._warm_in_batches = False
        self.name, self.sha256, self.at_once = model.name, model.sha256, 1
        self.unheard, self.encoder_sha256 = model.unheard, model.encoder_sha256

    def recognise(self, samples: NDArray[np.float32], **changes: object) -> tuple[HeardSegment, ...]:
        """So many characters as would be said in that time."""
        if not self._warm:
            self._warm = True
            self._model.recognise(samples, **changes)
        return _spread(
            "".join(itertools.islice(self._text, max(1, int(PACE * len(samples) / RATE)))), samples
        )

    def in_batches(self) -> _Stub:
        """Itself: what it answers depends on how long it listens alone."""
        return self

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """One utterance a window; of the first batch by the real model, whose memory is thereby counted."""
        if not self._warm_in_batches:
            self._warm_in_batches = True
            self._model.in_batches().recognise_batch(windows)
        return tuple(segment for window in windows for segment in self.recognise(window))

    def is_foreign(self, samples: NDArray[np.float32]) -> bool:
        """Asked of the real model: three windows a channel, whatever the length."""
        return self._model.is_foreign(samples)


def _spread(text: str, samples: NDArray[np.float32]) -> tuple[HeardSegment, ...]:
    step = len(samples) / RATE / len(text)
    words = (HeardWord(char, i * step, (i + 1) * step, 0.9) for i, char in enumerate(text))
    return (HeardSegment(tuple(words)),)


class _StubbedModels(Models):
    """The models of every day, but the recogniser is a stub."""

    def __init__(self, text: str) -> None:
        super().__init__("base", Settings())
        self._stub = _Stub(load_transcriber(cpu_threads=1), text)

    @functools.cached_property
    def recogniser(self) -> FasterWhisperRecogniser:
        """The stub."""
        return self._stub  # type: ignore[return-value]  # has all that a stage asks of it

    def listen(  # type: ignore[override]  # has all that a stage asks of it
        self, clips: Sequence[NDArray[np.float32]]
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        """Talk that names nobody, as long as each clip."""
        return tuple(_spread(_talk(len(clip) / RATE), clip) for clip in clips)


def _talk(seconds: float) -> str:
    return "".join(itertools.islice(itertools.cycle(AGAIN), max(1, int(PACE * seconds))))


def _mask(audio: Path, *, real: bool = False) -> dict[str, object]:
    """Mask a long call in this process; seconds of each stage, and the peak of memory during it."""
    seconds: dict[str, float] = {}
    counts: dict[str, int] = {}
    peaks: dict[str, float] = {}
    first = json.loads(audio.with_suffix(".json").read_text(encoding="utf-8"))[0]["call"]
    started = time.process_time()
    models = Models("base", Settings()) if real else _StubbedModels(read_heard(Path(first)).text)
    # Loading is no part of a call.
    _ = models.recogniser, models.analyzer, models.reader
    seconds["(load)"], peaks["(load)"] = time.process_time() - started, _peak_gib()
    failed = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "products").mkdir()
        workspace = MemoryWorkspace(folder / "products")
        workspace.put(JOB, Job("c-long", audio, folder, CallCase("R-long"), listen_again=True))

        def do(stage: Stage) -> int:
            _forget_peak()
            begun = time.process_time()
            count = stage(workspace, models)
            name = stage.__name__
            spent, peak = time.process_time() - begun, _peak_gib()
            seconds[name] = seconds.get(name, 0.0) + spent
            counts[name], peaks[name] = count, max(peak, peaks.get(name, 0.0))
            print(f"{name}: {spent:.1f} CPU s, peak {peak:.2f} GiB", file=sys.stderr, flush=True)
            if name == "transcribe" and not real:
                parts, sha256 = audio.with_suffix(".json"), workspace.get(RECORDING).sha256
                second = _strung(parts, sha256, again=True)
                workspace.put(TRANSCRIPT, supplemented(_strung(parts, sha256), second))
                workspace.put(SECOND_HEARING, second)
            return count

        try:
            recipe(do)
        except CallUnsafeError as error:
            failed = str(error)
        duration = workspace.get(RECORDING).duration
    return {
        "duration": duration,
        "seconds": seconds,
        "counts": counts,
        "peaks": peaks,
        "peak": max(peaks.values()),
        "failed": failed,
    }


def _recognise(audio: Path) -> dict[str, object]:
    """Recognise a call with the real model in this process; seconds and peak memory."""
    model = load_transcriber(cpu_threads=1)
    recording = read_recording(audio)
    before, begun = _peak_gib(), time.process_time()
    transcribe(replace(recording), model, "c-long")
    spent = time.process_time() - begun
    return {"duration": recording.duration, "seconds": spent, "before": before, "peak": _peak_gib()}


def _peak_gib() -> float:
    # Not ru_maxrss: a child inherits its parent's.
    status = Path("/proc/self/status").read_text(encoding="ascii").split()
    return int(status[status.index("VmHWM:") + 1]) / 2**20


def _forget_peak() -> None:
    """Let the kernel count the peak anew, from what is held now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _in_child(what: str, audio: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.bench.long_call", str(audio), "--child", what]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def _table(results: Sequence[dict[str, object]]) -> tuple[float, float]:
    """Print a line for each stage; the ratio of CPU seconds of the last to the first, and the peak."""
    hours = [float(str(each["duration"])) / 3600 for each in results]
    print(f"{'':<15}" + "".join(f"{h:>9.2f} h" for h in hours) + "    ratio   peak GiB   count")
    columns = [each["seconds"] for each in results]
    last = results[-1]
    for stage in columns[-1]:  # type: ignore[attr-defined]
        spent = [column.get(stage, 0.0) for column in columns]  # type: ignore[attr-defined]
        ratio = spent[-1] / spent[0] if spent[0] > 0.05 else float("nan")
        peak = last["peaks"].get(stage, 0.0)  # type: ignore[attr-defined]
        count = last["counts"].get(stage, "")  # type: ignore[attr-defined]
        print(
            f"{stage:<15}" + "".join(f"{s:>9.1f} s" for s in spent) + f"{ratio:>9.2f}{peak:>11.2f}{count:>8}"
        )
    # What loads the models is no part of a call.
    sums = [sum(s for stage, s in column.items() if stage != "(load)") for column in columns]  # type: ignore[attr-defined]
    ratio, peaks = sums[-1] / sums[0], [float(str(each["peak"])) for each in results]
    print(f"{'in all':<15}" + "".join(f"{s:>9.1f} s" for s in sums) + f"{ratio:>9.2f}{peaks[-1]:>11.2f}")
    for h, each in zip(hours, results, strict=True):
        print(f"{h:.2f} h: peak {float(str(each['peak'])):.2f} GiB {each['failed']}")
    return ratio, max(peaks)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, nargs="+", default=[1.0, 4.0])
    parser.add_argument("--recognise", type=float, nargs="+", metavar="MINUTES")
    parser.add_argument("--channels", type=int, default=2)
    parser.add_argument("--real", action="store_true", help="recognise all of it")
    parser.add_argument("--child", choices=("mask", "real", "recognise"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        recognised = options.child == "recognise"
        found = (
            _recognise(options.folder) if recognised else _mask(options.folder, real=options.child == "real")
        )
        print(json.dumps(found))
        return 0
    calls = _calls(options.folder, options.channels)
    if not calls:
        print("no recognised calls there", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        audio = Path(name) / "long.wav"
        if options.recognise:
            for minutes in options.recognise:
                build(calls, 60 * minutes, audio)
                found = _in_child("recognise", audio)
                print(
                    f"{minutes:g} min: {found['seconds']:.0f} s, {found['before']:.3f} GiB once decoded, "
                    f"peak {found['peak']:.3f} GiB",
                    flush=True,
                )
            return 0
        results = []
        for hours in options.hours:
            build(calls, 3600 * hours, audio)
            results.append(_in_child("real" if options.real else "mask", audio))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    ratio, peak = _table(results)
    wanted = LIMIT_RATIO / 4 * options.hours[-1] / options.hours[0]
    return 0 if ratio <= wanted and peak <= LIMIT_GIB and not any(each["failed"] for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
