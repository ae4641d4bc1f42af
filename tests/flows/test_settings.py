from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.settings import SettingError, Settings, hand_on, prepare_prefect


def found_here() -> list[str]:
    """Settings that the surroundings of the tests make."""
    return [
        name[6:].lower() for name in os.environ if name.startswith("KAIJI_") and name != "KAIJI_NO_SUCH_THING"
    ]


def test_the_environment_sets_them(monkeypatch):
    """Every setting is KAIJI_ and its name."""
    monkeypatch.setenv("KAIJI_MODEL", "large-v3-turbo")
    monkeypatch.setenv("KAIJI_CPU_THREADS", "1")
    monkeypatch.setenv("KAIJI_WORK", "/srv/kaiji")
    settings = Settings()

    assert (settings.model, settings.cpu_threads, settings.work) == ("large-v3-turbo", 1, Path("/srv/kaiji"))


def test_what_is_told_here_comes_before_the_environment(monkeypatch):
    """An option of the command line; and what is set anywhere is known to be set."""
    monkeypatch.setenv("kaiji_due_days", "9")
    monkeypatch.setenv("KAIJI_NO_SUCH_THING", "1")

    assert (Settings().due_days, Settings(due_days=3).due_days) == (9, 3)
    assert Settings().model_fields_set == {"due_days"} | set(found_here())


@pytest.mark.parametrize(
    "name", [name for name, one in Settings.model_fields.items() if "Secret" in str(one)]
)
def test_a_secret_is_shown_nowhere(monkeypatch, name):
    """Neither in the settings as text nor as values."""
    monkeypatch.setenv(f"KAIJI_{name.upper()}", "open sesame")
    settings = Settings()

    assert getattr(settings, name).get_secret_value() == "open sesame"
    assert "sesame" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("KAIJI_DEVICE", "tpu"), ("KAIJI_CPU_THREADS", "0"), ("KAIJI_REVIEW_HTTPS", "perhaps")],
)
def test_a_malformed_setting_is_an_error(monkeypatch, name, value):
    """A mistake is not passed over; the message names it and does not repeat what stands there."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingError, match=name) as told:
        Settings()
    assert value not in str(told.value)
    assert told.value.__context__ is None


def test_prefect_is_quiet_and_at_home_where_it_is_told(monkeypatch, tmp_path: Path):
    """No telemetry, no cache, no kept results; what the surroundings set comes first."""
    for name in [name for name in os.environ if name.startswith("PREFECT_") or name == "DO_NOT_TRACK"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    # monkeypatch restores what prepare_prefect sets beside it.
    monkeypatch.setattr(os, "environ", dict(os.environ))
    prepare_prefect(tmp_path)

    assert os.environ["PREFECT_HOME"] == str(tmp_path)
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_RESULTS_PERSIST_BY_DEFAULT"] == "false"
    assert os.environ["PREFECT_TASKS_DEFAULT_NO_CACHE"] == "true"
    # It would open a port without our guard.
    assert os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] == "false"
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_the_companys_file_is_handed_on(monkeypatch):
    """What the command line chose is the setting of the tasks too, which read their own."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    hand_on(Settings())
    assert "KAIJI_RECOGNIZERS" not in os.environ

    hand_on(Settings(recognizers=Path("company.yaml")))
    assert os.environ["KAIJI_RECOGNIZERS"] == str(Path.cwd() / "company.yaml")
