"""Rows made by other rules are made anew: the build is known by the code that made it."""

from processor.survey import fingerprint


def test_rules_sha256__any_rule_changed__is_another(tmp_path, monkeypatch):
    room = tmp_path / "survey"
    (room / "clean").mkdir(parents=True)
    (room / "checks").mkdir()
    for part in fingerprint.PARTS:
        name = part if part.endswith(".py") else f"{part}/text.py"
        (room / name).write_text("rule = 1\n")
    monkeypatch.setattr(fingerprint, "ROOM", room)
    before = fingerprint.rules_sha256.__wrapped__()

    for name in ("values.py", "clean/text.py", "checks/derived_rules.py", "xpath.py"):
        (room / name).write_text("rule = 2\n")
        after = fingerprint.rules_sha256.__wrapped__()
        assert after != before
        before = after


def test_rules_sha256__parts__all_exist():
    assert [p for p in fingerprint.PARTS if not (fingerprint.ROOM / p).exists()] == []


def test_rules_sha256__parts__have_all_checks_from_the_form():
    room = fingerprint.ROOM
    found = [*(room / "checks").glob("derived*.py"), *room.glob("xpath*.py")]
    assert len(found) >= 11
    assert {str(file.relative_to(room)) for file in found} <= set(fingerprint.PARTS)


def test_registered__rules_change__fingerprint_changes(filled, monkeypatch):
    form_id = filled.config.forms[0].form_id
    known = filled.registered(form_id)
    before = known.fingerprint
    known.__dict__.pop("fingerprint")
    monkeypatch.setattr("processor.store.open.rules_sha256", lambda: "other")
    after = known.fingerprint
    known.__dict__.pop("fingerprint")  # the store is shared by the tests of this file

    assert after != before
