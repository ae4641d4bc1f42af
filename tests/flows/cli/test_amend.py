"""``kaiji case amend``: a request is amended by a document, with a reason; a new name needs a new check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.main import app
from flows.desk.cases import requests
from flows.desk.cases.amendments import amendments
from flows.desk.cases.identity import identity_checks
from flows.desk.integrity.desk import open_desk
from flows.settings import Settings
from tests.command_lines import NEW, REQUEST


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with one request whose person is known."""
    monkeypatch.setenv("KAIJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    assert kaiji("case", "add", "--json", "-", given=json.dumps(REQUEST)).exit_code == 0
    assert kaiji("case", "identify", NEW, "--method", "運転免許証").exit_code == 0
    return tmp_path / "home"


def kaiji(*arguments: str, given: str = "") -> Result:
    """Run ``kaiji``."""
    return CliRunner().invoke(app, arguments, input=given)


def amended(*more: str, **changed: object) -> Result:
    """Amend the request."""
    arguments = ("case", "amend", NEW, "--json", "-", "--reason", "書き誤り", *more)
    return kaiji(*arguments, given=json.dumps(REQUEST | changed))


def test_a_request_is_amended_and_the_old_value_kept():
    """The command says so, and ``case show`` tells the reason."""
    done = amended(member_number="M-78", received_at="2024-01-22")
    assert (done.exit_code, done.stdout) == (0, f"{NEW}: 訂正しました。期限 2024-02-05\n")
    shown = kaiji("case", "show", NEW).stdout
    assert "会員番号: M-78" in shown
    assert "内容の訂正" in shown
    with open_desk(Settings()) as desk:
        assert [each.before.member_number for each in amendments(desk, NEW)] == ["M-77"]


def test_another_name_comes_with_another_check():
    """Without it the command is refused with status 3, as the desk refuses it."""
    other = {"names": [{"text": "鈴木華子", "kana": "スズキハナコ"}]}
    refused = amended(requester=other)
    assert (refused.exit_code, "本人確認も" in refused.stderr) == (3, True)
    assert amended("--method", "旅券", requester=other).exit_code == 0

    with open_desk(Settings()) as desk:
        assert requests.get(desk, NEW).content.requester.names[0].text == "鈴木華子"
        assert len(identity_checks(desk, NEW)) == 2


@pytest.mark.parametrize("changed", [{"channel": "飛脚"}, {"nonsense": 1}, {"member_number": "M-77"}])
def test_what_changes_nothing_or_is_wrong_is_refused(changed: dict[str, object]):
    """And nothing is kept of it."""
    assert amended(**changed).exit_code in {2, 3}
    with open_desk(Settings()) as desk:
        assert amendments(desk, NEW) == ()
