"""What phones send to Central: invented interviews, with files, edits and odd contents."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import requests

from tests.fakes import Fake

FORM = "hh_visit"
V1, V2 = "2026010101", "2026020101"


def uid(number: int, edit: int = 0) -> str:
    """An instanceID: of submission `number`, or of one of its edits."""
    return f"uuid:00000000-0000-4000-8000-{edit:02d}{number:010d}"


def interview(
    number: int,
    *,
    version: str = V1,
    edit: int = 0,
    of: str = "",
    answers: dict[str, str] | None = None,
    members: int = 2,
    extra: str = "",
    instance_id: str | None = None,
) -> str:
    """The XML of an interview; `of` is the version that it edits."""
    texts = {"enumerator": "Thu", "remarks": "", "location": "18.67 105.69 4.5 4.8", "house_photo": ""}
    texts |= answers or {}
    simple = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    persons = "".join(
        f"<member><name>Nguoi {i}</name><age>{20 + i}</age><vaccine><antigen>bcg</antigen></vaccine></member>"
        for i in range(1, members + 1)
    )
    own = uid(number, edit) if instance_id is None else instance_id
    meta = f"<instanceID>{own}</instanceID>" if own else ""
    meta += f"<deprecatedID>{of}</deprecatedID>" if of else ""
    return (
        f'<data id="{FORM}" version="{version}"><intro/>{simple}<visit><consent>yes</consent></visit>'
        f"<hh><hh_size>{members}</hh_size>{persons}</hh>{extra}<meta>{meta}</meta></data>"
    )


class Phone:
    """Sends over OpenRosa as an app user; the office's acts go over REST as administrator."""

    def __init__(self, fake: Fake, token: str) -> None:
        self.fake = fake
        self.address = f"{fake.url}/v1/key/{token}/projects/1/submission"

    def send(self, xml: str, files: dict[str, bytes] | None = None) -> None:
        """Post a submission, an edit, or the same again with its files."""
        parts = {"xml_submission_file": ("s.xml", xml.encode(), "text/xml")}
        parts |= {name: (name, body, "image/jpeg") for name, body in (files or {}).items()}
        answer = requests.post(self.address, files=parts, headers={"X-OpenRosa-Version": "1.0"}, timeout=5)
        assert answer.status_code == 201, answer.text

    def office(self, method: str, number: int, tail: str = "", **options: Any) -> requests.Response:
        """An act of the office on a submission."""
        path = f"{self.fake.url}/v1/projects/1/forms/{FORM}/submissions/{uid(number)}{tail}"
        session = self.fake.central.open_session(self.fake.central.admin)
        headers = {"Authorization": f"Bearer {session['token']}"}
        answer = requests.request(method, path, headers=headers, timeout=5, **options)
        assert answer.status_code == 200, answer.text
        return answer

    def delete(self, number: int) -> None:
        self.office("DELETE", number)

    def restore(self, number: int) -> None:
        self.office("POST", number, "/restore")

    def review(self, number: int, state: str | None) -> None:
        self.office("PATCH", number, json={"reviewState": state})
