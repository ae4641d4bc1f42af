"""The figures of ``kaiji evaluate``, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from pipeline.kinds import FURTHER_KINDS
from pipeline.measuring.figures import CallFigures, Share, Summary, summarise

KIND_LABELS = {
    "NAME": "氏名",
    "ADDRESS": "住所",
    "PHONE": "電話番号",
    "CONFIDENTIAL": "機密",
    "EMAIL_ADDRESS": "メールアドレス",
    **FURTHER_KINDS,
}
"""Japanese names of ``pipeline.measuring.truth.KINDS``."""

MAX_CAUSES = 12
"""Causes of over-masking that are printed; the JSON has all of them."""

_Row = tuple[str, str, str]


def percent(share: Share, decimals: int = 1) -> str:
    """Format a share as percent, or as a dash where there was nothing to count."""
    return "–" if share.value is None else f"{100 * share.value:.{decimals}f} %"


def print_table(summary: Summary, console: Console) -> None:
    """Print the figures of the contract, then a line per call, then the causes of over-masking.

    Args:
        summary: The result of ``summarise``.
        console: The console to print on.
    """
    console.print(_figures_table(summary))
    if summary.calls:
        console.print(_calls_table(summary.calls))
    if summary.over_mask_causes:
        console.print(_causes_table(summary))


def _figures_table(summary: Summary) -> Table:
    minutes = summary.seconds / 60
    table = Table(title=f"評価 Evaluation: {len(summary.calls)} 通話 calls, {minutes:.1f} 分 min")
    table.add_column("指標 Figure")
    table.add_column("値 Value", justify="right")
    table.add_column("内訳 Counts", justify="right", style="dim")
    for section in (_masking_rows, _given_rows, _keeping_rows, _review_rows, _other_rows):
        for row in section(summary):
            table.add_row(*row)
        table.add_section()
    return table


def _line(label: str, share: Share, unit: str = "s", decimals: int = 1) -> _Row:
    """Return a row of the table; frames are shown as seconds of speech, 100 frames a second."""
    if unit == "s":
        counts = f"{share.count / 100:.2f} / {share.total / 100:.2f} s"
        return label, percent(share, decimals), counts
    return label, percent(share, decimals), f"{share.count} / {share.total}"


def _by_kind(shares: Iterable[tuple[str, Share]], unit: str = "s", decimals: int = 1) -> list[_Row]:
    return [_line(f"  {KIND_LABELS[kind]} {kind}", share, unit, decimals) for kind, share in shares]


def _masking_rows(summary: Summary) -> list[_Row]:
    interval = summary.clean_interval
    believable = f"95 %: {100 * interval[0]:.0f}–{100 * interval[1]:.0f} %" if interval else ""
    clean, value, counts = _line("漏れのない通話 Clean calls", summary.clean, "")
    return [
        _line("漏れ Leak", summary.leak),
        *_by_kind(summary.leak_by_kind),
        _line("捕捉 Caught spans", summary.caught, ""),
        *_by_kind(summary.caught_by_kind, ""),
        (clean, value, f"{believable}  {counts}".strip()),
        _line("  第三者のいる通話 with a third party", summary.clean_with_third_party, ""),
    ]


def _given_rows(summary: Summary) -> list[_Row]:
    return [
        _line("第三者の情報を渡した Given away", summary.given_away, decimals=2),
        *_by_kind(summary.given_away_by_kind, decimals=2),
        _line("  うち問わず of it unasked", summary.given_unasked),
    ]


def _keeping_rows(summary: Summary) -> list[_Row]:
    return [
        _line("過剰マスク Over-mask", summary.over_mask),
        _line("  第三者のいない通話 calls without third party", summary.over_mask_without_third_party),
        _line("本人情報の保持 Requester kept", summary.requester_kept),
        *_by_kind(summary.requester_kept_by_kind),
        _line("担当者情報の保持 Staff kept", summary.staff_kept),
        _line("自社情報の保持 Company kept", summary.company_kept),
    ]


def _review_rows(summary: Summary) -> list[_Row]:
    load, asked = summary.review_seconds_per_minute, summary.review_questions_per_minute
    return [
        (
            "要確認の聴取 Review load",
            "–" if load is None else f"{load:.1f} s/min",
            f"{summary.review_findings} 件 findings",
        ),
        (
            "要確認の問い Questions",
            "–" if asked is None else f"{asked:.1f} /min",
            f"うち本物 real {percent(summary.review_questions)}",
        ),
        _line("確認後の漏れ Leak after review", summary.leak_after_review),
        *_by_kind(summary.leak_by_kind_after_review),
        _line("確認後の過剰 Over-mask after review", summary.over_mask_after_review),
        _line("確認後の本人 Requester kept after review", summary.requester_kept_after_review),
    ]


def _other_rows(summary: Summary) -> list[_Row]:
    rows = [
        _line("文字誤り率 Character error rate", summary.character_errors, ""),
        _line("拍誤り率 Mora error rate", summary.mora_errors, ""),
        _line("話者の誤り（モノラル）Wrong speaker, one channel", summary.wrong_speaker),
    ]
    if summary.third_found.total or summary.third_heard.total:
        rows += [
            _line("  第三者の声を見つけた Third voice found", summary.third_found, "calls"),
            _line("  聞こえる第三者の声 Third voice left audible", summary.third_heard),
        ]
    if summary.third_claimed.total:
        rows.append(
            _line("  いない第三者を言った Third voice claimed, none there", summary.third_claimed, "calls")
        )
    if summary.refused:
        rows.append(
            ("マスクできなかった通話 Calls refused", str(summary.refused), "上の値に含まず not counted above")
        )
    return rows


def _calls_table(calls: Iterable[CallFigures]) -> Table:
    # Narrow cells and headings of two lines fit into the 80 columns of a pipe.
    table = Table(title="通話ごと By call", padding=(0, 1, 0, 0))
    table.add_column("通話 Call", overflow="fold", min_width=16)
    for heading in (
        "漏れ\nLeak",
        "捕捉\nCaught",
        "過剰\nOver",
        "本人\nKept",
        "確認\ns/min",
        "誤り\nCER",
        "拍\nMER",
    ):
        table.add_column(heading, justify="right")
    for call in calls:
        one = summarise([call])
        table.add_row(
            call.call_id,
            percent(one.leak),
            f"{one.caught.count}/{one.caught.total}",
            percent(one.over_mask),
            percent(one.requester_kept),
            f"{one.review_seconds_per_minute or 0:.1f}",
            percent(one.character_errors),
            percent(one.mora_errors),
            style=None if call.clean else "red",
        )
    return table


def _causes_table(summary: Summary) -> Table:
    table = Table(title="過剰マスクの原因 What took speech outside every span")
    table.add_column("検出器 Recognizer")
    table.add_column("種別 Type")
    table.add_column("理由 Why")
    table.add_column("秒 s", justify="right")
    for cause in summary.over_mask_causes[:MAX_CAUSES]:
        why = "端の余り wide edge" if cause.beside_span else "誤検出 nothing there"
        if not cause.recognizer:
            why = "どの検出にも属さない owned by no finding"
        table.add_row(cause.recognizer or "–", cause.entity_type or "–", why, f"{cause.frames / 100:.2f}")
    return table


def summary_as_dict(summary: Summary) -> dict[str, object]:
    """Return the figures as plain JSON values: shares 0 to 1, ``None`` where there was nothing to count.

    Args:
        summary: The result of ``summarise``.

    Returns:
        The figures by name; under ``counts`` [count, total] of each share (10 ms frames
        of speech, spans, calls, characters or morae); under ``calls`` one entry per call with
        the same figures and its ``spans``, which hold times and counts, no text.
    """
    return {
        "call_count": len(summary.calls),
        "refused": summary.refused,
        **_figures(summary),
        "clean_calls": summary.clean.value,
        "clean_calls_interval": list(summary.clean_interval) if summary.clean_interval else None,
        "clean_calls_with_third_party": summary.clean_with_third_party.value,
        "over_mask_without_third_party": summary.over_mask_without_third_party.value,
        "over_mask_causes": [
            {
                "recognizer": cause.recognizer,
                "entity_type": cause.entity_type,
                "beside_span": cause.beside_span,
                "frames": cause.frames,
            }
            for cause in summary.over_mask_causes
        ],
        "calls": [_call_as_dict(call) for call in summary.calls],
    }


def _figures(summary: Summary) -> dict[str, object]:
    """Return the figures that apply to one call as well as to many."""
    shares = {
        "leak": summary.leak,
        "caught": summary.caught,
        "over_mask": summary.over_mask,
        "given_away": summary.given_away,
        "given_unasked": summary.given_unasked,
        "requester_kept": summary.requester_kept,
        "staff_kept": summary.staff_kept,
        "company_kept": summary.company_kept,
        "character_error_rate": summary.character_errors,
        "mora_error_rate": summary.mora_errors,
        "wrong_speaker": summary.wrong_speaker,
        "third_voice_found": summary.third_found,
        "third_voice_claimed": summary.third_claimed,
        "third_voice_heard": summary.third_heard,
    }
    after = {
        "leak": summary.leak_after_review,
        "over_mask": summary.over_mask_after_review,
        "requester_kept": summary.requester_kept_after_review,
    }
    return {
        "seconds": summary.seconds,
        **{name: share.value for name, share in shares.items()},
        "leak_by_kind": _values(summary.leak_by_kind),
        "caught_by_kind": _values(summary.caught_by_kind),
        "given_away_by_kind": _values(summary.given_away_by_kind),
        "requester_kept_by_kind": _values(summary.requester_kept_by_kind),
        "review_load_seconds_per_minute": summary.review_seconds_per_minute,
        "review_findings": summary.review_findings,
        "review_questions_per_minute": summary.review_questions_per_minute,
        "review_questions_real": summary.review_questions.value,
        "after_review": {
            **{name: share.value for name, share in after.items()},
            "leak_by_kind": _values(summary.leak_by_kind_after_review),
        },
        "counts": {
            **{name: [share.count, share.total] for name, share in shares.items()},
            **{f"{name}_after_review": [share.count, share.total] for name, share in after.items()},
        },
    }


def _values(shares: Iterable[tuple[str, Share]]) -> dict[str, float | None]:
    return {kind: share.value for kind, share in shares}


def _call_as_dict(call: CallFigures) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "clean": call.clean,
        "has_third_party": call.has_third_party,
        **_figures(summarise([call])),
        "spans": [
            {
                "kind": span.kind,
                "party": span.party,
                "start": span.time.start,
                "end": span.time.end,
                "speaker": span.speaker,
                "name_kind": span.name_kind,
                "channel": span.channel,
                "speech_frames": span.speech,
                "changed_frames": span.changed,
                "changed_frames_after_review": span.changed_after_review,
                "given_frames": span.given,
                "caught": span.caught,
            }
            for span in call.spans
        ],
    }
