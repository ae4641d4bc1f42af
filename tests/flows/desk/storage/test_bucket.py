"""The store in a bucket that several machines use at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.desk.sealing.keys import Keyring, new_key
from flows.desk.storage.store import open_store
from tests.desk_builders import desk_settings
from tests.servers import s3, s3_options


def test_a_file_that_another_machine_writes_anew_meanwhile_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known of a file may no longer hold when it is fetched: a bucket breaks that off."""
    ring = Keyring((new_key(),))
    with s3(tmp_path) as address:
        options = json.dumps(s3_options(address))
        settings = desk_settings(tmp_path, store="s3://kaiji/desk", store_options=SecretStr(options))
        here, elsewhere = open_store(settings, ring), open_store(settings, ring)
        here.put(b"old", "desk-marker")
        asked = here._fs.info

        def and_then_written_anew(*arguments: object, **more: object) -> object:
            known = asked(*arguments, **more)
            elsewhere.put(b"newer", "desk-marker")
            return known

        monkeypatch.setattr(here._fs, "info", and_then_written_anew)
        assert here.read("desk-marker") in {b"old", b"newer"}
        assert here.key_id("desk-marker") == ring.current.key_id
