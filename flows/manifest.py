"""The manifest of a masked call: evidence of what was made from what, by what, without personal data."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows import outputs
from flows.files.keyed_digest import Digested, DigestKey
from flows.listener import BESIDE_WORDS, Listener
from flows.version import VERSION
from flows.workspace import JOB, LISTENER, PLAN, RECORDING, SECOND_HEARING, Job, Workspace
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskPlan

if TYPE_CHECKING:
    from flows.loaded_models import Models
    from models.registry import RegisteredFile

LIBRARIES = (
    "faster-whisper", "ctranslate2", "onnxruntime", "spacy", "ginza", "ja-ginza", "presidio-analyzer",
    "presidio-anonymizer", "pydub", "sudachipy", "sudachidict-core", "av", "numpy",
)  # fmt: skip


def manifest(call: Workspace, models: Models, key: DigestKey) -> dict[str, object]:
    """Put together a call's manifest.

    Args:
        call: The call, after its last stage but ``publish``: the products lie in its folder.
        models: What it was masked with.
        key: The product's key for digests, which stands in the review file only.

    Returns:
        What goes into ``manifest.json``.  Files go by their role, because a call's name may be personal.

    Raises:
        ModelError: when the speech model, or what a package brings, is missing.
    """
    job, made, listener = call.get(JOB), call.get(PLAN), call.get(LISTENER)
    # A second hearing alone, of words from a file, is decoded without the adapter.
    adapter = models.recogniser.adapter if job.transcript is None else None
    networks, lexicons = _used(listener, adapter)
    return {
        "call_id": job.call_id,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "input": {"sha256": call.get(RECORDING).sha256},
        "outputs": {
            name: outputs.file_sha256(call.products / name)
            for name in outputs.PRODUCTS
            if name != outputs.MANIFEST
        },
        "models": _models(job, models, key),
        "networks": networks,
        "lexicons": lexicons,
        "listener": listener.record(),
        "transcript": {
            "source": "recognised" if job.transcript is None else "file",
            "heard_twice": call.get(SECOND_HEARING) is not None,
        },
        "listened_again": job.listen_again,
        "policy": asdict(made.policy),
        "actions": {party.value: action.value for party, action in job.case.actions},
        "kinds": {kind: action.value for kind, action in job.case.kinds},
        "plan": _counts(made),
        "versions": {"kaiji": VERSION, "python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def _models(job: Job, models: Models, key: DigestKey) -> dict[str, object]:
    """What came from elsewhere: the speech models, the language model, the company's own recognizers."""
    asr: dict[str, str] = {}
    if job.transcript is None or job.listen_again:
        asr = {"name": models.recogniser.name, "sha256": models.recogniser.sha256}
    named: dict[str, object] = {"asr": asr, "language": "ja_ginza"}
    if job.transcript is None and (beside := models.recogniser.beside) is not None:
        named["asr_again"] = {"name": beside.name, "sha256": beside.sha256}
    if models.company is not None:
        # Keyed: a company lists its secret words in them.
        named["recognizers"] = {"keyed_sha256": key.of(Digested.RECOGNIZERS, models.company.sha256)}
    return named


def _used(listener: Listener, adapter: str | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The networks and the lexicons that had a say in this call: name to SHA-256.

    No file of ours is loaded that is not, to the byte, the registered one; so the registry tells what was.
    """
    from models.registry import LEXICON, installed_data, registered_files

    found = {
        (each.section, each.name): each.sha256
        for each in registered_files()
        if _had_say(each, listener, adapter)
    }
    found |= installed_data()
    networks = {f"{section}.{name}": sha for (section, name), sha in found.items() if section != LEXICON}
    lexicons = {name: sha for (section, name), sha in found.items() if section == LEXICON}
    return networks, lexicons


def _had_say(file: RegisteredFile, listener: Listener, adapter: str | None) -> bool:
    """Return whether a registered file had a part in this call.

    An adapter had one where it was added to the model that recognised the words, or to the encoder that the
    ears read.  A network that reads an encoder had none without a listener.  A network that weighs sound
    against words had none without a listener, and none where the words came from a file: there the text
    alone is read.
    """
    from models.registry import ADAPTER
    from models.speech.ears import ears_encoder

    if file.section == ADAPTER:
        return file.name == adapter or (listener.heard and file.sha256 == ears_encoder().adapter_sha256)
    if file.encoder is not None:
        return listener.heard
    return not file.listens or (listener.heard and listener.role == BESIDE_WORDS)


def _counts(plan: MaskPlan) -> dict[str, int]:
    return {
        "revision": plan.revision,
        "masked": len(plan.masked),
        "kept": len(plan.items) - len(plan.masked),
        "to_review": sum(item.needs_review for item in plan.items),
        "third_voices": sum(item.entity_type == THIRD_VOICE for item in plan.items),
    }
