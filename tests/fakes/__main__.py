"""`python -m tests.fakes central|kobo --port 8989 [--form form.xml --instance instance.xml --count 20000]`.

Serves until it is ended; the first line printed is the address with what is needed to log in, as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import threading
from dataclasses import replace
from pathlib import Path

from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.fake import Fake
from tests.fakes.truth import Record

_ID = "uuid:00000000-0000-4000-8000-{:012d}"


def main() -> None:
    """Serve in the foreground."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes")
    parser.add_argument("kind", choices=("central", "kobo"))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--form", type=Path, help="an XForm (central) or a workbook (kobo) to publish")
    parser.add_argument("--instance", type=Path, help="a submission of that form, stored --count times")
    parser.add_argument("--count", type=int, default=0)
    options = parser.parse_args()
    with Fake(options.kind, port=options.port) as fake:
        form = fake.publish(options.form.read_bytes()) if options.form else None
        if options.instance:
            load(fake, options.instance.read_text(encoding="utf-8"), options.count)
        login = {"email": EMAIL, "password": PASSWORD} if fake.central else {"token": fake.kobo.owner.token}
        print(json.dumps({"url": fake.url, "form": form, **login}), flush=True)
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        ended.wait()


def load(fake: Fake, instance: str, count: int) -> None:
    """Store copies with ids of their own."""
    form = fake.truth.form(fake.forms()[0])
    named = re.sub(r"(<(?:\w+:)?instanceID>)[^<]*<", rf"\g<1>{_ID.format(0)}<", instance, count=1)
    if count and fake.submit(fake.fitted(named, form.form_id)) != 201:
        raise SystemExit("the submission was refused")
    first = form.records[_ID.format(0)] if count else None
    for number in range(1, count):
        assert first is not None
        new = _ID.format(number)
        xml = first.current.xml.replace(first.root.encode(), new.encode())
        version = replace(
            first.current, instance_id=new, xml=xml, at=fake.clock.stamp(), files=dict(first.current.files)
        )
        version.number = next(fake.truth.version_numbers)
        fake.truth.add(form, Record(new, next(fake.truth.numbers), version.at, [version]))


if __name__ == "__main__":
    main()
