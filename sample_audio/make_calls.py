"""Speak scripts: ``python -m sample_audio.make_calls --scripts FILE... --out DIR --seed N``.

For every dialogue: NAME.wav, NAME.truth.json and NAME.case.json, NAME being its id.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sample_audio.casting import CastCall, case_json, cast, stream
from sample_audio.pools import Pools, default_pools
from sample_audio.script import THIRD, Dialogue, ScriptError, read_scripts
from sample_audio.studio import TELEPHONE_RATE, Performance, cast_voices, perform, third_voice
from sample_audio.telephone import LAWS, draw_line, transmit
from sample_audio.voices import VOICES, KokoroVoices, Voices, join_network

FILES = (".wav", ".truth.json", ".case.json")
"""How the names of a call's files end."""


@dataclass(frozen=True, slots=True)
class _Job:
    dialogue: Dialogue
    seed: int
    out: Path
    cache: Path
    threads: int
    laws: tuple[str, ...]
    unassigned: bool


def make_call(  # noqa: PLR0913 - what is spoken, by whom, with what, and where to
    dialogue: Dialogue,
    seed: int,
    out: Path,
    voices: Voices,
    *,
    pools: Pools | None = None,
    laws: Sequence[str] = LAWS,
    among: Sequence[str] | None = None,
) -> float:
    """Speak one dialogue and write its three files.

    Args:
        dialogue: The script.
        seed: Decides people, voices and line.
        out: An existing folder.
        voices: What speaks.
        pools: Where people come from.
        laws: Codecs to choose from.
        among: Names of the voices to choose two from, which the truth then names; by default those of
            ``sample_audio.voices``, unnamed.

    Returns:
        The call's length in seconds.
    """
    name = dialogue.dialogue_id
    call = cast(dialogue, seed, pools)
    rng = stream(dialogue, seed, "sound")
    line = draw_line(rng, tuple(laws))
    speakers = cast_voices(rng, among or VOICES)
    if dialogue.third:
        # By a chance of its own: the rest sounds as it would without a third person.
        speakers[THIRD] = third_voice(stream(dialogue, seed, THIRD), among or VOICES, speakers)
    performance = perform(call, voices, speakers, overlap=line.stereo, rng=rng)
    recording = transmit(performance.tracks, line, seed=rng.getrandbits(32))
    # The truth first: it tells the next run that the sound is ours.
    truth = truth_json(call, performance, stereo=line.stereo)
    if among:
        truth["voices"] = {side: voice.name for side, voice in speakers.items()}
    _write_json(out / f"{name}.truth.json", truth)
    recording.write(str(out / f"{name}.wav"))
    _write_json(out / f"{name}.case.json", case_json(call))
    return performance.samples / TELEPHONE_RATE


def truth_json(call: CastCall, performance: Performance, *, stereo: bool) -> dict[str, Any]:
    """What is said where, as section 2 of the contract has it; seconds exact to the sample."""
    spans = [
        {
            "start": piece.start / TELEPHONE_RATE,
            "end": piece.end / TELEPHONE_RATE,
            "speaker": turn.speaker,
            "kind": piece.said.slot.kind,
            "party": piece.said.slot.party,
            "surface": piece.said.text,
            "reading": piece.said.reading,
        }
        for turn in performance.turns
        for piece in turn.pieces
        if piece.said.slot is not None
    ]
    return {
        "call_id": call.dialogue.dialogue_id,
        "layout": "stereo" if stereo else "mono",
        "duration": performance.samples / TELEPHONE_RATE,
        "spans": spans,
        "script": [
            {
                "speaker": turn.speaker,
                "start": turn.start / TELEPHONE_RATE,
                "end": turn.end / TELEPHONE_RATE,
                "text": turn.text,
            }
            for turn in performance.turns
        ],
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns the exit status (0, or 2 for bad arguments or scripts)."""
    options = _options(argv)
    try:
        dialogues = read_scripts(options.scripts)[: options.limit]
        options.out.mkdir(parents=True, exist_ok=True)
    except (ScriptError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    taken = [d.dialogue_id for d in dialogues if _is_somebodys(options.out, d.dialogue_id, options.scripts)]
    if taken:
        print(f"{len(taken)} names there are taken: {', '.join(taken[:3])}", file=sys.stderr)
        return 2
    threads = max(1, (os.cpu_count() or 1) // options.jobs)
    jobs = [
        _Job(
            d,
            options.seed,
            options.out,
            options.cache,
            threads,
            tuple(options.laws),
            options.unassigned_numbers,
        )
        for d in dialogues
    ]
    began = time.monotonic()
    seconds = 0.0
    if options.jobs == 1:
        results = map(_work, jobs)
        for job, length in zip(jobs, results, strict=True):
            seconds += _report(job, length)
    else:
        join_network()
        with ProcessPoolExecutor(options.jobs) as pool:
            for job, length in zip(jobs, pool.map(_work, jobs), strict=True):
                seconds += _report(job, length)
    took = time.monotonic() - began
    pace = took / max(seconds, 1e-9)
    print(f"{len(jobs)} calls, {seconds / 60:.1f} min, in {took:.0f} s ({pace:.3f} of real time)")
    return 0


def _is_somebodys(out: Path, name: str, scripts: Sequence[Path]) -> bool:
    """Whether a name is taken by files that an earlier run did not make, or by a script that is read."""
    there = [path for ending in FILES if os.path.lexists(path := out / f"{name}{ending}")]
    if any(path.is_symlink() or any(path.samefile(script) for script in scripts) for path in there):
        return True
    if not there:
        return False
    try:
        truth = json.loads((out / f"{name}.truth.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return not isinstance(truth, dict) or truth.get("call_id") != name


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sample_audio.make_calls", description=__doc__)
    parser.add_argument("--scripts", nargs="+", type=Path, required=True, metavar="FILE", help="*.script.txt")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1, help="people, voices and lines (default 1)")
    parser.add_argument("--limit", type=int, metavar="K", help="only the first K dialogues")
    parser.add_argument("--jobs", type=int, default=1, metavar="J", help="processes (default 1)")
    parser.add_argument("--laws", nargs="+", choices=LAWS, default=LAWS, help="codecs to choose from")
    parser.add_argument("--unassigned-numbers", action="store_true", help="only numbers given to nobody")
    cache = Path(tempfile.gettempdir()) / "kaiji-voices"
    parser.add_argument(
        "--cache", type=Path, default=cache, metavar="DIR", help=f"finished phrases ({cache})"
    )
    return parser.parse_args(argv)


def _work(job: _Job) -> float:
    pools = replace(default_pools(), unassigned_numbers=job.unassigned)
    voices = KokoroVoices(job.cache, job.threads)
    return make_call(job.dialogue, job.seed, job.out, voices, pools=pools, laws=job.laws)


def _report(job: _Job, length: float) -> float:
    print(f"{job.dialogue.dialogue_id}\t{length:.1f} s", flush=True)
    return length


def _write_json(path: Path, value: dict[str, Any]) -> None:
    # Written beside and renamed: who goes on after a kill finds a whole file or none.
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
