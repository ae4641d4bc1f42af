from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.settings import SettingError, Settings, hand_on, prepare_prefect


def test_the_environment_sets_them(monkeypatch):
    """Every setting is KAIJI_ and its name."""
    monkeypatch.setenv("KAIJI_MODEL", "large-v3-turbo")
    monkeypatch.setenv("KAIJI_CPU_THREADS", "1")
    monkeypatch.setenv("KAIJI_WORK", "/srv/kaiji")
    settings = Settings()

    assert (settings.model, settings.cpu_threads, settings.work) == ("large-v3-turbo", 1, Path("/srv/kaiji"))


@pytest.mark.parametrize(("name", "value"), [("KAIJI_DEVICE", "tpu"), ("KAIJI_CPU_THREADS", "0")])
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
