"""The server's list beside the copy: what has to be read again by id."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from processor.database import reading
from processor.servers.protocol import SubmissionState
from processor.store.compare import server_list
from processor.store.tables import submissions

FORM = "phieu_c"


def held(store):
    with reading(store.engine) as connection:
        return connection.execute(select(submissions).where(submissions.c.form_id == FORM)).all()


def states(rows, *, tells_files):
    return [
        SubmissionState(
            r.instance_id, r.version_id, r.deleted, r.practice, r.review_state,
            r.attachments_present if tells_files else None,
        )
        for r in rows
    ]  # fmt: skip


@pytest.mark.parametrize("tells_files", [True, False])
def test_to_read_again__missing_files__only_where_the_list_is_silent_about_them(filled, tells_files):
    rows = held(filled)
    waiting = {
        r.instance_id for r in rows if not r.deleted and r.attachments_present < r.attachments_expected
    }
    assert waiting
    with server_list(filled, FORM, states(rows, tells_files=tells_files)) as listed:
        assert listed.look().is_equal
        assert set(listed.to_read_again()) == (set() if tells_files else waiting)


def test_to_read_again__late_file_in_the_list__is_read_again(filled):
    rows = held(filled)
    late = next(r for r in rows if not r.deleted and r.attachments_present < r.attachments_expected)
    told = states(rows, tells_files=True)
    position = next(i for i, s in enumerate(told) if s.instance_id == late.instance_id)
    told[position] = SubmissionState(
        late.instance_id, late.version_id, False, late.practice, late.review_state, late.attachments_expected
    )
    with server_list(filled, FORM, told) as listed:
        assert listed.look().differ == 1
        assert listed.to_read_again() == [late.instance_id]


def test_look__deleted_before_it_was_ever_seen__equal_only_where_the_server_hides_answers(filled):
    told = [
        *states(held(filled), tells_files=True),
        SubmissionState("uuid:never-seen", "uuid:v", True, False),
    ]
    with server_list(filled, FORM, told, hides_deleted=True) as listed:
        assert listed.look().is_equal
    with server_list(filled, FORM, told) as listed:
        assert listed.look().only_server == 1
