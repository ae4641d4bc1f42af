"""The figures of ``tests.bench.speed`` as tables for a person, and as a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.contestants import RECOGNITION

NAMES = {
    "plain": "(a) faster-whisper, sequential",
    "batched": "(b) faster-whisper, batched",
    "glue": "(c) (a) + Presidio + pydub",
    "mask": "(d) kaiji mask",
    "night": "(d) kaiji run nightly",
    "kaiji": "kaiji's recipe, in process",
}

STAGES = (
    "decode", "transcribe", "detect", "attribute", "align", "plan", "mask", "verify", "widen",
    "verify_finally", "publish",
)  # fmt: skip

ROUND = 10
"""Different calls of which the many consist, again and again (``tests.bench.speed.DISTINCT``)."""

Rounds = Sequence[Mapping[str, Mapping[str, Any]]]


def report(figures: Mapping[str, Any]) -> Iterator[str]:
    """All tables.

    Args:
        figures: As ``tests.bench.speed`` gathers them; a part that is missing is left out.

    Yields:
        Lines of Markdown.
    """
    machine = figures["machine"]
    yield "{cores} cores, {cpu}, Python {python}, load {load:.1f}".format(**machine)
    parts: dict[str, Callable[[Any], Iterator[str]]] = {
        "contest": _contest,
        "growth": _growth,
        "threads": _threads,
        "prefect": _prefect,
    }
    for part, lines in parts.items():
        if part in figures:
            yield ""
            yield from lines(figures[part])
    yield ""
    yield f"{figures['minutes']:.1f} minutes in all"


def _contest(rounds: Rounds) -> Iterator[str]:
    calls = rounds[0]["plain"]["calls"]
    minutes = sum(call["seconds"] for call in calls) / 60
    yield f"{len(calls)} calls, {minutes:.1f} min, {len(rounds)} rounds: median (least–most)"
    yield ""
    yield "| whole process, loading included | wall s | / (a) | CPU s | / (a) | peak MiB |"
    yield "|---|--:|--:|--:|--:|--:|"
    for way, name in NAMES.items():
        cells = [
            _spread([each[way]["wall"] for each in rounds], 1),
            _spread(_ratios(rounds, way, lambda run: run["wall"]), 2),
            _spread([each[way]["cpu"] for each in rounds], 1),
            _spread(_ratios(rounds, way, lambda run: run["cpu"]), 2),
            f"{max(each[way]['peak'] for each in rounds):.0f}",
        ]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    yield "| without loading, a minute of call | wall s | / (a) | CPU s | / (a) | loading CPU s |"
    yield "|---|--:|--:|--:|--:|--:|"
    for way in ("plain", "batched", "glue", "kaiji"):
        cells = [
            _spread([_of_calls(each[way], "wall") / minutes for each in rounds], 2),
            _spread(_ratios(rounds, way, lambda run: _of_calls(run, "wall")), 2),
            _spread([_of_calls(each[way], "cpu") / minutes for each in rounds], 2),
            _spread(_ratios(rounds, way, lambda run: _of_calls(run, "cpu")), 2),
            f"{median(each[way]['parts']['load'] for each in rounds):.1f}",
        ]
        yield f"| {NAMES[way]} | {' | '.join(cells)} |"
    yield ""
    yield from _stages(rounds, minutes)


def _stages(rounds: Rounds, minutes: float) -> Iterator[str]:
    yield "| kaiji, stage by stage | CPU s per min of call | % of (a) |"
    yield "|---|--:|--:|"
    split = [stages_of(each["kaiji"]["parts"]) for each in rounds]
    plain = [_of_calls(each["plain"], "cpu") for each in rounds]
    for name in split[0]:
        spent = [each[name] for each in split]
        share = [100 * s / whole for s, whole in zip(spent, plain, strict=True)]
        yield f"| {name} | {median(spent) / minutes:.3f} | {_spread(share, 1)} |"
    rest = [sum(s for name, s in each.items() if name not in RECOGNITION) for each in split]
    share = [100 * s / whole for s, whole in zip(rest, plain, strict=True)]
    yield f"| all that is not recognition | {median(rest) / minutes:.3f} | {_spread(share, 1)} |"


def stages_of(parts: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds of every stage, recognition taken out of the stages and told by itself."""
    out: dict[str, float] = {}
    first, second, again = RECOGNITION
    for stage in STAGES:
        spent = parts.get(stage, 0.0)
        if stage == "transcribe":
            out |= {name: parts.get(name, 0.0) for name in (first, second)}
            spent -= out[first] + out[second]
        if stage == "verify":
            spent += parts.get("verify_finally", 0.0)
            out[again] = parts.get(again, 0.0)
            spent -= out[again]
        if stage != "verify_finally":
            out[stage] = max(0.0, spent)
    return out


def _growth(sizes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| calls | wall s | CPU s | CPU s a call, loading included | peak MiB | MiB after the last call |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for size, run in sizes.items():
        count = len(run["calls"])
        cells = [f"{run['wall']:.1f}", f"{run['cpu']:.1f}", f"{run['cpu'] / count:.2f}"]
        yield f"| {size} | {' | '.join(cells)} | {run['peak']:.0f} | {run['calls'][-1]['mib']:.0f} |"
    most = max(sizes.values(), key=lambda run: len(run["calls"]))
    calls = most["calls"]
    seconds = sum(call["seconds"] for call in calls) / len(calls)
    yield ""
    yield f"calls of {seconds:.0f} s, far shorter than real ones: loading weighs more here than it would"
    later = calls[ROUND:]
    if len(later) >= 2 * ROUND:
        for what in ("cpu", "wall"):
            # Of all that follow the first ten: one of them is decoded by chance where the model loops, and
            # costs twice as much in some rounds as in others.
            marginal = sum(call[what] for call in later) / len(later)
            ratio = most[what] / (len(calls) * marginal)
            half = len(later) // (2 * ROUND) * ROUND
            one, other = (sum(call[what] for call in each) for each in (later[:half], later[-half:]))
            yield ""
            yield (
                f"{len(calls)} calls, loading included: {ratio:.3f} x {len(calls)} x marginal ({what}); "
                f"the last {half} calls cost {other / one:.3f} of calls {ROUND + 1} to {ROUND + half}"
            )
        after = [call["mib"] for call in calls]
        yield ""
        yield f"memory after call 10: {after[9]:.0f} MiB, after call {len(calls)}: {after[-1]:.0f} MiB, "
        yield f"most between: {max(after[9:]):.0f} MiB"


def _threads(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| the same calls | wall s | CPU s | peak MiB in all |"
    yield "|---|--:|--:|--:|"
    names = {
        "one": "one process, a thread a core",
        "many": f"{found['many']['processes']} processes, one thread each",
    }
    for key, name in names.items():
        run = found[key]
        yield f"| {name} | {run['wall']:.1f} | {run['cpu']:.1f} | {run['peak']:.0f} |"


def _prefect(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "| Prefect beside a stubbed call, 2 workers | calls | median s | mean s | most s | to the first s |"
    yield "|---|--:|--:|--:|--:|--:|"
    for database, run in found.items():
        cells = (run["median"], run["mean"], run["most"], run["to_first_call"])
        yield f"| {database} | {run['calls']:.0f} | {' | '.join(f'{cell:.2f}' for cell in cells)} |"


def _of_calls(run: Mapping[str, Any], what: str) -> float:
    return float(sum(call[what] for call in run["calls"]))


def _ratios(rounds: Rounds, way: str, of: Callable[[Mapping[str, Any]], float]) -> list[float]:
    """To (a) of the same round: a machine that is slower for a while is so for both."""
    return [of(each[way]) / of(each["plain"]) for each in rounds]


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def draw(figures: Mapping[str, Any], path: Path) -> None:
    """The contest's wall time and the stages' CPU time, as bars.

    Args:
        figures: With a contest.
        path: Of the PNG.
    """
    from matplotlib.figure import Figure

    rounds = figures["contest"]
    figure = Figure(figsize=(9, 3.2), dpi=90, layout="constrained")
    left, right = figure.subplots(1, 2)
    ways = [way for way in NAMES if way != "kaiji"]
    ratios = [_ratios(rounds, way, lambda run: run["wall"]) for way in ways]
    middle = [median(each) for each in ratios]
    below = [m - min(each) for m, each in zip(middle, ratios, strict=True)]
    above = [max(each) - m for m, each in zip(middle, ratios, strict=True)]
    colours = ["#1f6f8b" if "kaiji" in NAMES[way] else "#b8b8b8" for way in ways]
    left.barh([NAMES[way] for way in ways], middle, xerr=(below, above), color=colours, capsize=3)
    left.axvline(1.0, color="black", linewidth=0.8, linestyle=":")
    left.invert_yaxis()
    left.set_xlabel("wall time / (a), whole process")
    split = [stages_of(each["kaiji"]["parts"]) for each in rounds]
    plain = median(_of_calls(each["plain"], "cpu") for each in rounds)
    shares = {name: 100 * median(each[name] for each in split) / plain for name in split[0]}
    colours = ["#1f6f8b" if name in RECOGNITION else "#d98032" for name in shares]
    right.barh(list(shares), list(shares.values()), color=colours)
    right.invert_yaxis()
    right.set_xlabel("CPU, % of (a)'s; blue: recognition")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
