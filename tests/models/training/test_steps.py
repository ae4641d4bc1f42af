"""The table of steps fits the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.candidate import learned_files
from models.training.split import NEVER, read_split
from models.training.step import Step, in_order
from models.training.steps import LEARNED, SCALES, steps

ROOT = Path(__file__).parents[3]


def graph(scale: str = "full") -> tuple[Step, ...]:
    """All of it."""
    return in_order(steps(read_split(), SCALES[scale]))


def words(step: Step) -> set[str]:
    """All arguments of a step."""
    return {word for command in step.commands for word in command[1:]}


def test_every_registered_learned_file_is_made() -> None:
    """None is left out, and none is made that nobody knows."""
    assert dict(LEARNED).keys() == dict(learned_files(ROOT / "models/registry.toml")).keys()
    by_name = {step.name: step for step in graph()}
    for source in dict(LEARNED).values():
        step, _, file = source.partition("/")
        assert file in by_name[step].outputs


@pytest.mark.parametrize("scale", SCALES)
def test_every_command_is_there(scale: str) -> None:
    """Its module, its scripts, and the steps that it needs, which come before it."""
    seen: set[str] = set()
    for step in graph(scale):
        assert set(step.after) <= seen
        seen.add(step.name)
        for command in step.commands:
            assert (ROOT / command[0].replace(".", "/")).with_suffix(".py").is_file()
        assert all((ROOT / word).is_file() for word in words(step) if word.endswith(".script.txt"))
        assert step.outputs


def test_nothing_reads_what_is_never_seen() -> None:
    """Neither its scripts nor its voices stand in any command."""
    split = read_split()
    never = {path.as_posix() for path in split.scripts(NEVER)} | {*split.voices(NEVER), *split.people(NEVER)}
    assert never
    assert not any(never & words(step) for step in graph())


def test_nothing_learns_from_what_is_tuned_on() -> None:
    """The calls of that part are measured with, and nothing else needs them."""
    tuning = {"speak-tuning", "hear-tuning", "hear-tuning-registered"}
    needs = {step.name for step in graph() if tuning & set(step.after)}
    assert needs == {"hear-tuning", "hear-tuning-registered", "measure-candidate", "measure-registered"}


def test_no_floor_learns_from_calls_that_one_below_has_learned_from() -> None:
    """Between a part's calls and what they teach, no step has learned from these calls."""
    by_name = {step.name: step for step in graph()}

    def needs(name: str) -> set[str]:
        return {name}.union(*(needs(other) for other in by_name[name].after))

    for calls, networks in (
        ("speak-reading", ("train-adapter-fourth", "adapter")),
        ("speak-weighing", ("tagger", "train-phonetic-tagger")),
        ("speak-owning", ("tagger", "train-fusion", "judge", "doubt")),
    ):
        assert not any(calls in needs(network) for network in networks)


def test_a_third_person_is_learned_from_voices_that_the_network_has_not_heard() -> None:
    """It is surer of voices that it has heard: none of them, none that things are chosen on."""
    split, by_name = read_split(), {step.name: step for step in graph()}
    spoken = [each for each in by_name["collect-sittings"].after if each.startswith("speak-")]
    voices = {word for name in spoken for word in words(by_name[name])}
    assert voices >= {"af_river", "am_adam", "af_jessica", "takumi_sad"}
    assert not voices & {*split.voices("listening"), *split.voices("tuning")}
    scripts = {path.as_posix() for path in split.scripts("tuning")}
    assert not scripts & words(by_name["train-third"])


def test_seeds_are_said() -> None:
    """Where a step draws anything, its seed is the one in its arguments."""
    for step in graph():
        for command in step.commands:
            if "--seed" in command:
                assert command[command.index("--seed") + 1] == str(step.seed)
