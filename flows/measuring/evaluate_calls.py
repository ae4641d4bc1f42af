"""Mask made-up calls and measure the result against their truth; once more with a company's staff list."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from flows.files.case_file import case_lookup, read_json
from flows.files.shown import shown
from flows.folders.open_folder import put_file
from flows.loaded_models import Models
from flows.masking.mask_calls import Order, Outcome, mask_calls, run_stage
from flows.measuring.drawn import WITH_STAFF_LIST, note_drawn
from flows.measuring.heard_once import HeardOnce
from flows.measuring.name_bearers import bearers
from flows.outputs import MASKED_WAV, REVIEW, json_bytes, write_json
from flows.settings import Settings
from flows.workspace import open_run
from models.language.aloud import read_aloud
from pipeline.audio.recording import read_recording
from pipeline.errors import CallUnsafeError, CaseFileError
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, Summary, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.mora_errors import mora_errors, said_kana
from pipeline.measuring.name_kinds import with_name_kinds
from pipeline.measuring.review_rows import ReviewRow, read_review_rows
from pipeline.measuring.speakers import third_claimed, third_found, wrong_speaker
from pipeline.measuring.truth import CallTruth, exact_transcript, read_truth
from pipeline.sound.heard_morae import heard_morae
from pipeline.types import CallCase, CaseName, MaskPolicy, Transcript


@dataclass(frozen=True, slots=True)
class Trial:
    """Options of masking for the measurement.

    Attributes:
        out: Folder for the products, the plots and their index.
        policy: Padding around masks, and what fills them.
        exact_words: Whether the words come from the truth instead of speech recognition.
        model: Name or path of the speech model.
        listen_again: As in ``Order``.
        staff_list: A company's staff, with whom everything is measured once more; nobody for once only.
    """

    out: Path
    policy: MaskPolicy = field(default_factory=MaskPolicy)
    exact_words: bool = False
    model: str = "base"
    listen_again: bool = True
    staff_list: tuple[CaseName, ...] = field(default=(), repr=False)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where products go: without the staff list, and with it where there is one."""
        return (self.out, self.out / WITH_STAFF_LIST) if self.staff_list else (self.out,)


@dataclass(frozen=True, slots=True)
class Measured(Outcome):
    """An outcome with its figures.

    Attributes:
        figures: ``None`` when the call was refused.
        with_list: Whether the staff list was in its case.
    """

    figures: CallFigures | None = None
    with_list: bool = False


def evaluate_calls(calls: Sequence[Path], trial: Trial, models: Models) -> Iterator[Measured]:
    """Mask, measure and draw calls one after another.

    Args:
        calls: Audio files with ``<stem>.truth.json`` and perhaps ``<stem>.case.json`` beside them.
        trial: Options of masking.
        models: Loads each model when a call first needs it.

    Yields:
        One outcome for each call, with its figures; behind it, where there is a staff list and the call was
        masked without it, another with the list.
    """
    # The exact words are clear text, so they lie where the next start removes what a killed run left.
    with open_run(Settings().work) as words:
        order = Order(
            out=trial.out,
            case=_case,
            policy=trial.policy,
            transcript=lambda audio: _words(audio, words) if trial.exact_words else None,
            model=trial.model,
            listen_again=trial.listen_again,
        )
        run = HeardOnce() if trial.staff_list else run_stage
        for outcome in mask_calls(calls, order, models, run):
            measured = _measured(outcome, trial.out, trial, models)
            yield measured
            if trial.staff_list and measured.error is None:
                again = replace(order, out=trial.out / WITH_STAFF_LIST, case=_with_list(trial))
                (listed,) = mask_calls([outcome.audio], again, models, run)
                yield replace(_measured(listed, again.out, trial, models), with_list=True)


def _with_list(trial: Trial) -> Callable[[Path], CallCase]:
    from flows.measuring.staff_list import with_colleagues

    return lambda audio: with_colleagues(_case(audio), trial.staff_list)


def report(results: Sequence[Measured], trial: Trial, json_path: Path | None) -> None:
    """Print the tables, and write the index of the plots and, if asked for, the JSON.

    Args:
        results: The results of every call.
        trial: What was tried.
        json_path: Path of the JSON file with the figures.
    """
    from rich.console import Console
    from rich.text import Text

    from flows.measuring.breakdown_table import print_breakdown
    from flows.measuring.evaluate_table import print_table
    from flows.measuring.plot_call import write_index
    from flows.measuring.staff_list_table import print_both

    people = len(trial.staff_list)
    summary = _summary(result for result in results if not result.with_list)
    console = Console()
    print_table(summary, console)
    print_breakdown(summary.calls, console)
    # A call that was refused without the list was not tried with it, and counts as refused in both.
    listed = [result for result in results if result.with_list or result.error is not None]
    again = _summary(listed) if people else None
    if again is not None:
        print_both(summary, again, people, console)
        note_drawn(trial.folders[-1], [write_index(trial.folders[-1], again).name])
    index = write_index(trial.out, summary, None if again is None else (people, again))
    note_drawn(trial.out, [index.name])
    console.print(Text(f"グラフ: {shown(index)}"))
    if json_path is not None:
        both = {} if again is None else {"with_staff_list": _as_dict(again), "staff_list_people": people}
        put_file(json_path, json_bytes(_as_dict(summary) | both))


def _summary(results: Iterable[Measured]) -> Summary:
    of = tuple(results)
    return summarise(
        [result.figures for result in of if result.figures is not None],
        refused=sum(isinstance(result.error, CallUnsafeError) for result in of),
    )


def _as_dict(summary: Summary) -> dict[str, object]:
    from flows.measuring.breakdown_table import breakdown_as_dict
    from flows.measuring.evaluate_table import summary_as_dict

    return summary_as_dict(summary) | breakdown_as_dict(summary.calls)


def _measured(outcome: Outcome, out: Path, trial: Trial, models: Models) -> Measured:
    from flows.measuring.plot_call import plot_call

    if outcome.error is not None:
        return Measured(outcome.audio, outcome.error, listener=outcome.listener)
    try:
        truth = with_name_kinds(_truth(outcome.audio), bearers)
        pair = _pair(outcome.audio, out)
    except CaseFileError as error:
        return Measured(outcome.audio, error, listener=outcome.listener)
    figures = measure_call(
        pair,
        truth,
        _review_rows(outcome.audio, out),
        None if trial.exact_words or outcome.transcript is None else outcome.transcript.text,
        _mora_errors(outcome.transcript, truth, len(pair.original), models),
    )
    figures = replace(
        figures,
        wrong_speaker=wrong_speaker(pair, truth, outcome.transcript),
        third_found=third_found(truth, outcome.transcript),
        third_claimed=third_claimed(truth, outcome.transcript),
    )
    plot_call(out / f"{outcome.audio.stem}.png", pair, truth, figures)
    note_drawn(out, [f"{outcome.audio.stem}.png"])
    return Measured(outcome.audio, None, outcome.plan, outcome.transcript, outcome.listener, figures)


def _mora_errors(
    transcript: Transcript | None, truth: CallTruth, channels: int, models: Models
) -> tuple[Share, ...]:
    """Compare what was heard with the script; none where nobody listened, or to words from a file only."""
    if transcript is None or not any(segment.posteriorgrams for segment in transcript.segments):
        return ()
    said = said_kana(truth, functools.partial(read_aloud, models.reader))
    return mora_errors(truth, said, heard_morae(transcript), channels)


def _review_rows(audio: Path, out: Path) -> tuple[ReviewRow, ...]:
    document = json.loads((out / f"{audio.stem}.{REVIEW}").read_text(encoding="utf-8"))
    return read_review_rows(document["findings"])


def _pair(audio: Path, out: Path) -> AudioPair:
    original = read_recording(audio)
    masked = read_recording(out / f"{audio.stem}.{MASKED_WAV}")
    return AudioPair(np.asarray(original.samples), np.asarray(masked.samples), original.rate)


def _truth(audio: Path) -> CallTruth:
    document = read_json(audio.with_suffix(".truth.json"), "truth")
    if not isinstance(document, dict):
        msg = "truth: オブジェクトではありません"
        raise CaseFileError(msg)
    return read_truth(document, audio.stem)


def _case(audio: Path) -> CallCase:
    """Read the case beside the call; without one, everybody's data is masked."""
    if audio.with_suffix(".case.json").is_file():
        return case_lookup(audio.parent)(audio)
    return CallCase("no-case")


def _words(audio: Path, folder: Path) -> Path:
    path = folder / f"{audio.stem}.json"
    write_json(path, exact_transcript(_truth(audio)))
    return path
