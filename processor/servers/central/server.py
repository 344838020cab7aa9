"""ODK Central as a `FormServer`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.errors import ContractError, Message
from processor.servers.central.api import Api
from processor.servers.central.auth import SessionAuth
from processor.servers.central.catalogue import Catalogue
from processor.servers.central.deploy import Deployer
from processor.servers.central.feed import WORKERS, Feed
from processor.servers.central.files import Files
from processor.servers.central.list_file import ListFile
from processor.servers.central.lists import Lists
from processor.servers.central.manifest import Manifest
from processor.servers.central.officers import Officers
from processor.servers.central.passphrase import Passphrase
from processor.servers.central.review import Reviews
from processor.servers.central.settings import CentralSettings, Credentials, read_credentials
from processor.servers.http import Http

if TYPE_CHECKING:
    from processor.servers.abilities import Stand
    from processor.servers.protocol import AppUser, DeployedForm, FormPackage, Page, SubmissionState


class CentralServer:
    """One project on one ODK Central server; safe for several threads, `close` it at the end."""

    name = "central"

    def __init__(self, settings: CentralSettings, credentials: Credentials, **http_options: Any) -> None:
        self.settings = settings
        settings.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {"plain": settings.plain, "ca_file": settings.ca_file, "pool": WORKERS + 2, **http_options}
        self._http = Http(settings.url, **options)
        self._http.auth = SessionAuth(self._http, credentials)
        api = Api(self._http, settings.project)
        catalogue = Catalogue(api)
        self._lists = Lists(api, ListFile(settings.cache, settings.place))
        self._files = Files(api, settings.cache)
        self._manifest = Manifest(api, catalogue)
        self._deployer = Deployer(api, self._manifest, sealed=settings.sealed)
        self._passphrase = Passphrase(settings.passphrase_file)
        self._feed = Feed(api, settings, catalogue, self._lists, self._files, self._passphrase)
        self._reviews = Reviews(api)
        self.officers = Officers(api)

    def __repr__(self) -> str:
        return f"CentralServer({self._http.address.origin!r}, project={self.settings.project})"

    @property
    def seals(self) -> bool:
        """Whether answers and files are encrypted on the server (`Seals`)."""
        return self.settings.sealed

    @property
    def lacks_passphrase(self) -> bool:
        """Whether there is nothing to read encrypted answers with."""
        return self.settings.sealed and not self._passphrase.is_there

    def unlock(self, passphrase: str) -> None:
        """Use this passphrase as long as this process lives; it is written nowhere."""
        self._passphrase.take(passphrase)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def deploy(self, package: FormPackage) -> DeployedForm:
        """Publish a version with its media, and read back what phones get. The same again changes nothing."""
        self._deployer.publish(package)
        for found in self._manifest.versions(package.form.form_id):
            if found.version == package.form.version:
                return found
        raise ContractError(Message.CENTRAL_ANSWER, what="a list of versions without the one just published")

    def deployed(self) -> list[DeployedForm]:
        """All versions of all forms of the project."""
        return list(self._manifest.deployed())

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Submissions created, edited, deleted or reviewed since the checkpoint.

        Restores, purges and late attachments move no time on Central: `ids` and `fetch` find them.
        """
        return self._feed.changed(form_id, checkpoint, page_size)

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission the server has, deleted ones included, each once."""
        return iter(self._lists.states(form_id))

    def forget(self, form_id: str) -> None:
        """The copy differs from the last list: the next one is read in full (`Remembers`)."""
        self._lists.forget(form_id)

    def fetch(self, form_id: str, instance_ids: Sequence[str]) -> Iterator[Page]:
        """The given submissions as they are now; `gone` names those that the server no longer has."""
        return self._feed.fetch(form_id, instance_ids)

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the bytes that the server has now, or None when it has none."""
        return self._files.get(form_id, instance_id, name)

    def kept(self, form_id: str, instance_id: str, name: str, sha256: str) -> Path | None:
        """The file as an earlier pull has fetched it, without asking the server (`Keeps`)."""
        return self._files.kept(form_id, instance_id, name, sha256)

    def app_users(self) -> list[AppUser]:
        """The active officers; Central does not list revoked ones."""
        return self.officers.all()

    def ensure_officers(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> list[AppUser]:
        """An app user for each (code, name), allowed to send the forms. The same again changes nothing."""
        return self.officers.ensure(wanted, form_ids)

    def revoke_officer(self, code: str) -> bool:
        """From now on the card opens nothing; what was sent stays. False when there is no such officer."""
        return self.officers.revoke(code)

    def phone_address(self, user: AppUser) -> str:
        """The server address that the officer's phone uses; it is as secret as a password."""
        return self._http.address.join(f"/v1/key/{user.token}/projects/{self.settings.project}")

    def set_review(self, form_id: str, instance_id: str, state: str, comment: str = "") -> bool:
        """Write a review state back, with a comment; False when it was so already."""
        return self._reviews.set(form_id, instance_id, state, comment)

    def review_stand(self, form_id: str, instance_id: str) -> Stand:
        """How the submission stands before a review is written (`TakesReviews`)."""
        return self._reviews.stand(form_id, instance_id)

    def was_reviewed(self, form_id: str, instance_id: str, since: str, state: str, comment: str) -> bool:
        """Whether just this review was written after the mark."""
        return self._reviews.was_written(form_id, instance_id, since, state, comment)

    def write_review(self, form_id: str, instance_id: str, state: str, comment: str, *, actor: str) -> bool:
        """As `set_review`; where the state is so already, the comment is added alone."""
        return self._reviews.write(form_id, instance_id, state, comment)

    def checkpoint_at(self, form_id: str, at: datetime) -> str:
        """A checkpoint from which everything that moved at that time or later comes again."""
        return self._feed.checkpoint_at(at)

    def count(self, form_id: str) -> int:
        """How many living submissions the server says the form has."""
        return self._lists.count(form_id)


def open_central(settings: CentralSettings, env: Mapping[str, str] | None = None) -> CentralServer:
    """The server of these settings; ConfigError when there is no login. Nothing is sent yet."""
    return CentralServer(settings, read_credentials(settings, env))
