"""Settings: `config/survey.toml` and the environment, as frozen dataclasses.

Relative paths are taken from the project's folder (the parent of the folder that holds
`survey.toml`); an empty variable counts as not set. `PROCESSOR_HOME` moves the data folder, `PROCESSOR_CONFIG` names another file,
`PROCESSOR_STORE_URL` overrides the database. Secrets never stand in the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from processor.errors import ConfigError, Message

SERVER_KINDS = ("builtin", "central", "kobo")
BUILTIN_KEYS = ("kind", "url", "files")


@dataclass(frozen=True)
class FormConfig:
    """One questionnaire. `area` and `date` are question paths used for rights and progress."""

    form_id: str
    table: str
    workbook: Path
    area: str
    date: str | None = None


@dataclass(frozen=True)
class ServerConfig:
    """The form server that is behind: `builtin` keeps its inbox in its own database and folder.

    For the others `table` is the table `[server]` as it stands in the file `path`; each checks its own keys.
    """

    kind: str
    url: str = field(repr=False)
    files: Path
    path: Path = Path()
    table: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebConfig:
    """Where the pages are served. `public_url` is what phones and QR codes use."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    pull_minutes: int = 5


@dataclass(frozen=True)
class PullConfig:
    """How the copy is kept up. Every `full_days` days a pull reads everything again; 0: only on command."""

    full_days: int = 7


@dataclass(frozen=True)
class WriteBackConfig:
    """What may be written to the form server beside forms: nothing, unless it is switched on."""

    reviews: bool = False


@dataclass(frozen=True)
class Config:
    """All settings of one survey."""

    root: Path
    data: Path
    title_vi: str
    title_en: str
    timezone: str
    store_url: str = field(repr=False)
    server: ServerConfig
    web: WebConfig
    forms: tuple[FormConfig, ...]
    pull: PullConfig = field(default_factory=PullConfig)
    write_back: WriteBackConfig = field(default_factory=WriteBackConfig)
    checks: str = ""
    """The survey whose rules are checked: a package of `processor/survey/checks`; empty: none."""

    @property
    def settings(self) -> Path:
        """Folder of the settings: the catalogue of rules, lists of the office."""
        return self.root / "config"

    @property
    def codes(self) -> Path:
        """Folder of the code tables."""
        return self.root / "config" / "codes"

    @property
    def media(self) -> Path:
        """Folder of the CSV lists that the forms use on the phone."""
        return self.root / "xlsforms" / "media"

    def form(self, form_id: str) -> FormConfig:
        """The entry of `form_id`; ConfigError when there is none."""
        for entry in self.forms:
            if entry.form_id == form_id:
                return entry
        known = ", ".join(entry.form_id for entry in self.forms)
        raise ConfigError(Message.FORM_UNKNOWN, form_id=form_id, known=known)


def load_config(path: Path | None = None, env: Mapping[str, str] | None = None) -> Config:
    """Read the settings. ConfigError says which key is wrong and what was expected."""
    env = os.environ if env is None else env
    path = path or Path(env.get("PROCESSOR_CONFIG") or "config/survey.toml")
    path = path.resolve()
    raw = _read(path)
    _known(path, "", raw, ("survey", "store", "server", "web", "forms", "pull", "write_back"))
    root = path.parent.parent
    data = Path(env.get("PROCESSOR_HOME") or root / "data").resolve()
    survey = raw.get("survey", {})
    _known(path, "survey.", survey, ("title_vi", "title_en", "timezone", "checks"))
    store_url = env.get("PROCESSOR_STORE_URL") or _text(path, raw.get("store", {}), "store.url")
    return Config(
        root=root,
        data=data,
        title_vi=_text(path, survey, "survey.title_vi"),
        title_en=_text(path, survey, "survey.title_en"),
        timezone=_text(path, survey, "survey.timezone"),
        store_url=_absolute(store_url, data),
        server=_server(path, raw.get("server", {}), data, store_url),
        web=_web(path, raw.get("web", {}), env),
        forms=tuple(_form(path, root, entry) for entry in raw.get("forms", [])),
        pull=_pull(path, raw.get("pull", {})),
        write_back=_write_back(path, raw.get("write_back", {})),
        checks=_text(path, survey, "survey.checks") if survey.get("checks", "") != "" else "",
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(Message.CONFIG_MISSING, path=path) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Message.CONFIG_SYNTAX, path=path, detail=error) from error


def _known(path: Path, prefix: str, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for key in table:
        if key not in names:
            raise ConfigError(Message.CONFIG_KEY, path=path, key=prefix + key, expected=", ".join(names))


def _text(path: Path, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key.rpartition(".")[2])
    if not isinstance(value, str) or not value:
        raise ConfigError(Message.CONFIG_VALUE, path=path, key=key, expected="a text", found=value)
    return value


def _absolute(url: str, data: Path) -> str:
    """SQLite files are relative to the data folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{data / url.removeprefix(prefix)}"
    return url


def _server(path: Path, table: Mapping[str, Any], data: Path, store_url: str) -> ServerConfig:
    kind = table.get("kind", "builtin")
    if kind not in SERVER_KINDS:
        expected = "one of " + ", ".join(SERVER_KINDS)
        raise ConfigError(Message.CONFIG_VALUE, path=path, key="server.kind", expected=expected, found=kind)
    if kind != "builtin":
        url, files = _text(path, table, "server.url"), data / table.get("files", "files")
        return ServerConfig(kind, url.rstrip("/"), files, path, table)
    _known(path, "server.", table, BUILTIN_KEYS)
    default = "sqlite:///inbox.sqlite" if store_url.startswith("sqlite") else store_url
    return ServerConfig(
        kind=kind,
        url=_absolute(table.get("url", default), data),
        files=data / table.get("files", "files"),
    )


def _web(path: Path, table: Mapping[str, Any], env: Mapping[str, str]) -> WebConfig:
    _known(path, "web.", table, tuple(f.name for f in fields(WebConfig)))
    port = env.get("PROCESSOR_PORT") or table.get("port", WebConfig.port)
    if not str(port).isdigit():
        raise ConfigError(Message.CONFIG_VALUE, path=path, key="web.port", expected="a number", found=port)
    return WebConfig(
        host=env.get("PROCESSOR_HOST") or table.get("host", WebConfig.host),
        port=int(port),
        public_url=(env.get("PROCESSOR_PUBLIC_URL") or table.get("public_url", "")).rstrip("/"),
        pull_minutes=int(table.get("pull_minutes", WebConfig.pull_minutes)),
    )


def _pull(path: Path, table: Mapping[str, Any]) -> PullConfig:
    _known(path, "pull.", table, tuple(f.name for f in fields(PullConfig)))
    days = table.get("full_days", PullConfig.full_days)
    if type(days) is not int or not 0 <= days <= 366:
        expected = "a whole number of days from 0 to 366"
        raise ConfigError(
            Message.CONFIG_VALUE, path=path, key="pull.full_days", expected=expected, found=days
        )
    return PullConfig(days)


def _write_back(path: Path, table: Mapping[str, Any]) -> WriteBackConfig:
    _known(path, "write_back.", table, tuple(f.name for f in fields(WriteBackConfig)))
    reviews = table.get("reviews", False)
    if type(reviews) is not bool:
        raise ConfigError(
            Message.CONFIG_VALUE, path=path, key="write_back.reviews", expected="true or false", found=reviews
        )
    return WriteBackConfig(reviews)


def _form(path: Path, root: Path, entry: Mapping[str, Any]) -> FormConfig:
    _known(path, "forms.", entry, tuple(f.name for f in fields(FormConfig)))
    return FormConfig(
        form_id=_text(path, entry, "forms.form_id"),
        table=_text(path, entry, "forms.table"),
        workbook=root / _text(path, entry, "forms.workbook"),
        area=_text(path, entry, "forms.area"),
        date=entry.get("date"),
    )
