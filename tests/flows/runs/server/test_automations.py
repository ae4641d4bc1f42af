"""The rules for a night that failed or did not come: Prefect's own schema, and events as it sends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from flows.runs.server.automations import FILE, NOBODY, apply_rules, rules_for

BLOCK = UUID(int=7)


def rules() -> dict[str, Any]:
    """The rules by name."""
    return {rule.name: rule for rule in rules_for(BLOCK)}


def event(name: str, flow: str = "nightly"):
    """An event of a run, with what Prefect says of it."""
    from prefect.server.events.schemas.events import ReceivedEvent

    return ReceivedEvent(
        occurred=datetime.now(UTC),
        event=f"prefect.flow-run.{name}",
        resource={"prefect.resource.id": f"prefect.flow-run.{uuid4()}"},
        related=[
            {
                "prefect.resource.id": f"prefect.flow.{uuid4()}",
                "prefect.resource.role": "flow",
                "prefect.resource.name": flow,
            },
            {
                "prefect.resource.id": f"prefect.deployment.{uuid4()}",
                "prefect.resource.role": "deployment",
                "prefect.resource.name": flow,
            },
        ],
        id=uuid4(),
    )


def trigger_of(name: str):
    """A rule's trigger as the server has it."""
    from prefect.server.events.schemas.automations import EventTrigger

    return EventTrigger.model_validate(rules()[name].trigger.model_dump(mode="json"))


def heeds(name: str, happened: object) -> bool:
    """Whether a rule's trigger counts an event."""
    trigger = trigger_of(name)
    return bool(trigger.covers(happened) and trigger.expects(happened.event))


def test_every_rule_is_one_of_prefects():
    """With the block in the place of the zeros, and something to tell."""
    found = rules()

    assert set(found) == {"kaiji-failed-night", "kaiji-no-night"}
    assert str(NOBODY) in FILE.read_text(encoding="utf-8")
    for rule in found.values():
        (action,) = rule.actions
        assert action.block_document_id == BLOCK
        assert action.body
        assert rule.enabled


@pytest.mark.parametrize(
    ("state", "flow", "told"),
    [
        ("Failed", "nightly", True),
        ("Crashed", "nightly", True),
        ("TimedOut", "nightly", True),
        ("Completed", "nightly", False),
        ("Running", "nightly", False),
        ("Failed", "mask-call", False),
        ("Failed", "release-case", False),
    ],
)
def test_a_failed_night_is_told_and_nothing_else(state: str, flow: str, told: bool):
    """As the server's own trigger reads the event."""
    assert heeds("kaiji-failed-night", event(state, flow)) is told


def test_a_night_that_does_not_come_is_told():
    """A day and two hours after the last one that was completed, whatever its run was."""
    from prefect.server.events.schemas.automations import Posture

    trigger = trigger_of("kaiji-no-night")

    assert trigger.posture is Posture.Proactive
    assert trigger.within == timedelta(hours=26)
    assert trigger.for_each == set()
    assert heeds("kaiji-no-night", event("Completed"))
    assert not heeds("kaiji-no-night", event("Completed", "retention"))


def test_what_is_told_holds_ids_only():
    """No parameter, no name of a run, which somebody may have written."""
    for rule in rules().values():
        text = json.dumps([action.model_dump(mode="json") for action in rule.actions])
        assert "parameters" not in text
        assert "flow_run.name" not in text
        assert "message" not in text


@pytest.mark.usefixtures("prefect_server")
def test_prefects_server_takes_them_and_keeps_one_of_each():
    """Registered twice there is one of each, with the newer block; an unknown block changes nothing."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock
    from prefect.client.orchestration import get_client

    from flows.runs.server.automations import automate

    block = CustomWebhookNotificationBlock(name="night", url="https://ops.example/hook")
    saved = block.save("night", overwrite=True)
    with get_client(sync_client=True) as client:
        apply_rules(client, BLOCK)
        import typer

        app = typer.Typer()
        app.command()(automate)
        done = CliRunner().invoke(app, ["--block", "custom-webhook/night"])
        assert done.exit_code == 0, done.output
        for name in rules():
            (found,) = client.read_automations_by_name(name)
            assert found.actions[0].block_document_id == saved
            client.delete_automation(found.id)
        missing = CliRunner().invoke(app, ["--block", "slack-webhook/nobody"])
        assert missing.exit_code == 2
        assert all(client.read_automations_by_name(name) == [] for name in rules())
