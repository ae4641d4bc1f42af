"""Scripts of blind sets in their exact words, without a voice: people are cast and their words written down.

What a case needs of a call (words, whose data they are, the case of who asks) is all in the cast; only its
times are made up, by the length of what is said.  Ten calls a second come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.types import CharSpan
from sample_audio.casting import CastCall, case_json, cast
from sample_audio.pools import Pools
from sample_audio.script import read_scripts
from tests.cases.case_files import transcript_of
from tests.cases.material import Material, Target, target

_CHANNEL = {"op": 0, "cu": 1}


def exact_calls(scripts: Iterable[Path], seed: int, pools: Pools | None = None) -> Iterator[Material]:
    """Every dialogue of some scripts, cast.

    Args:
        scripts: ``*.script.txt``.
        seed: As of ``sample_audio.make_calls``: the same people as there.
        pools: Where people come from; those of the samples by default.

    Yields:
        The calls in order.
    """
    for path in scripts:
        for dialogue in read_scripts([path]):
            call = cast(dialogue, seed, pools)
            source = {
                "set": path.name.removesuffix(".script.txt"),
                "call": dialogue.dialogue_id,
                "seed": seed,
                "words": "exact",
            }
            rows = [
                {"speaker": t.speaker, "channel": _CHANNEL[t.speaker], "text": "".join(t.text.split())}
                for t in call.turns
            ]
            transcript = transcript_of(rows, dialogue.dialogue_id)
            yield Material(source, case_json(call), transcript, None, tuple(_targets(call)))


def _targets(call: CastCall) -> Iterator[Target]:
    offset = 0
    for turn in call.turns:
        for said in turn.said:
            text = "".join(said.text.split())
            if said.slot is not None:
                chars = CharSpan(offset, offset + len(text))
                found: Any = target(chars, text, said.slot.kind, said.slot.party)
                if found is not None:
                    yield found
            offset += len(text)
        offset += 1
