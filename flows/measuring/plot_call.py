"""Draws a picture of each measured call that shows where it leaks.

Writes one PNG per call and an ``index.html`` over them; neither contains a word of the call.
Labels in the picture are English, because a machine may have no Japanese font and matplotlib
brings none.  matplotlib is imported with the first plot, because nothing else needs it.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from flows.folders.open_folder import put_file
from flows.measuring.drawn import INDEX, WITH_STAFF_LIST
from flows.measuring.evaluate_table import KIND_LABELS, percent
from pipeline.measuring.figures import CallFigures, Share, Summary, summarise
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.types import TimeSpan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STRIP_SECONDS = 60.0
"""Length of a strip across the page, in which a leak of 0.1 s is at least two pixels wide."""

MAX_STRIPS = 12
"""Longer calls get longer strips instead of more, so that the picture of an hour still opens."""

COLUMNS = 1500
"""Points of the waveform along a strip, one for each pixel of the plot."""

PARTY_COLOURS = {"third": "#ff9f1c", "requester": "#2a9d5c", "operator": "#3a78c9", "company": "#8a8f98"}
LEAK_COLOUR = "#d00000"
MASK_COLOUR = "#222222"
KIND_CODES = {
    "NAME": "NAME",
    "ADDRESS": "ADDR",
    "PHONE": "TEL",
    "CONFIDENTIAL": "SECRET",
    "EMAIL_ADDRESS": "MAIL",
    "MY_NUMBER": "MYNO",
    "CREDIT_CARD": "CARD",
    "BANK_ACCOUNT": "BANK",
    "LICENCE_NUMBER": "LICENCE",
    "INSURANCE_NUMBER": "INSUR",
    "VEHICLE_PLATE": "PLATE",
    "DATE_OF_BIRTH": "BIRTH",
    "CUSTOMER_NUMBER": "CUSTNO",
    "ACCOUNT_NAME": "ACCT",
    "WORKPLACE": "WORK",
    "SCHOOL": "SCHOOL",
}
"""What a picture has room for, by kind."""
ALWAYS_SHOWN = ("NAME", "ADDRESS", "PHONE", "CONFIDENTIAL")
"""Kinds with a column of their own whether they occur or not."""


def plot_call(path: Path, audio: AudioPair, truth: CallTruth, figures: CallFigures) -> None:
    """Draw one call: waveform, true spans, masked stretches, and where it leaks.

    Args:
        path: The PNG to write, usually ``<out>/<call_id>.png``.
        audio: The call and its masked copy.
        truth: The true spans.
        figures: The call's counts, for the title.
    """
    from matplotlib.figure import Figure

    frames = frames_of(audio)
    channels = len(audio.original)
    hot = frames.mark([(span.time, (span.channel(channels),)) for span in truth.spans if span.must_mask])
    audible = hot & frames.speech & ~frames.changed
    length = max(STRIP_SECONDS, audio.seconds / MAX_STRIPS)
    strips = [TimeSpan(start, start + length) for start in np.arange(0.0, audio.seconds, length)]
    rows = len(strips) * channels
    figure = Figure(figsize=(16, 1.0 + 1.5 * rows), dpi=110, layout="constrained")
    for row, axes in enumerate(figure.subplots(rows, 1, squeeze=False)[:, 0]):
        strip, channel = strips[row // channels], row % channels
        _draw_waveform(axes, audio, strip, channel)
        _draw_spans(axes, [span for span in truth.spans if span.channel(channels) == channel], strip)
        for time in _runs(frames.changed[channel], frames.frame_seconds):
            axes.axvspan(time.start, time.end, fill=False, hatch="////", edgecolor=MASK_COLOUR, linewidth=0.5)
        for time in _runs(audible[channel], frames.frame_seconds):
            axes.axvspan(time.start, time.end, 0.0, 0.12, color=LEAK_COLOUR, linewidth=1.0)
        axes.set(xlim=(strip.start, strip.end), ylim=(-1, 1), yticks=[])
        axes.set_ylabel("mono" if channels == 1 else f"ch {channel} {'op' if channel == 0 else 'cu'}")
        axes.margins(0)
    axes.set_xlabel("seconds")
    figure.suptitle(_title(figures), parse_math=False, fontsize=10)
    _draw_legend(figure)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    put_file(path, drawn.getvalue())


def _title(figures: CallFigures) -> str:
    one = summarise([figures])
    name = f"{figures.call_id}   " if figures.call_id.isascii() else ""
    return (
        f"{name}leak {_dash(one.leak)}   caught {one.caught.count}/{one.caught.total}   "
        f"over-mask {_dash(one.over_mask)}   requester kept {_dash(one.requester_kept)}   "
        f"leak after review {_dash(one.leak_after_review)}"
    )


def _dash(share: Share) -> str:
    return percent(share).replace("–", "-")


def _draw_waveform(axes: Axes, audio: AudioPair, strip: TimeSpan, channel: int) -> None:
    """Draw the lowest and highest sample of each column, so that no click is lost."""
    first, last = round(strip.start * audio.rate), round(strip.end * audio.rate)
    heard = audio.original[channel, first:last]
    step = max(1, (last - first) // COLUMNS)
    starts = np.arange(0, heard.size, step)
    loudest = max(1, int(np.abs(audio.original[channel].astype(np.int32)).max()))
    low, high = (edge.reduceat(heard, starts) / loudest for edge in (np.minimum, np.maximum))
    axes.fill_between((first + starts) / audio.rate, low, high, color="#555b66", linewidth=0.3)


def _draw_spans(axes: Axes, spans: Iterable[TruthSpan], strip: TimeSpan) -> None:
    """Draw a band for each span with its kind above it; labels of neighbours alternate in height."""
    for order, span in enumerate(spans):
        if not span.time.overlaps(strip):
            continue
        axes.axvspan(span.time.start, span.time.end, color=PARTY_COLOURS[span.party], alpha=0.45, linewidth=0)
        axes.text(
            max(span.time.start, strip.start),
            0.97 if order % 2 else 0.80,
            KIND_CODES[span.kind],
            fontsize=6,
            weight="bold",
            verticalalignment="top",
            bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6},
        )


def _draw_legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    parties = [
        Patch(color=colour, alpha=0.45, label=f"true: {name}") for name, colour in PARTY_COLOURS.items()
    ]
    masked = Patch(fill=False, hatch="////", edgecolor=MASK_COLOUR, label="masked (audio differs)")
    leak = Patch(color=LEAK_COLOUR, label="LEAK: must be masked, still audible")
    figure.legend(handles=[*parties, masked, leak], loc="outside lower center", ncols=6, fontsize=8)


def _runs(marked: NDArray[np.bool_], frame_seconds: float) -> Iterator[TimeSpan]:
    """Return the runs of consecutive marked frames."""
    edges = np.flatnonzero(np.diff(marked.astype(np.int8), prepend=0, append=0))
    for start, end in edges.reshape(-1, 2) * frame_seconds:
        yield TimeSpan(float(start), float(end))


def write_index(directory: Path, summary: Summary, listed: tuple[int, Summary] | None = None) -> Path:
    """Write ``index.html`` (Japanese): the figures, and each call with its plot.

    Args:
        directory: Folder with the plots as ``<call_id>.png``; a call without one is listed all the same.
        summary: The result of ``summarise``.
        listed: How many people a staff list has, and the figures with it, for a row that leads to their page.

    Returns:
        The page written.
    """
    plots = {call.call_id for call in summary.calls if (directory / f"{call.call_id}.png").is_file()}
    page = directory / INDEX
    there = dict(summary.leak_by_kind)
    kinds = tuple(kind for kind in KIND_LABELS if kind in ALWAYS_SHOWN or kind in there)
    rows = [_listed_row(*listed, kinds)] if listed else []
    put_file(
        page,
        _PAGE.format(
            heading=f"{len(summary.calls)} 通話・{summary.seconds / 60:.1f} 分",
            refused=f"（ほかにマスクできなかった通話 {summary.refused} 件）" if summary.refused else "",
            header="".join(f"<th>{label}</th>" for label in ("通話", *_cells(summary, kinds))),
            total="\n".join([_row("全体", _cells(summary, kinds), "total"), *rows]),
            calls="\n".join(_call_row(call, kinds) for call in summary.calls),
            plots="\n".join(_plot(call) for call in summary.calls if call.call_id in plots),
        ).encode(),
    )
    return page


def _cells(summary: Summary, kinds: tuple[str, ...]) -> dict[str, str]:
    """Return the figures of the page by heading, for all calls or for one; leak of these kinds by itself."""
    load = summary.review_seconds_per_minute
    leaks = dict(summary.leak_by_kind)
    return {
        "漏れ": percent(summary.leak),
        **{f"漏れ・{KIND_LABELS[kind]}": percent(leaks.get(kind, Share(0, 0))) for kind in kinds},
        "捕捉": f"{summary.caught.count}/{summary.caught.total}",
        "渡した": percent(summary.given_away, 2),
        "渡した・問わず": percent(summary.given_unasked),
        "過剰マスク": percent(summary.over_mask),
        "本人保持": percent(summary.requester_kept),
        "担当者保持": percent(summary.staff_kept),
        "自社保持": percent(summary.company_kept),
        "要確認 秒/分": "–" if load is None else f"{load:.1f}",
        "確認後の漏れ": percent(summary.leak_after_review),
        "確認後の過剰": percent(summary.over_mask_after_review),
        "文字誤り率": percent(summary.character_errors),
        "拍誤り率": percent(summary.mora_errors),
    }


def _listed_row(people: int, summary: Summary, kinds: tuple[str, ...]) -> str:
    link = f'<a href="{WITH_STAFF_LIST}/{INDEX}">全体（担当者の一覧 {people} 人を足して）</a>'
    return _row(link, _cells(summary, kinds), "total")


def _call_row(call: CallFigures, kinds: tuple[str, ...]) -> str:
    name, style = html.escape(call.call_id), "clean" if call.clean else "leaking"
    return _row(f'<a href="#{name}">{name}</a>', _cells(summarise([call]), kinds), style)


def _row(name: str, cells: Mapping[str, str], style: str) -> str:
    values = "".join(f"<td>{value}</td>" for value in cells.values())
    return f'<tr class="{style}"><th>{name}</th>{values}</tr>'


def _plot(call: CallFigures) -> str:
    name = html.escape(call.call_id)
    source = quote(f"{call.call_id}.png")
    return f'<h2 id="{name}">{name}</h2>\n<img src="{source}" alt="{name} の波形とマスク" loading="lazy">'


_PAGE = """<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<title>kaiji 評価</title>
<style>
body {{ font-family: sans-serif; margin: 1.5rem; color: #222; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ border: 1px solid #ccc; padding: .25rem .5rem; text-align: right; font-size: .85rem; }}
tbody th {{ text-align: left; }}
.total {{ background: #eef2f7; font-weight: bold; }}
.leaking th {{ border-left: .4rem solid #d00000; }}
.clean th {{ border-left: .4rem solid #2a9d5c; }}
img {{ max-width: 100%; }}
</style>
<h1>kaiji 評価</h1>
<p>{heading}{refused}。赤い印の通話には、捕捉できなかった第三者の情報があります。</p>
<table>
<thead><tr>{header}</tr></thead>
<tbody>
{total}
{calls}
</tbody>
</table>
<p>図の見方：灰色は元の音声の波形、色の帯は正解の区間（橙＝第三者、緑＝本人、青＝担当者、灰＝自社）、
斜線はマスクされた区間、下端の赤は「マスクすべきなのに聞こえる」区間。
NAME＝氏名、ADDR＝住所、TEL＝電話番号、SECRET＝機密。</p>
<p>「渡した」は、第三者の発話のうち、見つけたのに本人・担当者・自社のものとして残した割合。「問わず」は、そのうち要確認にしなかった割合。</p>
{plots}
</html>
"""
