"""The settings: what is read, what wins, and how a mistake is named."""

from pathlib import Path

import pytest

from processor.config import load_config
from processor.errors import ConfigError, Message
from tests.conftest import ROOT

GOOD = (ROOT / "config" / "survey.toml").read_text(encoding="utf-8")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config" / "survey.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_load_config__shipped_file__has_both_forms_and_sqlite_in_data():
    config = load_config(ROOT / "config" / "survey.toml", {})

    assert [form.form_id for form in config.forms] == ["phieu_c", "phieu_c1"]
    assert config.store_url == f"sqlite:///{ROOT / 'data' / 'processor.sqlite'}"
    assert config.web.host == "127.0.0.1"


def test_load_config__environment__wins_over_file(tmp_path):
    env = {
        "PROCESSOR_HOME": str(tmp_path / "elsewhere"),
        "PROCESSOR_STORE_URL": "postgresql://u@localhost/x",
        "PROCESSOR_HOST": "0.0.0.0",  # noqa: S104 - only read, never bound
        "PROCESSOR_PORT": "9000",
        "PROCESSOR_PUBLIC_URL": "https://example.org/",
    }
    config = load_config(ROOT / "config" / "survey.toml", env)

    assert config.data == tmp_path / "elsewhere"
    assert config.store_url == config.server.url == "postgresql://u@localhost/x"
    assert (config.web.host, config.web.port, config.web.public_url) == (
        "0.0.0.0",
        9000,
        "https://example.org",
    )


def test_load_config__empty_variable__counts_as_not_set():
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOST": "", "PROCESSOR_PORT": ""})

    assert (config.web.host, config.web.port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("port = 8080", 'port = "x"', Message.CONFIG_VALUE),
        ("port = 8080", "prot = 8080", Message.CONFIG_KEY),
        ('kind = "builtin"', 'kind = "kobo2"', Message.CONFIG_VALUE),
        ('form_id = "phieu_c"', 'form = "phieu_c"', Message.CONFIG_KEY),
        ("[web]", "[web", Message.CONFIG_SYNTAX),
        ('url = "sqlite:///processor.sqlite"', "url = 5", Message.CONFIG_VALUE),
    ],
)
def test_load_config__mistake__is_named(tmp_path, old, new, message):
    path = written(tmp_path, GOOD.replace(old, new))

    with pytest.raises(ConfigError) as caught:
        load_config(path, {})

    assert caught.value.message is message


def test_load_config__no_file__says_where_it_was_expected(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "none.toml", {})

    assert caught.value.message is Message.CONFIG_MISSING
    assert str(tmp_path / "none.toml") in str(caught.value)


def test_config__printed__does_not_show_the_store_url():
    config = load_config(
        ROOT / "config" / "survey.toml", {"PROCESSOR_STORE_URL": "postgresql://u:geheim@h/x"}
    )

    assert "geheim" not in repr(config)
