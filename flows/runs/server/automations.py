"""``python -m flows.runs.server.automations``: Prefect notifies people of a night that failed or did not run.

The rules lie in ``automations.json``, in the form that ``prefect automation create --from-file`` takes too.
The recipient and the way are a notification block of the company's; its id replaces the zeros.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound

FILE = Path(__file__).with_name("automations.json")

NOBODY = UUID(int=0)
"""Placeholder in the file for the block's id."""


def rules_for(block: UUID, file: Path = FILE) -> tuple[AutomationCore, ...]:
    """Return the rules, with the block that sends the notification.

    Args:
        block: Id of the notification block.
        file: The file with the rules.

    Raises:
        ValueError: when a rule is not one of Prefect's.
    """
    given: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8").replace(str(NOBODY), str(block)))
    return tuple(AutomationCore.model_validate(each) for each in given["automations"])


def apply_rules(client: SyncPrefectClient, block: UUID) -> tuple[str, ...]:
    """Create the rules at a server, or put them in the place of those with the same names.

    Args:
        client: Client of the server.
        block: Id of the notification block.

    Returns:
        The names of the rules.
    """
    names = []
    for rule in rules_for(block):
        earlier = client.read_automations_by_name(rule.name)
        client.create_automation(rule)
        # Only now: a rule that the server refuses leaves the earlier one in its place.
        for each in earlier:
            client.delete_automation(each.id)
        names.append(rule.name)
    return tuple(names)


def block_of(client: SyncPrefectClient, slug: str) -> UUID:
    """Return the id of a notification block.

    Args:
        client: Client of the server.
        slug: Its type and name, such as ``slack-webhook/night``.

    Raises:
        ObjectNotFound: when there is no such block.
    """
    kind, _, name = slug.partition("/")
    return client.read_block_document_by_name(name, kind, include_secrets=False).id


def automate(
    block: Annotated[str, typer.Option(help="知らせる先のブロック。種類/名前 (例 slack-webhook/night)")],
) -> None:
    """夜間処理が失敗したとき、来なかったときに知らせる規則を、Prefect のサーバーに登録します。"""
    with get_client(sync_client=True) as client:
        try:
            found = block_of(client, block)
        except ObjectNotFound:
            typer.echo("kaiji: そのブロックはありません。Prefect の画面の Blocks で作ってください", err=True)
            raise typer.Exit(2) from None
        for name in apply_rules(client, found):
            typer.echo(f"kaiji: 規則 {name} を登録しました")


if __name__ == "__main__":
    typer.run(automate)
