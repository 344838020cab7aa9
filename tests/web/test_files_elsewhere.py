"""Files of submissions whose form server is elsewhere, and while it is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from processor.web import behind
from tests.web.conftest import Browser
from tests.web.elsewhere import FORM, Place, place


@pytest.fixture(params=["central", "kobo"], scope="module")
def there(request: pytest.FixtureRequest, quick_hashes: None, tmp_path_factory) -> Iterator[Place]:
    with place(request.param, tmp_path_factory.mktemp(request.param) / "home") as found:
        yield found


@pytest.fixture
def picture(there: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a picture that came with the pull."""
    monkeypatch.setattr(behind, "PAUSE", 0.0)
    root, names = next((root, names) for root, names in there.sent if names)
    yield f"/data/{FORM}/{root}/files/{names[0]}"
    there.fake.faults.clear()


def away(there: Place) -> None:
    there.fake.faults.add("status", status=502, times=10**6)


def local_files(there: Place, content: bytes) -> list:
    found = [p for p in there.config.data.rglob("*") if p.is_file() and p.read_bytes() == content]
    assert found
    return found


def test_picture__server_away__as_the_pull_fetched_it(there: Place, picture: str):
    before = there.browser().get(picture)
    assert before.status_code == 200
    away(there)
    answer = there.browser().get(picture)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, before.data, before.mimetype)


def test_picture__server_away_and_bytes_are_not_those_of_the_copy__not_shown(there: Place, picture: str):
    content = there.browser().get(picture).data
    files = local_files(there, content)
    away(there)
    try:
        for file in files:
            file.write_bytes(content + b"other")
        assert there.browser().get(picture).status_code == 503
        for file in files:
            file.unlink()
        assert there.browser().get(picture).status_code == 503
    finally:
        for file in files:
            file.write_bytes(content)


def test_picture__server_away__hidden_from_whom_it_was_hidden_before(there: Place, picture: str):
    stranger: Browser = there.browser("xem.mo")
    assert stranger.get(picture).status_code == 404
    away(there)
    assert stranger.get(picture).status_code == 404
