"""A form server of tests/fakes with many interviews, as a process: `python -m benchmarks.form_server central …`.

It delivers at a chosen rate and builds each answer once, so that what is measured is the client. The first line
printed is the address and the login as JSON; it serves until its standard input ends.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from threading import Lock
from time import monotonic, sleep
from typing import Any

import click
from werkzeug.wrappers import Request, Response

from benchmarks import corpus
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.fake import Fake
from tests.fakes.faults import Fault
from tests.fakes.truth import Record, TrueForm, Version, expected_files

ASKED = "/__asked__"
STEP = 0.01
"""Seconds between two pieces of a paced answer."""
_MARKS = ("Accept", "If-None-Match", "X-Extended-Metadata")
_ROOT_KEY = re.compile(rb'"__id":')
_INSTANCE = re.compile(rb"instanceID>([^<]*)</")
_SIGNED = re.compile(r"<(sign_\w+)>[^<]*</\1>")
"""Pictures of signatures are left out: each costs any client two requests more, and would be all that is measured."""
FORM = "phieu_c"


class PacedFake(Fake):
    """The fake; an answer to the same question is built once, answers with submissions come at `rate` a second.

    `GET /__asked__` gives the requests since the last such question, with their headers that matter; with
    `?minutes=20` so much time passes.
    """

    def __init__(self, kind: str, rate: float = 0) -> None:
        super().__init__(kind)
        self.rate = rate
        self.built: dict[tuple[str, ...], Response] = {}
        self.asked: list[dict[str, Any]] = []
        self.guard = Lock()

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """A built answer again, or a new one."""
        if request.path == ASKED:
            self.clock.advance(minutes=float(request.args.get("minutes", 0)))
            asked, self.asked = self.asked, []
            return Response(json.dumps(asked), content_type="application/json")
        marks = {name: request.headers[name] for name in _MARKS if name in request.headers}
        path = request.full_path.rstrip("?")
        self.asked.append({"method": request.method, "path": path, "headers": marks})
        key = (request.method, path, *(f"{n}={v}" for n, v in marks.items()))
        with self.guard:
            if key not in self.built or request.method != "GET":
                answer = super().respond(request, fault)
                if request.method != "GET" and not request.path.endswith("/sessions"):
                    self.built.clear()
                if request.method != "GET" or answer.status_code != 200:
                    return answer
                self.built[key] = answer
                answer.set_data(answer.get_data())
            answer = self.built[key]
        return self._paced(answer)

    def _paced(self, answer: Response) -> Response:
        """The same bytes in pieces with pauses, when they hold submissions."""
        body = answer.get_data()
        number = held(answer.content_type or "", body) if self.rate else 0
        headers = {n: v for n, v in answer.headers.items() if n != "Content-Length"}
        if not number:
            return Response(body, answer.status_code, headers)
        return Response(pieces(body, number / self.rate), answer.status_code, headers)


def pieces(body: bytes, seconds: float) -> Iterator[bytes]:
    """The body over so many seconds, by the clock: a late piece is not paid for twice."""
    start, sent = monotonic(), 0
    size = max(1, int(len(body) * STEP / seconds))
    while sent < len(body):
        wait = start + seconds * sent / len(body) - monotonic()
        if wait > 0:
            sleep(wait)
        due = int(len(body) * (monotonic() - start) / seconds)
        end = max(sent + size, due)
        yield body[sent:end]
        sent = end


def held(kind: str, body: bytes) -> int:
    """How many submissions an answer with their contents holds; 0 for lists of ids, forms and the rest."""
    if kind.startswith("application/zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return archive.read(archive.namelist()[0]).count(b"\n") - 1
    if b"odata.context" in body[-300:] and b'#Submissions"' in body[-300:]:
        return len(_ROOT_KEY.findall(body))
    return len(_INSTANCE.findall(body)) if "xml" in kind and b"<results>" in body[:500] else 0


def fill(fake: Fake, number: int) -> int:
    """Store the first `number` practice interviews of form C as if phones had sent them; how many there are now."""
    form = next(f for f in fake.truth.forms.values() if _is_c(fake, f))
    actor: Any = fake.central.admin if fake.central else fake.kobo.owner
    described = form.versions[-1].description
    known = len(form.records)
    for text in corpus.read(corpus.corpus(number), known, number - known):
        xml = fake.fitted(_SIGNED.sub(r"<\1/>", text.decode()), form.key).encode()
        found = _INSTANCE.search(xml)
        assert found is not None
        at, number_of_version = fake.clock.stamp(), next(fake.truth.version_numbers)
        files: dict[str, Any] = dict.fromkeys(expected_files(xml, described))
        version = Version(found[1].decode(), xml, described.version, at, actor, number_of_version, files)
        fake.truth.add(form, Record(version.instance_id, next(fake.truth.numbers), at, [version]))
    return len(form.records)


def _is_c(fake: Fake, form: TrueForm) -> bool:
    return form.form_id == FORM if fake.central else "Phiếu C -" in str(fake.kobo.assets[form.key].name)


@click.command()
@click.argument("kind", type=click.Choice(["central", "kobo"]))
@click.option("--rate", default=0.0, help="Submissions a second; 0: as fast as it can.")
def main(kind: str, rate: float) -> None:
    """Serve; each line of standard input is how many interviews the published form C shall hold."""
    with PacedFake(kind, rate) as fake:
        login = {"email": EMAIL, "password": PASSWORD} if fake.central else {"token": fake.kobo.owner.token}
        print(json.dumps({"url": fake.url, **login}), flush=True)
        for line in sys.stdin:
            print(json.dumps({"stored": fill(fake, int(line))}), flush=True)
            fake.built.clear()


if __name__ == "__main__":
    main()
