"""Settings, read from the environment here and nowhere else.

Every setting is the variable ``KAIJI_<NAME>``; an option of the command line overrides it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pipeline.errors import PipelineError

__all__ = [
    "PRACTICE_MARK",
    "PREFECT_HOST",
    "SettingError",
    "Settings",
    "given_api",
    "hand_on",
    "prepare_prefect",
    "server_environment",
    "surroundings",
]

PREFECT_HOST = "127.0.0.1"
"""Address on which Prefect's servers listen; no other machine can reach it."""


PRACTICE_MARK = "practice-desk"
"""Name of the file that marks a home as one for practice."""

PREFIX = "kaiji_"
"""Of the variable of every setting, in any case."""

PATHS = (
    *("home", "key_file", "recognizers", "work", "store", "witness", "recordings", "letter_template"),
    *("review_proxy_secret_file", "review_socket", "metrics_secret_file", "outbox"),
)
"""Settings that are paths; one that is a URL is left as it is."""


class SettingError(PipelineError):
    """An environment variable is malformed; the message names the variable and never shows its value."""

    code = "setting"


class Settings(BaseModel):
    """The settings of this machine.

    Raises:
        SettingError: when one of them is malformed.

    Attributes:
        model: Speech model: an installed name, a folder, or a hub name.
        model_revision: Pins the revision of a hub name.
        device: ``auto`` takes CUDA where there is one.
        compute_type: ``auto`` is float16 on CUDA and int8 on a CPU.
        cpu_threads: Threads of the speech model; by default the number of cores, at most four.
        recognizers: YAML file of the company's own recognizers (``models.company.recognizers``).
        work: Folder for the values that the tasks of a flow pass to each other; workers on several machines
            that take the tasks of one run must share it.
        home: Folder of the embedded desk: key, database and store, unless set otherwise.
        key_file: Keys of the desk, one a line, the current one first; by default ``key`` in
            ``home``, better on another disk.
        key: The keys themselves, instead of a file.
        key_command: Command that prints the keys, instead of a file.
        database: URL of the desk's database; ``postgresql+psycopg://…`` for many machines.
        database_wait_seconds: How long to wait for other writers or for the server.
        store: Folder or URL (``s3://bucket/prefix``) of the desk's files.
        store_options: JSON object with the options of the store's file system (fsspec), such as
            ``{"endpoint_url": …, "key": …, "secret": …}``.
        witness: Folder or URL of the company's own where a copy of the database's head is kept
            (``flows.desk.integrity.witness``); the database's administrator must not be able to write it.
        witness_options: As ``store_options``, for the witness.
        recordings: Folder or URL that must contain all recordings; without it any local path and any bucket
            may be named.
        recordings_options: As ``store_options``, for the recordings.
        due_days: The company's own clock: days from receipt to answer.  The law names no number
            (33条2項 遅滞なく); a suit may follow two weeks after receipt (39条).
        breach_first_days: Days until the first report of a breach is due, the day of knowing counted: the law
            says 速やかに (施行規則8条1項), the guideline about three to five days (通則編 3-5-3-3).
        breach_final_days: Days until the final report is due, counted likewise (施行規則8条2項: 30).
        breach_final_harm_days: The same where somebody may have meant harm (施行規則7条3号, 8条2項: 60).
        identity_two_people: Whether a second person has to record the identity check too.
        lease_seconds: How long a worker's claim on a call lasts unless it is renewed.
        attempts: How often a call is begun before it is set aside.
        retain_raw_days: How many days a raw copy is kept after it was made.
        retain_draft_days: Days that transcripts, review files and drafts of the masked copy are kept.
        retain_package_days: Days that released packages, letters and manifests are kept.
        retain_failed_days: Days that a request which could not be taken in stays in its drop folder.
        retain_ledger_days: Days that personal data stays in the ledger after its request was closed;
            by default five years, in which damages may be claimed (民法166条1項1号).
        package: How an answer is handed over: an encrypted ZIP, or a folder for a CD-R.
        outbox: Folder or URL (``s3://bucket/prefix``) into which encrypted packages are put when they are
            released, for another system to fetch.
        outbox_options: As ``store_options``, for the outbox.
        letter_template: Word file of the decision letter; by default the one that kaiji brings.
        company_name: The company's name in the letter; by default the first name of the company list.
        contact: The contact that the letter names, with ``|`` between its lines; by default the
            responsible desk and the phone numbers of the company list.
        orphan_seconds: Age from which a stored file that no row names counts as left by a killed run.
        prefect_start_seconds: How long Prefect's server may take to start; Prefect's default of 20 s is
            too short for two busy cores.
        prefect_hosts: Further host names of Prefect's server, separated by commas, such as that of a
            proxy; this machine's own names are always allowed.
        review_hosts: Host names of the review page, separated by commas.
        review_https: Whether the page is reached by https only, directly or through a proxy.
        review_auth: ``local``: accounts of ``kaiji account``; ``header``: a proxy signs people in.
        review_proxies: Addresses or networks of that proxy, separated by commas.  Its headers are believed
            only from there, and only with the secret of ``review_proxy_secret_file``.
        review_proxy_secret_file: File (mode 0600) with the secret that the proxy sends to prove itself:
            its address proves nothing, because any program on its machine has the same.
        review_socket: Unix socket on which the page listens instead of an address and a port; whoever may
            open it counts as the proxy.
        review_socket_mode: ``0600``, or ``0660`` for a proxy of the same group.
        review_user_header: Header in which the proxy names the person.
        review_roles_header: Header in which the proxy lists the person's roles, separated by commas.
        review_role_names: The company's names of the roles, such as groups of its directory:
            ``GROUP=analyst,GROUP=approver``; by default the names are ours.
        review_session_hours: Longest time between two sign-ins; by default a working day.
        review_idle_minutes: Time without a request after which a person must sign in again.
        review_one_person: Whether a person who decided may also approve, for a company with one such person.
        review_listen_through: Whether every second must be listened to before a review is completed.
        review_text: ``required``: a review is completed only when somebody has read the text through.
            ``none``: the company gives sound alone, but where a way of disclosure says text only.
        review_questions: Decisions a minute of call that an analyst is asked for; more leave less leak.
        review_audio_megabytes: Memory for decoded calls that are open on the page.
        metrics_secret_file: File (mode 0600) with the secret that Prometheus sends; without it the page has
            no metrics.
    """

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    model: str = "base"
    model_revision: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str = "auto"
    cpu_threads: int | None = Field(default=None, ge=1)
    recognizers: Path | None = None
    work: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()) / f"kaiji-{os.getuid()}")
    home: Path = Field(default_factory=lambda: Path.home() / ".kaiji")
    key_file: Path | None = None
    key: SecretStr | None = None
    key_command: str | None = None
    database: SecretStr | None = None
    database_wait_seconds: float = Field(default=30.0, gt=0)
    store: str | None = None
    store_options: SecretStr | None = None
    witness: str | None = None
    witness_options: SecretStr | None = None
    recordings: str | None = None
    recordings_options: SecretStr | None = None
    due_days: int = Field(default=14, ge=1)
    breach_first_days: int = Field(default=3, ge=1, le=5)
    breach_final_days: int = Field(default=30, ge=1, le=30)
    breach_final_harm_days: int = Field(default=60, ge=1, le=60)
    identity_two_people: bool = False
    lease_seconds: int = Field(default=1800, ge=1)
    attempts: int = Field(default=3, ge=1)
    retain_raw_days: int = Field(default=90, ge=0)
    retain_draft_days: int = Field(default=180, ge=0)
    retain_package_days: int = Field(default=1095, ge=0)
    retain_failed_days: int = Field(default=30, ge=0)
    retain_ledger_days: int = Field(default=1826, ge=0)
    package: Literal["zip", "folder"] = "zip"
    outbox: str | None = None
    outbox_options: SecretStr | None = None
    letter_template: Path | None = None
    company_name: str = ""
    contact: str = ""
    orphan_seconds: int = Field(default=86400, ge=0)
    prefect_start_seconds: int = Field(default=180, ge=1)
    prefect_hosts: str = ""
    review_hosts: str = "127.0.0.1,localhost,[::1]"
    review_https: bool = False
    review_auth: Literal["local", "header"] = "local"
    review_proxies: str = ""
    review_proxy_secret_file: Path | None = None
    review_socket: Path | None = None
    review_socket_mode: Literal["0600", "0660"] = "0600"
    review_user_header: str = "X-Forwarded-User"
    review_roles_header: str = "X-Forwarded-Roles"
    review_role_names: str = Field(default="", pattern=r"^([^=,]+=(analyst|approver|admin)(,|$))*$")
    review_session_hours: int = Field(default=10, ge=1)
    review_idle_minutes: int = Field(default=60, ge=1)
    review_one_person: bool = False
    review_listen_through: bool = False
    review_text: Literal["optional", "required", "none"] = "optional"
    review_questions: float = Field(default=6.0, gt=0, le=60)
    review_audio_megabytes: int = Field(default=512, ge=16)
    metrics_secret_file: Path | None = None

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**_of_the_environment() | given)
        except ValidationError as error:
            # pydantic's own message shows the value, which may be a key or a password.
            named = {f"KAIJI_{str(found['loc'][0]).upper()}" for found in error.errors() if found["loc"]}
            msg = f"設定 {'、'.join(sorted(named))} の値の形が正しくありません"
        else:
            return
        raise SettingError(msg)

    @property
    def practice(self) -> bool:
        """Whether the home is one for practice, where no request is anybody's."""
        return (self.home / PRACTICE_MARK).is_file()

    @property
    def database_url(self) -> str:
        """URL of the desk's database; it may contain a password."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.home.absolute() / 'desk.sqlite3'}"

    @property
    def store_url(self) -> str:
        """Folder or URL of the desk's files."""
        return self.store or str(self.home.absolute() / "store")


def _of_the_environment() -> dict[str, str]:
    """Return what the environment says, by the name of the setting; ``Settings`` leaves out what is none.

    pydantic-settings does the same for many more sources, and takes longer to import than the desk to open.
    """
    return {
        name.lower().removeprefix(PREFIX): value
        for name, value in os.environ.items()
        if name.lower().startswith(PREFIX)
    }


def hand_on(settings: Settings) -> None:
    """Put what the command line chose into the environment of this process and of those it starts.

    The tasks of a flow read their own settings; without this they would not know ``--recognizers``.

    Args:
        settings: The settings of this command.
    """
    if settings.recognizers is not None:
        os.environ["KAIJI_RECOGNIZERS"] = str(settings.recognizers.absolute())


def prepare_prefect(home: Path) -> None:
    """Configure Prefect before it is first imported: quiet, with its files in ``home``, keeping no results.

    Variables that are set already are left as they are.  Prefect starts no server of its own:
    ``flows.prefect_api`` does.

    Args:
        home: Folder for Prefect's database and profiles.
    """
    defaults = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # The run's state and our line on the terminal say what went wrong; Prefect would add a traceback.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def given_api() -> tuple[str, str]:
    """Read what the environment says of a Prefect server.

    Returns:
        The server's address, and the secret for a server to be started; each empty when not set.
    """
    return os.environ.get("PREFECT_API_URL", ""), os.environ.get("PREFECT_SERVER_API_AUTH_STRING", "")


@contextlib.contextmanager
def surroundings(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for as long as the context lasts, and remove them afterwards.

    Args:
        variables: Names and values; earlier values of the same names are lost.
    """
    os.environ |= variables
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)


def server_environment(settings: Settings, port: int, secret: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of Prefect's server on this machine and of its workers.

    All their files lie in ``home``.  Variables that are set already are kept, such as
    ``PREFECT_SERVER_DATABASE_CONNECTION_URL`` for PostgreSQL.

    Args:
        settings: The settings of this machine.
        port: Port of the server, which no other machine can reach.
        secret: Variables that hold the secret of its API.

    Returns:
        All variables of a process to be started.
    """
    home, address = settings.home.absolute(), f"http://{PREFECT_HOST}:{port}"
    # Workers run in folders of their own, where a relative path would point elsewhere.
    here = {
        f"KAIJI_{name.upper()}": str(Path(value).absolute())
        for name in PATHS
        if (value := getattr(settings, name)) is not None and "://" not in str(value)
    }
    if "work" not in settings.model_fields_set:
        here["KAIJI_WORK"] = str(home / "work")
    prefect = {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "prefect" / "ui"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Pages of other sites in the same browser must not start runs.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        # By default the slots are kept in memory and would be lost when the server restarts.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PREFECT_WORKER_ENABLE_CANCELLATION": "true",
        "DO_NOT_TRACK": "1",
    }
    return prefect | dict(os.environ) | here | {"PREFECT_API_URL": f"{address}/api"} | dict(secret)
