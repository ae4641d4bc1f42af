"""The recipe: a line for each stage, the same for ``kaiji mask`` and for the Prefect flow.

A stage takes a call's workspace and the models, reads what earlier stages made, leaves its own
result and returns a count: nothing that could name anyone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

import pipeline.audio.recording
import pipeline.finding.detect
import pipeline.given.given_words
import pipeline.masking.align
import pipeline.masking.plan
import pipeline.masking.voices
import pipeline.ownership.chain
import pipeline.reviewing.listed
import pipeline.speaking.speakers
import pipeline.verifying.widen
from flows import outputs
from flows.files.keyed_digest import new_digest_key
from flows.hearing import hear, put_words
from flows.loaded_models import Models
from flows.manifest import manifest
from flows.workspace import (
    ENTITIES,
    FINDINGS,
    JOB,
    LEAKS,
    PLAN,
    RECORDING,
    SECOND_HEARING,
    TRANSCRIPT,
    VERIFIED,
    Workspace,
)
from pipeline.audio.memory import give_back
from pipeline.audio.wav import StoredRecording, open_wav
from pipeline.errors import CallUnsafeError, UnreadableAudioError
from pipeline.hearing.progress import part
from pipeline.masking.text import mask_text, masked_in_text
from pipeline.types import Leak, MaskAction, MaskPlan, Transcript
from pipeline.verifying.changes import Changes
from pipeline.verifying.left_over import unanswered
from pipeline.verifying.listen import hear_masked, listen_again
from pipeline.verifying.reread import read_by_sound, read_otherwise
from pipeline.verifying.under_masks import said_under
from pipeline.verifying.verify import kept_values, values, verify_audio, verify_second_opinion, verify_text

ROUNDS = 6
"""How often a plan may be widened before the call goes to a person.  A minute of call mostly needs none,
twelve needed three, an hour was not done after three; each listens only to what the last one changed."""

MOST_ROUNDS = 12
"""How often where each round finds less than the one before: the longer a call, the longer its tail."""

KNOWN = 0.7
"""Probability from which a masked value is looked for elsewhere in the call: seven in ten are right."""


Stage = Callable[[Workspace, Models], int]

REACHED = {
    "decode": (0.0, 0.01),
    "transcribe": (0.01, 0.75),
    "detect": (0.75, 0.83),
    "attribute": (0.83, 0.84),
    "align": (0.84, 0.88),
    "verify": (0.88, 0.97),
    "publish": (0.98, 1.0),
}
"""Share of a call that is done before and after a stage, for who follows it: rounded from calls of a minute.
The other stages take no time that could be seen."""


def recipe(run: Callable[[Stage], int]) -> None:
    """Mask one call.

    Args:
        run: Runs a stage and returns its count; how it runs is the caller's affair.

    Raises:
        CallUnsafeError: when the masked call still gives something away.
    """

    def do(stage: Stage) -> int:
        reached = REACHED.get(stage.__name__)
        if reached is None:
            return run(stage)
        with part(*reached):
            return run(stage)

    do(decode)
    do(transcribe)
    do(detect)
    do(attribute)
    do(align)
    do(plan)
    do(mask)
    last = sys.maxsize
    for number in range(1, MOST_ROUNDS + 1):
        found = do(verify)
        if found == 0:
            break
        do(widen)
        do(mask)
        if number == MOST_ROUNDS or (number >= ROUNDS and found >= last):
            do(verify_finally)
            break
        last = found
    do(publish)


def decode(call: Workspace, _: Models) -> int:
    """Audio file -> samples."""
    recording = pipeline.audio.recording.read_recording(call.get(JOB).audio, call.products)
    call.put(RECORDING, recording)
    give_back()
    return recording.length


def transcribe(call: Workspace, models: Models) -> int:
    """Samples -> words, heard twice, and who says them; or words from the given file, laid on the sound."""
    return put_words(call, hear(call, models), models)


def detect(call: Workspace, models: Models) -> int:
    """Find what may be personal data in the words."""
    entities = pipeline.finding.detect.detect(
        _judged(call), models.analyzer, call.get(JOB).case, call.get(SECOND_HEARING)
    )
    call.put(ENTITIES, entities)
    give_back()
    return len(entities)


def attribute(call: Workspace, models: Models) -> int:
    """Decide whose data each finding is, by what was written and by what was heard."""
    transcript, case, reader = _judged(call), call.get(JOB).case, models.reader
    context = pipeline.ownership.chain.Context(transcript, case, reader, judge=models.owner.decide)
    entities = call.get(ENTITIES)
    findings = pipeline.ownership.chain.attribute(entities, context)
    findings = pipeline.reviewing.listed.apply_lists(findings, transcript, case.words, reader)
    give_back()
    call.put(FINDINGS, findings)
    return len(findings)


def _judged(call: Workspace) -> Transcript:
    """The words as what finds data and judges whose it is sees them."""
    return pipeline.speaking.speakers.without_guessed_speakers(call.get(TRANSCRIPT))


def align(call: Workspace, _: Models) -> int:
    """Find when and on which channel each finding is spoken."""
    findings = pipeline.masking.align.align(
        call.get(FINDINGS), call.get(TRANSCRIPT), call.get(RECORDING), call.get(JOB).policy
    )
    if call.get(JOB).transcript is not None:
        # Behind the others, whose numbers they leave alone.
        findings += pipeline.given.given_words.findings_of_marks(call.get(TRANSCRIPT), call.get(RECORDING))
    findings += pipeline.masking.voices.third_voices(call.get(TRANSCRIPT), call.get(RECORDING))
    call.put(FINDINGS, findings)
    return len(findings)


def plan(call: Workspace, _: Models) -> int:
    """Decide what is masked and what is kept."""
    job = call.get(JOB)
    made = pipeline.masking.plan.make_plan(call.get(FINDINGS), call.get(TRANSCRIPT), job.case, job.policy)
    call.put(PLAN, made)
    call.put(VERIFIED, None)
    return len(made.masked)


def mask(call: Workspace, _: Models) -> int:
    """Apply the plan to audio and text, and write both as files."""
    words, note = call.get(TRANSCRIPT), call.get(JOB).note
    outputs.write_masked(call.products, call.get(RECORDING), words, call.get(PLAN), note)
    return len(call.get(PLAN).masked)


def verify(call: Workspace, models: Models) -> int:
    """Read and listen to the written files again; return how many leaks were found."""
    original, transcript, made = call.get(RECORDING), call.get(TRANSCRIPT), call.get(PLAN)
    leaks = verify_written(call)
    # Also where this round masks what leaks: doubtful likenesses are asked about in the first only.
    if call.get(JOB).listen_again and all(leak.kind in {"CROSSTALK", "TEXT"} for leak in leaks):
        looked_for = known(made)
        masked = tuple(each for each in values(transcript, made, MaskAction.MASK) if each[0] in looked_for)
        kept = values(transcript, made, MaskAction.KEEP)
        readings = tuple((item_id, models.reader.kana(value)) for item_id, value in masked + kept)
        before = call.get(VERIFIED)
        changes = Changes(before, made) if before else None
        product = _written_audio(call)
        leaks += listen_again(product, made, readings, models.listen, models.reader, changes=changes)
        # What an earlier round added is looked for by what it sounds like, not by its own words.
        own = {item_id for item_id, _ in masked}
        second = call.get(SECOND_HEARING)
        # Where the whole call was heard twice, what is masked was too.
        heard = said_under(made, second) if second else hear_masked(original, made, models.listen)
        readings += tuple((item_id, models.reader.kana(said)) for item_id, said in heard if item_id in own)
        if second is not None and made.revision == 0:
            # It only tells of doubtful likenesses, and these are asked about once.
            leaks += read_otherwise(second, made, readings, models.reader)
        leaks += read_by_sound(mask_text(transcript, made), made, readings, models.reader, changes=changes)
    if made.revision > 0:
        # A doubtful likeness is shown to the analyst once; what of it was left out for want of time stays so.
        leaks = certain(leaks)
    call.put(LEAKS, leaks)
    give_back()
    return len(leaks)


def verify_written(call: Workspace, recognised: tuple[tuple[str, str], ...] = ()) -> tuple[Leak, ...]:
    """Return what the written files of a call still give away to whoever compares and reads them.

    Args:
        call: The call behind ``mask``.
        recognised: Further masked values, by item: what stood there before a person wrote it otherwise.

    Raises:
        CallUnsafeError: when the masked audio cannot be read.
    """
    original, transcript, made = call.get(RECORDING), call.get(TRANSCRIPT), call.get(PLAN)
    leaks = verify_audio(original, _written_audio(call), made, call.get(VERIFIED))
    masked = tuple(dict.fromkeys((*values(transcript, made, MaskAction.MASK), *recognised)))
    text = outputs.read_masked_text(call.products)
    leaks += verify_text(text, masked, kept_values(transcript, made))
    return leaks + _second_opinion(call, text)


def _written_audio(call: Workspace) -> StoredRecording:
    try:
        return open_wav(call.products / outputs.MASKED_WAV)
    except UnreadableAudioError as error:
        # Also where everything had to be silenced: a copy in which nothing is left is none.
        raise CallUnsafeError(f"伏せた音声を読み直せません: {error}") from None


def _second_opinion(call: Workspace, text: str) -> tuple[Leak, ...]:
    """Return the lines in which a call's masked text differs from Presidio's anonymizer."""
    from models.analysis.anonymiser import anonymised_lines

    transcript, made = call.get(TRANSCRIPT), call.get(PLAN)
    document = json.loads((call.products / outputs.MASKED_JSON).read_text(encoding="utf-8"))
    opinion = anonymised_lines(transcript.text, (item.chars for item in masked_in_text(made)))
    return verify_second_opinion(document, text, opinion)


def prove(call: Workspace, models: Models) -> tuple[Leak, ...]:
    """Return what a finished copy still gives away, beyond what people were asked about.

    Args:
        call: A copy that was written from a plan with decisions.
        models: Listen to it.

    Raises:
        CallUnsafeError: when the masked audio cannot be read.
    """
    verify(call, models)
    return unanswered(certain(call.get(LEAKS)), call.get(PLAN))


def known(plan: MaskPlan) -> frozenset[str]:
    """Return the ids of the masked items whose values are searched for in everything that is kept.

    Doubtful items are left out: their values are often ordinary words, which would be found everywhere.
    What a person has decided is never doubtful.
    """
    return frozenset(item.item_id for item in plan.masked if item.decided or item.score >= KNOWN)


def widen(call: Workspace, _: Models) -> int:
    """Make the next revision of a plan whose products leaked."""
    leaks, made = call.get(LEAKS), call.get(PLAN)
    wider = pipeline.verifying.widen.widen(made, leaks, call.get(TRANSCRIPT), call.get(RECORDING))
    if wider is None:
        raise unsafe(leaks)
    call.put(VERIFIED, made)
    call.put(PLAN, pipeline.masking.plan.within_review_time(wider, call.get(TRANSCRIPT)))
    return len(wider.masked)


def verify_finally(call: Workspace, models: Models) -> int:
    """Verify what the last widening left; a leak now means that a person has to look."""
    verify(call, models)
    left = certain(call.get(LEAKS))
    if left:
        raise unsafe(left)
    return 0


def certain(leaks: tuple[Leak, ...]) -> tuple[Leak, ...]:
    """Return the leaks without doubtful similar sounds, which were shown to the analyst during masking."""
    return tuple(leak for leak in leaks if leak.kind != "PERHAPS")


def publish(call: Workspace, models: Models) -> int:
    """Write the review file and the manifest, and move every file to its name."""
    job, transcript = call.get(JOB), call.get(TRANSCRIPT)
    key = new_digest_key()
    outputs.write_review(call.products, transcript, call.get(PLAN), key)
    outputs.write_json(call.products / outputs.MANIFEST, manifest(call, models, key))
    outputs.publish(call.products, job.out, job.stem)
    return len(outputs.PRODUCTS)


STAGES: tuple[Stage, ...] = (
    decode, transcribe, detect, attribute, align, plan, mask, verify, widen, verify_finally, publish,
)  # fmt: skip


def unsafe(leaks: Sequence[Leak]) -> CallUnsafeError:
    """Return the error of a copy that leaks: number and kinds only."""
    kinds = ", ".join(sorted({leak.kind for leak in leaks}))
    return CallUnsafeError(f"伏せた後の確認で{len(leaks)}件の漏れが残りました({kinds})")
