"""The figures of ``kaiji evaluate`` by voice and by kind of name, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.files.shown import shown
from pipeline.measuring.breakdown import NameKindFigures, VoiceFigures, by_name_kind, by_voice
from pipeline.measuring.figures import CallFigures, Share

NAME_KIND_LABELS = {
    "full": "姓名 full name",
    "surname": "姓だけ surname",
    "given": "名だけ given name",
    "katakana": "カタカナ katakana",
    "short": "二拍まで one or two morae",
    "spelled": "一字ずつ・漢字の説明 spelled out",
    "other": "そのほか other",
}
"""Japanese and English names of ``pipeline.measuring.truth.NAME_KINDS``."""


def print_breakdown(calls: Sequence[CallFigures], console: Console) -> None:
    """Print a row per kind of name and a row per voice; nothing where the truth tells neither.

    Args:
        calls: The calls that were masked.
        console: The console to print on.
    """
    if kinds := by_name_kind(calls):
        console.print(_kinds_table(kinds))
    if voices := by_voice(calls):
        console.print(_voices_table(voices))


def breakdown_as_dict(calls: Sequence[CallFigures]) -> dict[str, object]:
    """Return the same as plain JSON values.

    Args:
        calls: The calls that were masked.

    Returns:
        ``by_voice`` and ``by_name_kind``, each by name; shares 0 to 1, ``None`` where there was nothing to
        count, and under ``counts`` [count, total] of each.
    """
    return {
        "by_voice": {
            each.voice: {
                "calls": each.calls,
                "speech_seconds": each.speech / 100,
                "spans": each.caught.total,
                **_shares(
                    leak=each.leak,
                    names_leak=each.names_leak,
                    caught=each.caught,
                    over_mask=each.over_mask,
                    requester_kept=each.requester_kept,
                    character_error_rate=each.character_errors,
                    mora_error_rate=each.mora_errors,
                ),
            }
            for each in by_voice(calls)
        },
        "by_name_kind": {
            each.kind: {"spans": each.caught.total, **_shares(leak=each.leak, caught=each.caught)}
            for each in by_name_kind(calls)
        },
    }


def _shares(**shares: Share) -> dict[str, object]:
    return {
        **{name: share.value for name, share in shares.items()},
        "counts": {name: [share.count, share.total] for name, share in shares.items()},
    }


def _per_cent(share: Share) -> str:
    """The number alone; the heading says that it is per cent."""
    return "–" if share.value is None else f"{100 * share.value:.1f}"


def _kinds_table(kinds: Sequence[NameKindFigures]) -> Table:
    table = Table(title="第三者の氏名、種類ごと Third parties' names by kind (%)")
    table.add_column("種類 Kind")
    for heading in ("箇所 Spans", "漏れ Leak", "捕捉 Caught"):
        table.add_column(heading, justify="right")
    for each in kinds:
        table.add_row(
            NAME_KIND_LABELS[each.kind], str(each.caught.total), _per_cent(each.leak), _per_cent(each.caught)
        )
    return table


def _voices_table(voices: Sequence[VoiceFigures]) -> Table:
    # Narrow cells and headings of two lines fit into the 80 columns of a pipe.
    table = Table(title="声ごと By voice (%)", padding=(0, 1, 0, 0))
    table.add_column("声 Voice", overflow="fold", min_width=12)
    for heading in (
        "分\nmin",
        "箇所\nSpans",
        "漏れ\nLeak",
        "氏名\nNames",
        "捕捉\nCaught",
        "過剰\nOver",
        "本人\nKept",
        "誤り\nCER",
        "拍\nMER",
    ):
        table.add_column(heading, justify="right")
    for each in voices:
        shares = (
            each.leak,
            each.names_leak,
            each.caught,
            each.over_mask,
            each.requester_kept,
            each.character_errors,
            each.mora_errors,
        )
        table.add_row(
            Text(shown(each.voice)),
            f"{each.speech / 6000:.1f}",
            str(each.caught.total),
            *map(_per_cent, shares),
        )
    return table
