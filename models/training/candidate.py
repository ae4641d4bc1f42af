"""Load every learned file as the product does, mask a sample call, and lay the files out to be registered.

    python -m models.training.candidate CALL.wav --out FOLDER

The training graph runs it where its networks stand in for the registered ones (``models.training.overlay``).
What it writes lies in the folder as in the project, with the registry and the one module that name the
SHA-256 of each: whoever has measured that the files are better copies the folder over the project.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from models.analysis.analyzer import load_analyzer
from models.registry import file_sha256
from models.speech.transcriber import load_transcriber
from models.training.calls.stored import made_case
from models.training.overlay import PINNED
from models.weighing.owner.owner import load_owner
from pipeline.audio.recording import read_recording
from pipeline.finding.detect import detect
from pipeline.hearing.second_hearing import hear_again
from pipeline.hearing.supplement import supplemented
from pipeline.hearing.transcribe import transcribe
from pipeline.masking.align import align
from pipeline.masking.plan import make_plan
from pipeline.ownership.chain import Context, attribute
from pipeline.types import MaskPlan, MaskPolicy

ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where a file is not the registered one."""
    parser = argparse.ArgumentParser(prog="python -m models.training.candidate", description=__doc__)
    parser.add_argument("call", type=Path, help="with its case beside it")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    files = dict(learned_files(ROOT / PINNED[0]))
    wrong = [path for path, sha256 in files.items() if file_sha256(ROOT / path) != sha256]
    if wrong:
        print(f"not the registered bytes: {', '.join(wrong)}", file=sys.stderr)
        return 1
    plan = _masked(options.call)
    print(f"{options.call.stem}: {len(plan.items)} findings")
    for path in (*files, *PINNED):
        (options.out / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, options.out / path)
    (options.out / "candidate.json").write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")
    return 0


def learned_files(registry: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of every registered file that was learned; lexicons were compiled."""
    for section, entries in tomllib.loads(registry.read_text(encoding="utf-8")).items():
        if section != "lexicon":
            for entry in entries.values():
                if "file" in entry:
                    yield entry["file"], entry["sha256"]


def _masked(path: Path) -> MaskPlan:
    """A call taken through all that learned files decide."""
    recogniser, analyzer = load_transcriber(), load_analyzer()
    case: Any = json.loads(path.with_suffix(".case.json").read_text(encoding="utf-8"))
    recording, call_case = read_recording(path), made_case(case)
    again = hear_again(recording, recogniser.in_batches(), path.stem)
    transcript = supplemented(transcribe(recording, recogniser, path.stem), again)
    entities = detect(transcript, analyzer, call_case, again)
    judge = load_owner(analyzer.reader).decide
    findings = attribute(entities, Context(transcript, call_case, analyzer.reader, judge=judge))
    findings = align(findings, transcript, recording, MaskPolicy())
    return make_plan(findings, transcript, call_case, MaskPolicy())


if __name__ == "__main__":
    sys.exit(main())
