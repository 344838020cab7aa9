"""`processor hooks ...`: addresses by which a form server or any other program wakes the pull of a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import click

from processor.config import load_config
from processor.errors import ConfigError, Message, ProcessorError
from processor.hooks import Hooks

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.kobo.server import KoboServer

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WHAT_TO_DO = {
    "central": "ODK Central calls nobody when a submission comes. Let whatever learns of it (a script, a proxy) POST to",
    "builtin": "The built-in form server wakes the pull by itself. Another program may POST to",
}
"""What is said of the address by kind of server."""


@click.group("hooks")
def hooks_command() -> None:
    """Addresses that wake a pull: register, list, rotate, remove."""


@hooks_command.command("register")
@click.option("--form", "form_ids", multiple=True, help="Form id; all forms when not given.")
def register_command(form_ids: tuple[str, ...]) -> None:
    """Have the form server wake the pull when a submission comes; again changes nothing."""
    config, hooks = _open()
    for form_id in _forms(config, form_ids):
        _register(config, hooks, form_id, anew=False)


@hooks_command.command("rotate")
@click.option("--form", "form_ids", multiple=True, help="Form id; all forms when not given.")
def rotate_command(form_ids: tuple[str, ...]) -> None:
    """A new secret; the old address is worth nothing from now on."""
    config, hooks = _open()
    for form_id in _forms(config, form_ids):
        _register(config, hooks, form_id, anew=True)


@hooks_command.command("list")
def list_command() -> None:
    """Which forms have an address, since when; the secrets are not kept, so they cannot be shown."""
    config, hooks = _open()
    known = hooks.all()
    for form in config.forms:
        made = [hook.made_at for hook in known if hook.form_id == form.form_id]
        since = f"address made on {made[-1]:%Y-%m-%d %H:%M} UTC" if made else "none"
        unsure = (
            f"; {len(made) - 1} older one(s) still good: run `processor hooks rotate`" if made[1:] else ""
        )
        click.echo(f"{form.form_id}: {since}{unsure}")


@hooks_command.command("remove")
@click.option("--form", "form_ids", multiple=True, help="Form id; all forms when not given.")
def remove_command(form_ids: tuple[str, ...]) -> None:
    """Close the address, and tell KoboToolbox to call no more."""
    config, hooks = _open()
    for form_id in _forms(config, form_ids):
        closed = hooks.remove(form_id)  # first: from now on nobody is let in, whatever the server says
        told = _kobo_removes(config, form_id)
        click.echo(f"{form_id}: {'removed' if closed or told else 'there was none'}")


def _open() -> tuple[Config, Hooks]:
    config = load_config()
    return config, Hooks(config.data)


def _forms(config: Config, form_ids: tuple[str, ...]) -> list[str]:
    return [config.form(form_id).form_id for form_id in form_ids] or [f.form_id for f in config.forms]


def _base(config: Config) -> str:
    """Where the service is reached from outside; a secret does not travel in the clear."""
    url = config.web.public_url
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return f"{url}/hooks/"
    raise ConfigError(Message.HOOK_ADDRESS, found=url)


def _register(config: Config, hooks: Hooks, form_id: str, *, anew: bool) -> None:
    base = _base(config)
    if config.server.kind == "kobo":
        _register_kobo(config, hooks, form_id, base, anew=anew)
    elif any(hook.form_id == form_id for hook in hooks.all()) and not anew:
        click.echo(
            f"{form_id}: has an address already. `processor hooks rotate --form {form_id}` makes another."
        )
    else:
        secret = hooks.make(form_id)
        hooks.settle(form_id, secret)
        click.echo(f"{form_id}: {WHAT_TO_DO[config.server.kind]}\n  {base}{secret}")
        click.echo("  This is shown only now. Whoever knows it can wake the pull and nothing else.")


def _register_kobo(config: Config, hooks: Hooks, form_id: str, base: str, *, anew: bool) -> None:
    with _kobo(config) as server:
        present = server.hook_endpoint(form_id) or ""
        mine = present.startswith(base) and hooks.form_of(present.removeprefix(base)) == form_id
        if mine and not anew:
            click.echo(f"{form_id}: as before, KoboToolbox wakes the pull when a submission comes.")
            return
        secret = hooks.make(form_id)
        try:
            server.register_hook(form_id, base + secret)
        except ProcessorError as error:
            if error.message is not Message.HTTP_UNSURE:  # then Kobo may call it already
                hooks.withdraw(form_id, secret)
            raise
        hooks.settle(form_id, secret)
    click.echo(f"{form_id}: KoboToolbox wakes the pull when a submission comes.")


def _kobo_removes(config: Config, form_id: str) -> bool:
    if config.server.kind != "kobo":
        return False
    with _kobo(config) as server:
        return server.remove_hook(form_id)


@contextmanager
def _kobo(config: Config) -> Iterator[KoboServer]:
    from processor.servers.open import opened

    with opened(config) as server:
        yield cast("KoboServer", server)
