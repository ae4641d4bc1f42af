"""The table of the commands of ``kaiji``: where each lives, and what ``kaiji --help`` says of it.

A module is imported when a command of it is chosen, not before: ``kaiji --help`` imports none of them.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

USUAL_LOOKS = gc.get_threshold()
"""How often Python looks for garbage before ``flows.cli.main`` lets it look seldom."""

LOOK: Mapping[str, Any] = {
    # Rich would take longer to load than everything else that `--help` needs.
    "rich_markup_mode": None,
    # A traceback with local variables would print the call.
    "pretty_exceptions_enable": False,
    "add_completion": False,
}
"""How every command looks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives.

    Attributes:
        module: Its module.
        name: The function that runs it, or the group of its commands, in that module.
        help: One line for the list of commands; of a group, also its own help.
        lasts: Whether it may run for minutes: then Python looks for garbage as often as it usually does.
    """

    module: str
    name: str
    help: str
    lasts: bool = False


COMMANDS = {
    "mask": Entry("flows.cli.masking", "mask", "通話を伏せた写しにします。", lasts=True),
    "practice": Entry("flows.cli.care", "practice", "練習用の窓口: 見本の通話で試し、跡を残さず片付ける。"),
    "key": Entry("flows.cli.care", "key", "鍵: 作る、替える、確かめる。"),
    "account": Entry("flows.cli.review", "account", "利用者: 確認の画面にサインインする人。"),
    "lists": Entry("flows.cli.call", "lists", "担当者と会社の一覧 (版で管理)。"),
    "recordings": Entry("flows.cli.call", "recordings", "録音の目録: 一覧やフォルダから取り込む。"),
    "exchange": Entry(
        "flows.cli.answers.exchange",
        "exchange",
        "ほかのシステム: 電話システムの書出しの取込み、vCon、開示ファイルの受渡し。",
    ),
    "case": Entry("flows.cli.case", "case", "開示請求: 受付、本人確認、一覧、期限。"),
    "call": Entry("flows.cli.call", "call", "請求の通話: 録音を探す、請求に加える、状態を見る。"),
    "run": Entry("flows.cli.masking", "run", "Prefect のフローで実行します。", lasts=True),
    "review": Entry("flows.cli.review", "review", "確認の画面。", lasts=True),
    "release": Entry(
        "flows.cli.answers.release",
        "release",
        "開示: kaiji release R-2026-0042 で開示する。回答書の案、取出し、交付の記録も。",
    ),
    "ledger": Entry(
        "flows.cli.answers.release", "ledger", "開示台帳: 受付から交付まで。見たことを監査記録に残します。"
    ),
    "breach": Entry(
        "flows.cli.answers.breach",
        "breach",
        "漏えい等 (26条): 記録、だれが聞いたか、報告の要否と期限、報告と通知の案。",
    ),
    "audit": Entry("flows.cli.care", "audit", "監査記録: 検証、書出し。"),
    "retention": Entry(
        "flows.cli.care",
        "retention",
        "保存期間を過ぎたファイルと台帳の個人情報を消し、監査記録に残します。保全中のものは消しません。",
    ),
    "evaluate": Entry(
        "flows.cli.masking", "evaluate", "正解付きの通話で、漏れと伏せすぎを測ります。", lasts=True
    ),
}
"""The commands of ``kaiji``, in the order of their use, in which ``kaiji --help`` lists them."""


ENGLISH = {
    "Options": "オプション",
    "Commands": "命令",
    "Arguments": "引数",
    "Show this message and exit.": "この説明を示す",
    "[OPTIONS]": "[オプション]",
    "COMMAND [ARGS]...": "命令 [引数]…",
    "[required]": "[必須]",
    "[default: ": "[既定: ",
    "; required]": "; 必須]",
    "[env var: ": "[環境変数: ",
    "<path>": "<場所>",
    "<list[Path]>": "<場所>",
    "<list[str]>": "<文字>",
    "<list[int]>": "<整数>",
    "<str>": "<文字>",
    "<int range>": "<整数>",
    "<int>": "<整数>",
    "<float range>": "<数>",
    "<float>": "<数>",
}
"""What typer says by itself, and how we say it."""


class JapaneseHelp(TyperCommand.context_class.formatter_class):  # type: ignore[misc,name-defined]  # a value
    """Help without English between the Japanese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that says how a command is called."""
        super().write_usage(prog, _in_japanese(args), prefix or "使い方: ")

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        super().write_heading(_in_japanese(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands."""
        super().write_dl(
            [(_in_japanese(name), _in_japanese(told)) for name, told in rows], col_max, col_spacing
        )


def _in_japanese(told: str) -> str:
    for english, ours in ENGLISH.items():
        told = told.replace(english, ours)
    return told


# Every command has a context of its own, and all of them are of this class.
TyperCommand.context_class.formatter_class = JapaneseHelp


class Promised(TyperCommand):
    """A command of which no more than its line in the table is known, until it is chosen."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name, help=entry.help)
        self._entry = entry

    def resolved(self, chosen: str | None = None) -> Any:
        """Import and return the command itself.

        Args:
            chosen: Of a group, the command that is wanted: the others are then left out, because typer reads
                the options of each that is there.  All are there when the group has none of this name.
        """
        name = str(self.name)
        if self._entry.lasts:
            gc.set_threshold(*USUAL_LOOKS)
        found = getattr(import_module(self._entry.module), self._entry.name)
        frame = typer.Typer(**LOOK)
        if isinstance(found, typer.Typer):
            frame.add_typer(_narrowed(found, chosen), name=name, help=self._entry.help)
        else:
            frame.command(name)(found)
        return get_group(frame).commands[name]

    def make_context(self, info_name: str | None, args: list[str], *given: Any, **more: Any) -> Any:
        """Begin to run the command itself."""
        chosen = args[0] if args else None
        return self.resolved(chosen).make_context(info_name, args, *given, **more)


def _narrowed(group: typer.Typer, chosen: str | None) -> typer.Typer:
    """The group with the chosen command alone, if it has it."""
    alone = [info for info in group.registered_commands if info.name == chosen]
    if not alone:
        return group
    narrowed = copy(group)
    narrowed.registered_commands = alone
    return narrowed


class Table(TyperGroup):
    """The group ``kaiji``, whose commands are those of the table."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given | {"commands": {n: Promised(n, entry) for n, entry in COMMANDS.items()}})
