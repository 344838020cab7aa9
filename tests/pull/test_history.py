"""Any history of a form server, pulled at any moments: the copy equals a pull from nothing, and a
rebuild from raw, cell for cell."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.pull import pull, rebuild
from tests.pull.memory_server import MemoryServer, late_file, submission
from tests.pull.tables import everything, raw_rows
from tests.store.forms import CHOICES, EXTRA, package

VERSIONS = {
    "1": package("1"),
    "2": package("2", extra=EXTRA, choices=CHOICES),
    "3": package("3", choices=CHOICES),  # questions removed again
}
TEXTS = st.sampled_from(
    [
        "",
        "16663",
        "1231",
        "Ông Nguyễn Văn Hoà",
        "Vừ  Bá Chò",
        "0012",
        "12",
        "1.5",
        "2016-03-05",
        "01 02",
        "03",
    ]
    + ["x" * 40, "99", "-3", "Hoa\x00", "a\ud800b", "08:30:00.000+07:00", "2016-03-05T08:30:00.000+07:00"]
    + ["18.67 105.69 4 5", "9" * 30, "=1+1", "house.jpg", "\u202e", "1e400"]
)
ROOT = [
    "sec_a/commune_code", "sec_a/hh_code", "sec_a/head_name", "sec_a/rooms", "sec_a/land", "sec_a/begun",
    "sec_a/interview_date", "sec_a/at_time", "sec_a/hiv", "needs", "gps", "photo", "remark", "pigs", "unheard_of",
]  # fmt: skip
JOBS = st.lists(st.dictionaries(st.just("members/jobs/job"), TEXTS), max_size=2)
MEMBERS = st.lists(
    st.one_of(
        st.dictionaries(
            st.sampled_from(
                ["members/m_name", "members/m_birth_year", "members/m_birth_month", "members/m_disabled"]
            ),
            TEXTS,
        ),
        st.fixed_dictionaries({"members/m_name": TEXTS, "members/jobs": JOBS}),
    ),
    max_size=3,
)
ANSWERS = st.builds(
    lambda root, members: root | ({"members": members} if members is not None else {}),
    st.dictionaries(st.sampled_from(ROOT), TEXTS, max_size=8),
    st.none() | MEMBERS,
)
NUMBERS = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("put"), NUMBERS, ANSWERS, st.sampled_from(["1", "1", "1", "2", "3"]), st.booleans()),
    st.tuples(st.just("clear"), NUMBERS, st.sampled_from(ROOT)),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("restore"), NUMBERS),
    st.tuples(st.just("review"), NUMBERS, st.sampled_from(["approved", "has_issues", "received"])),
    st.tuples(st.just("file"), NUMBERS, st.booleans()),
    st.tuples(st.just("publish"), st.sampled_from(["2", "3"])),
    st.tuples(st.just("pages"), st.booleans(), st.none() | st.integers(0, 99)),
    st.tuples(st.just("pull"), st.booleans()),
    st.tuples(st.just("rebuild")),
)


class History:
    """A server, an incremental copy of it, and what was published."""

    def __init__(self, store):
        self.store = store
        self.server = MemoryServer()
        self.form = store.config.form("phieu_c")
        self.edits = 0

    def step(self, name, *values):
        getattr(self, name)(*values)

    def put(self, number, answers, version, practice):
        self.edits += 1
        new = submission(number, answers, form_version=version, practice=practice)
        known = self.server.current.get(new.instance_id)
        if known:
            self.server.change(
                new.instance_id, answers=answers, form_version=version, version_id=f"uuid:e{self.edits}"
            )
        else:
            self.server.put(new)

    def _change(self, number, **values):
        key = f"uuid:{number:04d}"
        if key in self.server.current:
            self.server.change(key, **values)

    def clear(self, number, path):
        known = self.server.current.get(f"uuid:{number:04d}")
        if known:
            self.put(number, known.answers | {path: ""}, known.form_version, known.practice)

    def delete(self, number):
        self._change(number, deleted=True)

    def restore(self, number):
        self._change(number, deleted=False)

    def review(self, number, state):
        self._change(number, review_state=state)

    def file(self, number, present):
        self._change(number, attachments=late_file(present))

    def publish(self, version):
        self.store.register(VERSIONS[version])

    def pages(self, repeated, seed):
        self.server.repeat_pages, self.server.shuffle = repeated, None if seed is None else Random(seed)

    def pull(self, full):
        self.check(pull(self.store, self.server, self.form, full=full))

    def rebuild(self):
        rebuild(self.store, self.form)

    def check(self, record):
        """A pull proves equality, and says how many submissions wait for their form version."""
        live = [s for s in self.server.current.values() if not s.deleted]
        published = {form.version for form in self.store.versions("phieu_c")}
        waiting = sum(s.form_version not in published for s in live)
        assert record.state == ("incomplete" if waiting else "equal"), record
        assert record.incomplete == waiting
        assert "made anew" not in record.detail, "the tables had to be mended"
        assert record.server_count == record.copy_count == len(live)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=25))
def test_history__pulled_at_any_moments__equals_a_pull_from_nothing_and_a_rebuild(
    fresh_store, sqlite_store, monkeypatch, steps
):
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 2)
    monkeypatch.setattr("processor.store.rebuild.PART", 3)
    with fresh_store() as store, sqlite_store() as other:
        history = History(store)
        for step in steps:
            history.step(*step)
        history.pull(False)
        pulled = everything(store)

        raw_before = raw_rows(store)
        history.pull(True)
        assert raw_rows(store) == raw_before, "an identical delivery added raw rows"
        assert everything(store) == pulled

        history.rebuild()
        assert everything(store) == pulled

        for version in store.versions("phieu_c"):
            other.register(VERSIONS[version.version])
        pull(other, history.server, history.form)
        assert everything(other, own_time=False) == everything(store, own_time=False)
