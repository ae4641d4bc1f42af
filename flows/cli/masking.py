"""``kaiji mask``, ``evaluate`` and ``run``: calls masked, measured, or handed to Prefect's flows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.care import nightly
from flows.cli.orders import (
    Calls,
    CasePath,
    Fill,
    Model,
    NoListenAgain,
    OutFolder,
    Pad,
    Recognizers,
    TranscriptPath,
    cases_of,
    finish,
    policy_of,
    read_beside,
    refuse_impossible,
    reported,
    settings_of,
    told_with_headline,
)
from flows.cli.session import refuse
from flows.files.shown import shown

if TYPE_CHECKING:
    from flows.masking.mask_calls import Outcome
    from pipeline.types import CaseName

run = typer.Typer(no_args_is_help=True)


def mask(
    calls: Calls,
    case: CasePath,
    out: OutFolder,
    transcript: TranscriptPath = None,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    no_listen_again: NoListenAgain = False,
    recognizers: Recognizers = None,
) -> None:
    """通話を伏せた写しにします。

    終了コード: 0 すべて完了 / 2 引数か入力の誤り / 3 安全に伏せられない通話がある
    """
    from flows.loaded_models import Models
    from flows.masking.mask_calls import Order, mask_calls

    with told_with_headline():
        settings = settings_of(recognizers)
        order = Order(
            out=out,
            case=cases_of(case),
            policy=policy_of(fill, pad),
            transcript=lambda _: transcript,
            model=model or settings.model,
            listen_again=not no_listen_again,
        )
        read = [*read_beside(calls, case), *filter(None, (transcript, settings.recognizers))]
        refuse_impossible(calls, out, read, one_only=transcript is not None)
        outcomes = reported(mask_calls(calls, order, Models(order.model, settings)), calls)
    finish(outcomes)


@run.command("mask-call")
def run_mask_call(
    calls: Calls,
    case: CasePath,
    out: OutFolder,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    recognizers: Recognizers = None,
) -> None:
    """通話を Prefect のフローで伏せた写しにします (サーバーは不要)。"""
    from flows.masking.mask_calls import Order
    from flows.prefect_api.secret import ApiSecretError
    from flows.prefect_api.temporary import PrefectStartError, prefect_for
    from flows.settings import hand_on

    with told_with_headline():
        settings = settings_of(recognizers)
        read = [*read_beside(calls, case), *filter(None, (settings.recognizers,))]
        refuse_impossible(calls, out, read, one_only=False)
        policy = policy_of(fill, pad)
        order = Order(out=out, case=cases_of(case), policy=policy, model=model or settings.model)
        hand_on(settings)
        try:
            with (
                tempfile.TemporaryDirectory(prefix="kaiji-prefect-", ignore_cleanup_errors=True) as home,
                prefect_for(Path(home), settings),
            ):
                from flows.masking.mask_call import mask_calls_by_flow

                outcomes = reported(mask_calls_by_flow(calls, order), calls)
                _say_where(out, outcomes)
        except (ApiSecretError, PrefectStartError) as error:
            refuse(str(error))
    finish(outcomes)


def evaluate(
    calls_dir: Annotated[
        Path, typer.Argument(metavar="CALLS_DIR", help="<通話名>.wav と .truth.json のフォルダ")
    ],
    out: OutFolder,
    json: Annotated[Path | None, typer.Option("--json", help="数値をこのファイルにも書く")] = None,
    exact_words: Annotated[
        bool, typer.Option("--exact-words", help="音声認識の代わりに台本の正確な言葉を使う")
    ] = False,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    no_listen_again: NoListenAgain = False,
    recognizers: Recognizers = None,
    staff_list: Annotated[
        Path | None,
        typer.Option(
            "--staff-list",
            help="自社の担当者の一覧 (YAML、JSON、CSV)。全員を案件ファイルごとに足して、もう一度測る",
        ),
    ] = None,
) -> None:
    """正解付きの通話で、漏れと伏せすぎを測ります。

    自社の通話での測り方（選び方、正解の付け方、読み方）: flows/measuring/README.md
    """
    from flows.loaded_models import Models
    from flows.measuring.drawn import check_drawn
    from flows.measuring.evaluate_calls import Trial, evaluate_calls, report

    with told_with_headline():
        settings = settings_of(recognizers)
        trial = Trial(
            out=out,
            policy=policy_of(fill, pad),
            exact_words=exact_words,
            model=model or settings.model,
            listen_again=not no_listen_again,
            staff_list=() if staff_list is None else _staff_of(staff_list),
        )
        calls = sorted(path for path in calls_dir.glob("*.wav") if path.with_suffix(".truth.json").is_file())
        if not calls:
            refuse("<通話名>.wav と <通話名>.truth.json の組がありません")
        if json is not None and not json.parent.is_dir():
            refuse(f"{json}: フォルダがありません")
        truths = [call.with_suffix(".truth.json") for call in calls]
        read = [*read_beside(calls, calls_dir), *truths, *filter(None, (settings.recognizers, staff_list))]
        drawn = {folder: check_drawn(folder, [call.stem for call in calls], json) for folder in trial.folders}
        for folder in trial.folders:
            refuse_impossible(calls, folder, read, drawn[folder], one_only=False)
        found = evaluate_calls(calls, trial, Models(trial.model, settings))
        results = reported(found, calls * len(trial.folders), quiet=True)
        report(results, trial, json)
    finish([result for result in results if result.error is None or result.error.code != "call_unsafe"])


def _staff_of(path: Path) -> tuple[CaseName, ...]:
    """The staff of a company's list; a list that is no good ends the command before any call is read."""
    from flows.measuring.staff_list import StaffListError, read_staff_list

    try:
        return read_staff_list(path)
    except StaffListError as error:
        refuse(f"{path}: {error}")


def _say_where(out: Path, outcomes: Sequence[Outcome]) -> None:
    masked = [outcome.audio.stem for outcome in outcomes if outcome.error is None]
    if not masked:
        return
    typer.echo(f"\n{len(masked)}件の通話を伏せました。")
    first = shown(out / masked[0])
    typer.echo(f"  聞く: {first}.masked.wav")
    typer.echo(f"  読む: {first}.masked.txt")
    typer.echo(f"  確認: {first}.review.json (担当者だけが読める元の言葉)")
    typer.echo("次に: make serve で窓口の画面 (請求の受付、聴いて決める、承認、開示。見本での練習も)")


run.command("nightly")(nightly)
