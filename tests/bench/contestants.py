"""One contestant of ``tests.bench.speed`` in a process of its own: what it did comes as a line of JSON.

    python -m tests.bench.contestants plain|batched|glue|kaiji CALL... [--out DIR]
    python -m tests.bench.contestants desk CALL... --out HOME

``plain`` is faster-whisper as its README shows it: sequential, beam 5, word times, VAD.  It is told that
the call is Japanese, which spares it asking.  ``batched`` is its ``BatchedInferencePipeline``.  ``glue`` is
what an afternoon makes of the former: Presidio over ja_ginza on the text, pydub over the words.
``kaiji`` is the product's own recipe, stage by stage.  ``desk`` measures nothing: it makes a desk with
the calls in its queue, for a night.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.files.clashes import clashes
from models.registry import embedded_asr, verified_bytes

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

BATCH = 8
"""Windows at once, as faster-whisper's README has it for a CPU."""

PADDING = 250
"""Milliseconds that whoever writes the glue adds on both sides, having read of it."""


@dataclass
class Clock:
    """CPU seconds of this process by what they were spent on, and memory after every call."""

    parts: Counter[str] = field(default_factory=Counter)
    calls: list[dict[str, float]] = field(default_factory=list)

    @contextlib.contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Add what passes to a part."""
        began = time.process_time()
        try:
            yield
        finally:
            self.parts[part] += time.process_time() - began

    @contextlib.contextmanager
    def call(self, audio: Path) -> Iterator[None]:
        """A call, from its file to its products."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.calls.append(
            {
                "seconds": _seconds(audio),
                "cpu": time.process_time() - cpu,
                "wall": time.perf_counter() - wall,
                "mib": _status("VmRSS:"),
            }
        )


def _plain(calls: Sequence[Path], out: Path, clock: Clock) -> None:
    model = _whisper(clock)
    for audio in calls:
        with clock.call(audio):
            segments, _ = model.transcribe(
                str(audio), language="ja", beam_size=5, word_timestamps=True, vad_filter=True
            )
            (out / f"{audio.stem}.txt").write_text("\n".join(segment.text for segment in segments), "utf-8")


def _batched(calls: Sequence[Path], out: Path, clock: Clock) -> None:
    from faster_whisper import BatchedInferencePipeline

    model = BatchedInferencePipeline(_whisper(clock))
    for audio in calls:
        with clock.call(audio):
            segments, _ = model.transcribe(str(audio), language="ja", batch_size=BATCH, word_timestamps=True)
            (out / f"{audio.stem}.txt").write_text("\n".join(segment.text for segment in segments), "utf-8")


def _glue(calls: Sequence[Path], out: Path, clock: Clock) -> None:
    import numpy as np
    from pydub import AudioSegment

    from pipeline.audio.recording import read_recording
    from tests.bench.text_sets import Document, plain

    model = _whisper(clock)
    with clock.timing("load"):
        presidio = plain()
    for audio in calls:
        with clock.call(audio):
            segments, _ = model.transcribe(
                str(audio), language="ja", beam_size=5, word_timestamps=True, vad_filter=True
            )
            words = [word for segment in segments for word in segment.words or ()]
            text = "".join(word.word for word in words)
            # pydub would start ffmpeg for G.711, which a machine need not have.
            call = read_recording(audio)
            sound = AudioSegment(
                np.ascontiguousarray(call.samples.T).tobytes(),
                sample_width=2,
                frame_rate=call.rate,
                channels=call.channels,
            )
            for span in presidio(Document(text, (), (), frozenset())):
                at, touched = 0, []
                for word in words:
                    if at < span.chars.end and at + len(word.word) > span.chars.start:
                        touched.append(word)
                    at += len(word.word)
                if touched:
                    start = max(0, round(1000 * touched[0].start) - PADDING)
                    end = min(len(sound), round(1000 * touched[-1].end) + PADDING)
                    silence = AudioSegment.silent(end - start, sound.frame_rate)
                    sound = sound[:start] + silence + sound[end:]
            sound.export(out / f"{audio.stem}.wav", format="wav")


def _whisper(clock: Clock) -> WhisperModel:
    """The registered weights, loaded as the README does; threads as CTranslate2 chooses them."""
    embedded = embedded_asr("base")
    assert embedded is not None
    with clock.timing("load"), tempfile.TemporaryDirectory() as folder:
        from faster_whisper import WhisperModel

        for file in embedded.files:
            (Path(folder) / file.name).write_bytes(verified_bytes(file))
        return WhisperModel(folder, device="cpu", compute_type="int8")


def _kaiji(calls: Sequence[Path], out: Path, clock: Clock) -> None:
    """As ``flows.masking.mask_calls``, whose stages cannot be timed one by one; recognition apart."""
    with clock.timing("load"):
        from flows import outputs
        from flows.files.case_file import case_lookup
        from flows.loaded_models import Models
        from flows.masking.mask_calls import Order, attempt
        from flows.settings import Settings
        from flows.stages import Stage, recipe
        from flows.workspace import JOB, MemoryWorkspace

        models = Models("base", Settings())
        _ = models.recogniser, models.analyzer, models.reader

    def attempted(audio: Path, timed: Clock) -> bool:
        order = Order(out=out, case=case_lookup(audio.parent))
        with outputs.staging() as folder:
            workspace = MemoryWorkspace(folder)

            def do(stage: Stage) -> int:
                with timed.timing(stage.__name__):
                    return stage(workspace, models)

            def mask() -> None:
                workspace.put(JOB, order.job(audio))
                recipe(do)

            return attempt(audio, out, mask) is None

    with clock.timing("load"), tempfile.TemporaryDirectory() as folder:
        # What a stage loads when it is first asked is no part of a call.
        brief = Path(folder) / "warm-up.wav"
        cut(str(calls[0]), str(brief), "5")
        brief.with_suffix(".case.json").write_bytes(calls[0].with_suffix(".case.json").read_bytes())
        attempted(brief, Clock())
    _time_recognition(models, clock)
    refused = 0
    for audio in calls:
        with clock.call(audio):
            refused += not attempted(audio, clock)
    clock.parts["refused"] = refused


RECOGNITION = ("first hearing", "second hearing", "listening again")
"""Parts of stages that are the speech model's work."""


def _time_recognition(models: Any, clock: Clock) -> None:
    import pipeline.hearing.second_hearing
    import pipeline.hearing.transcribe

    def timed(part: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **more: Any) -> Any:
            with clock.timing(part):
                return do(*args, **more)

        return run

    first, second, third = RECOGNITION
    # The stages call them by their modules, so that this is what they get.
    pipeline.hearing.transcribe.transcribe = timed(first, pipeline.hearing.transcribe.transcribe)
    pipeline.hearing.second_hearing.hear_again = timed(second, pipeline.hearing.second_hearing.hear_again)
    models.listen = timed(third, models.listen)


def _desk(calls: Sequence[Path], out: Path, clock: Clock) -> None:
    """A desk whose queue holds the calls, each of a request of its own."""
    from flows.desk.book.door import do
    from flows.desk.cases import lists
    from flows.desk.cases import requests as desk_requests
    from flows.desk.cases.calls import attach_call
    from flows.desk.cases.catalogue import add_recordings
    from flows.desk.integrity.desk import open_desk
    from flows.desk.kinds.values import CompanyList, NewRecording, NewRequest, StaffList
    from flows.files.case_file import case_lookup
    from flows.settings import Settings
    from tests.desk_builders import CLERK, NOW, identity

    clock.parts["load"] = 0.0
    with open_desk(Settings(home=out, work=out / "work")) as desk:
        cases = [case_lookup(audio.parent)(audio) for audio in calls]
        lists.import_staff(desk, CLERK, StaffList(tuple({name for case in cases for name in case.staff})))
        company = CompanyList(
            tuple({name for case in cases for name in case.company_names}),
            tuple({phone for case in cases for phone in case.company_phones}),
            tuple({term for case in cases for term in case.confidential_terms}),
        )
        lists.import_company(desk, CLERK, company)
        for number, (audio, case) in enumerate(zip(calls, cases, strict=True)):
            request = desk_requests.receive(desk, CLERK, NewRequest(case.requester, NOW, "post"))
            do(desk, CLERK, identity(request.number))
            recording = NewRecording(f"PBX-{number}", NOW, str(audio.absolute()), _seconds(audio))
            added = add_recordings(desk, CLERK, [recording])
            attach_call(desk, CLERK, request.number, added.new[0])


WAYS: dict[str, Callable[[Sequence[Path], Path, Clock], None]] = {
    "plain": _plain,
    "batched": _batched,
    "glue": _glue,
    "kaiji": _kaiji,
    "desk": _desk,
}


def cut(call: str, out: str, seconds: str) -> None:
    """Write the beginning of a call.

    Args:
        call: Its file.
        out: The file to be written.
        seconds: How much of it.
    """
    from pipeline.audio.recording import read_recording
    from pipeline.audio.wav import write_wav

    whole = read_recording(Path(call))
    write_wav(Path(out), whole.samples[:, : round(float(seconds) * whole.rate)], whole.rate, whole.law)


def _seconds(audio: Path) -> float:
    import av

    with av.open(str(audio)) as container:
        stream = container.streams.audio[0]
        return float(stream.duration * stream.time_base)


def _status(name: str) -> float:
    """MiB of memory, as the kernel says; not ``ru_maxrss``, which a child inherits from its parent."""
    words = Path("/proc/self/status").read_text(encoding="ascii").split()
    return int(words[words.index(name) + 1]) / 1024


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("calls", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    made = (options.out / f"{call.stem}{ending}" for call in options.calls for ending in (".txt", ".wav"))
    if any(clashes(made, options.calls)):
        parser.error("--out would write over a call")
    clock = Clock()
    WAYS[options.way](options.calls, options.out, clock)
    print(json.dumps({"parts": clock.parts, "calls": clock.calls, "peak": _status("VmHWM:")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
