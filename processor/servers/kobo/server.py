"""KoboToolbox as a `FormServer`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.errors import ContractError, Message
from processor.servers.http import Http, TokenAuth
from processor.servers.kobo.api import ENVIRONMENT, Api
from processor.servers.kobo.assets import Assets
from processor.servers.kobo.catalogue import Catalogue
from processor.servers.kobo.deploy import Deployer
from processor.servers.kobo.feed import Feed
from processor.servers.kobo.files import AT_ONCE, Files
from processor.servers.kobo.hooks import hook_endpoint, register_hook, remove_hook
from processor.servers.kobo.imports import Imports, Progress
from processor.servers.kobo.index import Index
from processor.servers.kobo.openrosa import OpenRosa
from processor.servers.kobo.reading import Reader
from processor.servers.kobo.review import Reviews
from processor.servers.kobo.settings import KoboSettings
from processor.servers.kobo.users import Names, Users

if TYPE_CHECKING:
    from processor.servers.abilities import Stand
    from processor.servers.officers import Granted
    from processor.servers.protocol import AppUser, DeployedForm, FormPackage, Page, SubmissionState


def _quiet(_text: str) -> None:
    """Nobody watches."""


class KoboServer:
    """One account on one KoboToolbox server; safe for several threads, `close` it at the end."""

    name = "kobo"

    def __init__(self, settings: KoboSettings, *, progress: Progress = _quiet, **http_options: Any) -> None:
        self.settings = settings
        settings.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._options = {
            "plain": settings.plain,
            "ca_file": settings.ca_file,
            "pool": AT_ONCE + 2,
            **http_options,
        }
        self._http = self._open(settings.url)
        self._phones: Http | None = None
        self._progress = progress
        self._api = api = Api(self._http)
        self._assets = assets = Assets(api, settings.assets)
        index = Index(api)
        self._files = Files(api, settings.cache)
        self._names = Names(settings.user_prefix)
        reader = Reader(api, assets, index, self._files, settings.practice_users, self._names)
        self._feed = Feed(api, assets, index, reader, settings.cache)
        self._index = index
        self._catalogue = Catalogue(api, assets)
        self._reviews = Reviews(api, assets, index)
        self._users = Users(api, assets, self._names, settings.practice_users)

    def __repr__(self) -> str:
        return f"KoboServer({self._http.address.origin!r})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._phones is not None:
            self._phones.close()

    def deploy(self, package: FormPackage) -> DeployedForm:
        """Publish a version with its media, and read back what phones get. The same again changes nothing."""
        imports = Imports(self._api, self._options.get("wait", time.sleep))
        deployer = Deployer(
            self._api, self._assets, self._openrosa(), self.settings.cache, imports, self._progress
        )
        deployer.publish(package)
        for found in self._catalogue.versions(package.form.form_id):
            if found.version == package.form.version and found.current:
                return found
        raise ContractError(Message.KOBO_SHAPE, what="list of versions", found="not the one just deployed")

    def deployed(self) -> list[DeployedForm]:
        """All versions of the settings' forms that have a project here."""
        return self._catalogue.all(self.settings.forms)

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """New submissions, and of the other changes what Kobo tells; `ids` and `fetch` find the rest.

        No stamp moves on Kobo with an edit, a deletion, a cleared status or a late file.
        """
        return self._feed.changed(form_id, checkpoint, page_size)

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission that the server has, each once; a deleted one is not among them."""
        return self._feed.ids(form_id)

    def fetch(self, form_id: str, instance_ids: Sequence[str]) -> Iterator[Page]:
        """The given submissions as they are now; `gone` names those that the server no longer has."""
        return self._feed.fetch(form_id, instance_ids)

    def ghosts(self, form_id: str) -> int:
        """How many rows the last list had that are no submissions: Kobo counts them, their XML is 404."""
        return self._feed.ghosts(form_id)

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the attachment's bytes, or None when it has not arrived."""
        asset = self._assets.readable(form_id)
        rows = self._index.all(asset, query={"meta/rootUuid": {"$in": [instance_id]}})
        for row in reversed(rows):
            for file in row.files:
                if file.name == name:
                    return self._files.fetch(asset, row.number, file)
        return None

    def kept(self, form_id: str, instance_id: str, name: str, sha256: str) -> Path | None:
        """The file as an earlier pull has fetched it, without asking the server (`Keeps`)."""
        return self._files.kept(sha256)

    def app_users(self) -> list[AppUser]:
        """The accounts that may send; Kobo does not tell who was revoked."""
        return self._users.all(self.settings.forms)

    def ensure_officers(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> list[AppUser]:
        """Let each (code, name) send the forms; the accounts must exist. The same again changes nothing."""
        return self._users.ensure(wanted, form_ids)

    def grant_officers(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> Iterator[Granted]:
        """The same one by one, each with what came of it."""
        return self._users.grant(wanted, form_ids)

    def revoke_officer(self, code: str) -> bool:
        """From now on the account cannot send; what was sent stays. False when it could not before."""
        return self._users.revoke(code, self.settings.forms)

    def phone_address(self) -> str:
        """The server address that phones use, the same for all; each has its own user name and password."""
        return self._openrosa().address

    def user_name(self, code: str) -> str:
        """The user name of an officer's account."""
        return self._names.user(code)

    def set_review(self, form_id: str, instance_id: str, state: str, comment: str = "") -> bool:
        """Write a review state as validation status; False when it was so already. Kobo keeps no comment."""
        return self._reviews.set(form_id, instance_id, state)

    def review_stand(self, form_id: str, instance_id: str) -> Stand:
        """How the submission stands before a status is written (`TakesReviews`)."""
        return self._reviews.stand(form_id, instance_id)

    def was_reviewed(self, form_id: str, instance_id: str, since: str, state: str, comment: str) -> bool:
        """Never known on Kobo; writing a status again changes nothing."""
        return False

    def write_review(self, form_id: str, instance_id: str, state: str, comment: str, *, actor: str) -> bool:
        """As `set_review`; the comment stays here, as Kobo keeps none."""
        return self._reviews.write(form_id, instance_id, state)

    def checkpoint_at(self, form_id: str, at: datetime) -> str:
        """A checkpoint from which what moved at that time or later comes again, where the server tells times."""
        return self._feed.checkpoint_at(form_id, at)

    def count(self, form_id: str) -> int:
        """How many rows the server lists, ghosts included."""
        return self._index.count(self._assets.readable(form_id))

    def register_hook(self, form_id: str, endpoint: str) -> bool:
        """Have Kobo call the address when a submission of the form comes; False when it does so already."""
        return register_hook(self._api, self._assets.readable(form_id), endpoint)

    def hook_endpoint(self, form_id: str) -> str | None:
        """The address that Kobo calls for the form, a secret; None when it calls none as we want it."""
        return hook_endpoint(self._api, self._assets.readable(form_id))

    def remove_hook(self, form_id: str) -> bool:
        """Have Kobo call us no more for the form; False when it did not."""
        return remove_hook(self._api, self._assets.readable(form_id))

    def _openrosa(self) -> OpenRosa:
        """The phones' side: the address in the settings, else the one that the server names."""
        if self._phones is None:
            url = self.settings.openrosa_url or str(self._api.get(ENVIRONMENT).get("open_rosa_server") or "")
            self._phones = self._open(url or self.settings.url)
        return OpenRosa(self._phones)

    def _open(self, url: str) -> Http:
        return Http(url, TokenAuth("Token", self.settings.token), **self._options)


def open_kobo(settings: KoboSettings, **options: Any) -> KoboServer:
    """The server of these settings. Nothing is sent yet."""
    return KoboServer(settings, **options)
