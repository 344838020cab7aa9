"""Rows that the JSON shows and that have no XML: no data, in no list, counted apart."""

from __future__ import annotations

from tests.fakes import Fake
from tests.fakes.forms import instance_id
from tests.servers_kobo.acts import send, settle
from tests.servers_kobo.copy_of import Copy, assert_equal


def alone(fake: Fake, asset: str, number: int) -> None:
    """The phone never sent again: there is a ghost and no submission."""
    send(fake, asset, number)
    fake.kobo.add_ghost(asset, instance_id(number))
    del fake.kobo.assets[asset].true.records[instance_id(number)]


def test_ghost__beside_its_submission__one_row(fake: Fake, copy: Copy, asset: str) -> None:
    for number in (1, 2):
        send(fake, asset, number)
    fake.kobo.add_ghost(asset, instance_id(1))
    copy.pull()
    assert_equal(copy, fake, asset)
    assert copy.server.ghosts("house") == 1


def test_ghost__of_an_edited_submission__the_edit_stays(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    fake.kobo.add_ghost(asset, instance_id(1))
    send(fake, asset, 1, edit=1)
    copy.pull()
    assert copy.held[instance_id(1)].version_id == instance_id(1, 1)
    assert_equal(copy, fake, asset)


def test_ghost__alone__never_a_submission(fake: Fake, copy: Copy, asset: str) -> None:
    alone(fake, asset, 1)
    send(fake, asset, 2)
    copy.increment()
    assert set(copy.held) == {instance_id(2)}
    assert_equal(copy, fake, asset)
    assert [page.gone for page in copy.server.fetch("house", [instance_id(1)])] == [(instance_id(1),)]


def test_ghost__memory_lost__found_again(fake: Fake, open_server, asset: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    alone(fake, asset, 1)
    send(fake, asset, 2)
    first = Copy(open_server())
    first.pull()
    settle(fake)
    first.pull()
    second = Copy(open_server(cache=tmp_path / "other"))
    second.held, second.checkpoint = dict(first.held), first.checkpoint
    send(fake, asset, 3)
    second.pull()
    assert_equal(second, fake, asset)
    assert second.server.ghosts("house") == 1


def test_ghost__transaction_ends_later__becomes_a_submission(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    record = fake.truth.forms[asset].records[instance_id(1)]
    record.ghost = True
    settle(fake)
    copy.pull()
    send(fake, asset, 2)
    settle(fake)
    copy.pull()
    assert set(copy.held) == {instance_id(2)}
    record.ghost = False
    copy.pull()
    assert_equal(copy, fake, asset)
    assert copy.server.ghosts("house") == 0


def test_ghost__known__one_request_for_all(fake: Fake, copy: Copy, asset: str) -> None:
    for number in (1, 2, 3):
        alone(fake, asset, number)
    send(fake, asset, 4)
    copy.pull()
    fake.lines.clear()
    assert copy.differing() == set()
    assert len([line for line in fake.lines if "%7B" in line and "format=xml" in line]) == 1


def test_ghost__shows_late_between_old_rows__not_taken_for_the_newest(
    fake: Fake, copy: Copy, asset: str
) -> None:
    send(fake, asset, 1)
    send(fake, asset, 1, edit=1)
    late = next(fake.truth.numbers)
    send(fake, asset, 2)
    copy.pull()
    settle(fake)
    copy.pull()
    ghost = fake.kobo.add_ghost(asset, instance_id(1))
    ghost.number, ghost.versions = late, ghost.versions[:1]
    assert_equal(copy, fake, asset)


def test_rows__two_of_one_root_with_xml__the_newest_counts(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    send(fake, asset, 1, edit=1)
    other = fake.kobo.add_ghost(asset, instance_id(1))
    other.ghost, other.versions = False, other.versions[:1]
    copy.pull()
    assert copy.held[instance_id(1)].version_id == instance_id(1)
    (page,) = copy.server.fetch("house", [instance_id(1)])
    assert [s.version_id for s in page.submissions] == [instance_id(1)]
    assert copy.differing() == set()
