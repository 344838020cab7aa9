"""Tables of checks, of the work on findings and of corrections; in the metadata of `tables.py`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, false

from processor.store.tables import BigKey, Instant, metadata

checks_due = Table(
    "checks_due",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("form_id", Text, nullable=False),
    Column("submission_id", Text, nullable=False),
)
"""Submissions whose rows were replaced since they were last checked; written with the rows, so that a kill
between loading and checking forgets none. A submission may stand here several times."""

checks_state = Table(
    "checks_state",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("not_checked", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Row `all`: under which rules, catalogue, code tables and columns everything was last checked. Row `secret`: what
the keys of groups are hashed with; where it is lost another one is drawn and everything is checked anew."""

check_submissions = Table(
    "check_submissions",
    metadata,
    Column("no", BigKey, primary_key=True, autoincrement=False),
    Column("form_id", Text, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("groups", Text, nullable=False),
    Index("ix_check_submissions_submission", "submission_id", "form_id", unique=True),
)
"""A short number for every submission that was checked. A submission that is checked again gets another number, so
that what stands under the old one in `check_blocks` means nobody. `groups` is for those whose keys stand in
`check_keys`: `family key`, a line each."""

check_keys = Table(
    "check_keys",
    metadata,
    Column("family", Text, primary_key=True),
    Column("group_key", String(16), primary_key=True),
    Column("no", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Which groups of the rules' families a submission has rows in, since the last check of everything; keys are hashed
(`survey/checks/keyhash.py`), submissions stand by number."""

check_blocks = Table(
    "check_blocks",
    metadata,
    Column("practice", Boolean, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("most", BigInteger, nullable=False),
    Column("pairs", LargeBinary, nullable=False),
)
"""The same as a check of everything leaves it: millions of pairs of key and number, in order, some thousands in a row
(`check_blocks.py`). `first` and `last` are the keys between which they lie, `most` is the highest number."""

check_measures = Table(
    "check_measures",
    metadata,
    Column("family", Text, primary_key=True),
    Column("practice", Boolean, primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("table_name", Text, primary_key=True),
    Column("cells", LargeBinary, nullable=False),
)
"""What is kept of submissions for the rules of large groups, in blocks (`check_measures.py`)."""

finding_events = Table(
    "finding_events",
    metadata,
    Column("id", BigKey, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("key", "ref")),
    *(Column(name, Text, nullable=False) for name in ("form_id", "table_name", "submission_id", "row_key")),
    *(Column(name, Text, nullable=False) for name in ("column_name", "unit", "rule", "severity")),
    Column("value", Text),
    Column("raw_sha256", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("username", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("practice", Boolean, nullable=False, server_default=false()),
    Index("ix_finding_events_key", "key"),
    Index("ix_finding_events_ref", "ref"),
    Index("ix_finding_events_submission", "submission_id"),
)
"""What people did with findings, append-only. `ref` is the finding with its values, `key` without."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("act", String(8), nullable=False),
    Column("of_id", BigInteger),
    *(Column(name, Text, nullable=False) for name in ("form_id", "table_name", "submission_id", "row_key")),
    Column("column_name", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("old", "new", "reason", "source")),
    *(Column(name, String(64), nullable=False) for name in ("raw_sha256", "row_sha256")),
    Column("user_id", BigInteger, nullable=False),
    Column("username", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("practice", Boolean, nullable=False, server_default=false()),
    Index("ix_corrections_submission", "form_id", "submission_id"),
    Index("ix_corrections_of_id", "of_id"),
)
"""Append-only: `set` corrects a cell, `undo` and `drop` end the correction `of_id`, `restore` takes the drop `of_id` back. `old` and `new` are JSON."""

correction_states = Table(
    "correction_states",
    metadata,
    Column("correction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("form_id", Text, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Index("ix_correction_states_submission", "form_id", "submission_id"),
)
"""What became of the corrections when the rows were made; replaced with the rows."""
