"""A phone that speaks OpenRosa as ODK Collect does: fetches the forms, posts interviews, tries again.

Posting is idempotent on the server, so every request may be repeated, POST included.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import requests
from defusedxml.ElementTree import ParseError, fromstring
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from processor.errors import Message, ServerError
from processor.practice.interview import Printer
from processor.survey.xform import read_xform

TIMEOUT = (10, 60)
_LIST = "{http://openrosa.org/xforms/xformsList}"
_MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
_RESPONSE = "{http://openrosa.org/http/response}"
_AGAIN = Retry(
    total=6,
    backoff_factor=0.3,
    status_forcelist=(429, 500, 502, 503, 504),
    allowed_methods=None,
    raise_on_status=False,
)


class PracticePhone:
    """One phone: the address of its account and a connection that stays open."""

    def __init__(self, server_url: str, device: str = "practice") -> None:
        self.url = server_url.rstrip("/")
        self.device = device
        self.session = requests.Session()
        self.session.headers["X-OpenRosa-Version"] = "1.0"
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=_AGAIN))
        self._greeted = False

    def printers(self) -> dict[str, Printer]:
        """The blank forms that the account is offered, ready to be filled, by form id."""
        found: dict[str, Printer] = {}
        for entry in self._xml(f"{self.url}/formList").findall(f"{_LIST}xform"):
            with TemporaryDirectory() as folder:
                manifest = entry.findtext(f"{_LIST}manifestUrl")
                if manifest:
                    self._fetch_media(manifest, Path(folder))
                xform = self._get(entry.findtext(f"{_LIST}downloadUrl", ""))
                found[entry.findtext(f"{_LIST}formID", "")] = Printer(read_xform(xform, Path(folder)))
        return found

    def send(self, xml: bytes, files: dict[str, bytes]) -> bool:
        """Post one interview with its files; False when the server already has it with other content."""
        if not self._greeted:
            self._greet()
        parts = {"xml_submission_file": ("submission.xml", xml, "text/xml")}
        parts |= {name: (name, body, "image/png") for name, body in files.items()}
        answer = self._ask("POST", self._submission, files=parts)
        if answer.status_code == 409:
            return False
        if answer.status_code not in (201, 202):
            raise self._refused(answer, "an interview")
        return True

    @property
    def _submission(self) -> str:
        return f"{self.url}/submission?deviceID={self.device}"

    def _greet(self) -> None:
        """HEAD before the first POST: only 204 is a form server."""
        answer = self._ask("HEAD", self._submission)
        if answer.status_code != 204:
            raise self._refused(answer, "the greeting")
        self._greeted = True

    def _fetch_media(self, manifest: str, folder: Path) -> None:
        for file in self._xml(manifest).findall(f"{_MANIFEST}mediaFile"):
            name = Path(file.findtext(f"{_MANIFEST}filename", "")).name
            (folder / name).write_bytes(self._get(file.findtext(f"{_MANIFEST}downloadUrl", "")))

    def _xml(self, url: str) -> Element:
        return fromstring(self._get(url))

    def _get(self, url: str) -> bytes:
        """What stands at that address, asked of the host that we were told to talk to."""
        wanted, ours = urlsplit(url), urlsplit(self.url)
        answer = self._ask("GET", wanted._replace(scheme=ours.scheme, netloc=ours.netloc).geturl())
        if answer.status_code != 200:
            raise self._refused(answer, "a request for the forms")
        return answer.content

    def _ask(self, method: str, url: str, **more: object) -> requests.Response:
        try:
            return self.session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **more)  # type: ignore[arg-type]
        except requests.RequestException as error:
            kind = type(error).__name__  # its text would hold the address with the token
            raise ServerError(Message.PRACTICE_POST, status="nothing", what=method, detail=kind) from None

    def _refused(self, answer: requests.Response, what: str) -> ServerError:
        try:
            said = fromstring(answer.content).findtext(f"{_RESPONSE}message") or ""
        except ParseError:
            said = ""
        return ServerError(
            Message.PRACTICE_POST, status=answer.status_code, what=what, detail=said or answer.reason
        )
