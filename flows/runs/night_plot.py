"""The plot of a night: when each call was masked or failed, and how many waited; times and counts only.

Prefect's page removes raw SVG from a markdown artifact but shows an image whose address is its data, so the
plot is such an image.  A table below it has the same content for people who cannot see it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.runs.night_report import FATES, Fate, Tally, Tried

WIDTH, HEIGHT = 760, 280
SHAPE = f'xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'

LEFT, RIGHT = 44, 744
"""Left and right end of the time axis."""

STRIP, STRIP_HEIGHT = 48, 34
"""The strip of the calls, one after the other."""

TOP, BOTTOM = 118, 236
"""Height of the line of waiting calls."""

MIN_PIXELS = 0.6
"""Least width of a block: a long night has more calls than the plot has pixels, and a failure must not
vanish."""

COLOURS = {Fate.MASKED: "#17633a", Fate.SET_ASIDE: "#a3201a", Fate.PUT_BACK: "#b06f00"}

STEPS = (1, 2, 5, 10, 15, 30, 60, 120)
"""Minutes between two marks on the time axis."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Number of waiting calls at a moment, in seconds from the beginning of the night."""

    at: float
    calls: int


def plot(tally: Tally, waiting: Sequence[Waiting], seconds: float) -> str:
    """Return the plot of a night as markdown.

    Args:
        tally: Outcomes of the night, with the time of each call.
        waiting: Numbers of waiting calls, in order of time.
        seconds: Length of the night.
    """
    image = base64.b64encode(as_svg(tally, waiting, seconds).encode()).decode()
    first, last = (waiting[0].calls, waiting[-1].calls) if waiting else (0, 0)
    counts = {fate: sum(one.fate is fate for one in tally.tried) for fate in Fate}
    told = "、".join(f"{FATES[fate]} {count}件" for fate, count in counts.items())
    rows = [
        f"| かかった時間 | {seconds / 60:.1f} 分 |",
        f"| 通話 | {len(tally.tried)} 件({told}) |",
        f"| 一件にかかった時間(中央・最長) | {_times(tally.tried)} |",
        f"| 処理待ち(初め → 終わり) | {first} 件 → {last} 件 |",
    ]
    table = "\n".join(["| | |", "|---|---|", *rows])
    return f"# 夜間処理の図\n\n![{told}](data:image/svg+xml;base64,{image})\n\n{table}\n"


def _times(tried: Sequence[Tried]) -> str:
    took = sorted(one.took for one in tried)
    return f"{took[len(took) // 2] / 60:.1f} 分・{took[-1] / 60:.1f} 分" if took else "–"


def as_svg(tally: Tally, waiting: Sequence[Waiting], seconds: float) -> str:
    """Return the drawing alone; the same night gives the same drawing."""
    whole = max(seconds, 1.0)
    return "\n".join(
        [
            f'<svg {SHAPE} font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            *_legend(tally),
            *_blocks(tally.tried, whole),
            *_line(waiting, whole),
            *_axis(whole),
            "</svg>",
        ]
    )


def _x(at: float, whole: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(max(at / whole, 0.0), 1.0)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#19222d">{text}</text>'


def _legend(tally: Tally) -> Iterator[str]:
    for place, fate in enumerate(Fate):
        x = LEFT + 170 * place
        count = sum(one.fate is fate for one in tally.tried)
        yield f'<rect x="{x}" y="14" width="12" height="12" fill="{COLOURS[fate]}"/>'
        yield _text(x + 18, 24, f"{FATES[fate]} {count}件")


def _blocks(tried: Sequence[Tried], whole: float) -> Iterator[str]:
    """Yield a block for each call; touching blocks of one outcome are joined, failures are drawn last."""
    drawn: list[tuple[Fate, float, float]] = []
    for one in tried:
        start = _x(one.began, whole)
        end = max(_x(one.began + one.took, whole), start + MIN_PIXELS)
        if drawn and drawn[-1][0] is one.fate and start - drawn[-1][2] < MIN_PIXELS and end - start < 2:
            drawn[-1] = (one.fate, drawn[-1][1], max(end, drawn[-1][2]))
        else:
            drawn.append((one.fate, start, end))
    for fate, start, end in sorted(drawn, key=lambda each: each[0] is not Fate.MASKED):
        # A gap of a hair between two calls, where there is room for it.
        width = max(end - start - 0.5, MIN_PIXELS)
        yield (
            f'<rect x="{start:.1f}" y="{STRIP}" width="{width:.1f}" height="{STRIP_HEIGHT}"'
            f' fill="{COLOURS[fate]}"/>'
        )


def _line(waiting: Sequence[Waiting], whole: float) -> Iterator[str]:
    """Yield the stepped line of the waiting calls, with its scale."""
    most = max((one.calls for one in waiting), default=0)
    yield _text(LEFT, TOP - 12, "処理待ちの通話")
    yield f'<path d="M{LEFT} {BOTTOM}H{RIGHT}" stroke="#aab4c0" fill="none"/>'
    yield _text(LEFT - 6, BOTTOM + 4, "0", "end")
    if not most:
        return
    yield _text(LEFT - 6, TOP + 4, str(most), "end")
    yield f'<path d="M{LEFT} {TOP}H{RIGHT}" stroke="#d9dfe6" stroke-dasharray="3 3" fill="none"/>'
    path = ""
    for one in waiting:
        x, y = _x(one.at, whole), BOTTOM - (BOTTOM - TOP) * one.calls / most
        path += f"H{x:.1f}V{y:.1f}" if path else f"M{x:.1f} {y:.1f}"
    yield f'<path d="{path}H{RIGHT}" stroke="#1d4e89" stroke-width="2" fill="none"/>'


def _axis(whole: float) -> Iterator[str]:
    minutes = whole / 60
    step = next((each for each in STEPS if minutes / each <= 8), math.ceil(minutes / 8))
    for mark in range(0, math.floor(minutes) + 1, step):
        x = _x(mark * 60, whole)
        yield f'<path d="M{x:.1f} {BOTTOM}v5" stroke="#55616f"/>'
        yield _text(x, BOTTOM + 19, str(mark), "middle")
    yield _text(RIGHT, BOTTOM + 36, "始まりからの分", "end")
