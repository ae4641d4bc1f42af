from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.values import Role
from flows.desk.people import accounts
from flows.settings import Settings
from tests.review_site import PASSWORD, quick_passwords

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    """Of a desk of the terminal's."""
    monkeypatch.setenv("KAIJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    quick_passwords(monkeypatch)
    return tmp_path / "home"


def kaiji(*arguments: str, typed: str = ""):
    """The command."""
    return CliRunner().invoke(app, [*arguments, "--actor", "管理者"], input=typed)


@pytest.mark.usefixtures("home")
def test_an_account_is_added_listed_changed_and_disabled():
    """The password is asked for or read, never told as an argument; all of it is on record."""
    added = kaiji(
        "account", "add", "窪田", "--role", "approver", "--role", "analyst", typed=f"{PASSWORD}\n" * 2
    )
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output
    again = kaiji("account", "add", "窪田", "--role", "analyst", "--password-stdin", typed=f"{PASSWORD}\n")
    assert again.exit_code == 3
    listed = kaiji("account", "list").output
    assert "窪田\tanalyst、approver" in listed

    changed = kaiji("account", "password", "窪田", "--password-stdin", typed="another long password\n")
    assert changed.exit_code == 0
    with open_desk(Settings()) as desk:
        account = accounts.check_password(desk, "窪田", "another long password")
        assert account is not None
        assert account.roles == (Role.ANALYST, Role.APPROVER)
        assert accounts.check_password(desk, "窪田", PASSWORD) is None
    assert kaiji("account", "disable", "窪田").exit_code == 0
    assert "停止" in kaiji("account", "list").output
    with open_desk(Settings()) as desk:
        assert accounts.check_password(desk, "窪田", "another long password") is None
        actions = [e.action for e in audit.entries(desk) if e.action.startswith("account.")]
    assert actions == ["account.add", "account.password", "account.disable"]


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("add", "x", "--role", "boss"), "", "役割"),
        (("add", "x", "--role", "analyst", "--password-stdin"), "short\n", "パスワード"),
        (("add", "a b", "--role", "analyst", "--password-stdin"), f"{PASSWORD}\n", "利用者名"),
        (("disable", "nobody"), "", "利用者はいません"),
        (("password", "nobody", "--password-stdin"), f"{PASSWORD}\n", "利用者はいません"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_is_refused_is_said_in_one_line(arguments, typed, told):
    """With status 2."""
    done = kaiji("account", *arguments, typed=typed)

    assert done.exit_code == 2
    assert told in done.output


@pytest.mark.slow
def test_the_page_does_not_start_without_its_key(tmp_path):
    """One line, no traceback."""
    (tmp_path / "store" / "de").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "flows.review", "--port", "1"],
        cwd=ROOT,
        env={"KAIJI_HOME": str(tmp_path), "KAIJI_KEY_COMMAND": "false", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("kaiji: ")
    assert "Traceback" not in done.stderr
