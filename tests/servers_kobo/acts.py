"""What people do on the server, as one call each."""

from __future__ import annotations

import io

from processor.servers.kobo.checkpoint import OVERLAP
from tests.fakes import Fake
from tests.fakes.forms import house


def send(fake: Fake, asset: str, number: int, **values: object) -> None:
    photo = {f"p{number}.jpg": b"photo %d" % number} if not values.get("body") else {}
    assert fake.submit(fake.fitted(house(number, **values), asset), photo) == 201


def settle(fake: Fake) -> None:
    """Everything so far lies behind the overlap."""
    fake.clock.advance(seconds=OVERLAP.total_seconds() + 1)


def as_user(fake: Fake, name: str, xml: str) -> None:
    token = fake.kobo.users[name].token
    answer = fake.call(
        "POST",
        "/submission",
        data={"xml_submission_file": (io.BytesIO(xml.encode()), "s.xml", "text/xml")},
        headers={"Authorization": f"Token {token}", "X-OpenRosa-Version": "1.0"},
    )
    assert answer.status_code == 201


def viewer(fake: Fake, asset: str, *codenames: str) -> str:
    """The token of an account with these rights on the asset."""
    user = fake.kobo.add_user("viewer")
    for codename in codenames:
        grant(fake, asset, "viewer", codename)
    return user.token


def grant(fake: Fake, asset: str, user: str, codename: str, **more: object) -> None:
    domain = fake.kobo.domain
    body = {
        "user": f"{domain}/api/v2/users/{user}/",
        "permission": f"{domain}/api/v2/permissions/{codename}/",
        **more,
    }
    path = f"/api/v2/assets/{asset}/permission-assignments/"
    answer = fake.call("POST", path, json=body, headers={"Authorization": f"Token {fake.kobo.owner.token}"})
    assert answer.status_code == 201, answer.get_data()
