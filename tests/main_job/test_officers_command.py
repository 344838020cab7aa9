"""`processor officers …` with ODK Central and KoboToolbox: a whole list, again, interrupted, refused, revoked."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from processor.cli import cli
from processor.errors import ConfigError, Message, ProcessorError, ServerError
from processor.servers.officers import open_desk
from tests.web.elsewhere import FORM, Place, place, set_environment

ALL = 483
FEW = 3


@pytest.fixture(scope="module")
def central_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("central", tmp_path_factory.mktemp("central") / "home", interviews=0) as found:
        yield found


@pytest.fixture(scope="module")
def kobo_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("kobo", tmp_path_factory.mktemp("kobo") / "home", interviews=0) as found:
        yield found


@contextmanager
def nobody_yet(found: Place) -> Iterator[Place]:
    """The place as before the first officer, and a client that loses no time between attempts."""
    fake, settings = found.fake, found.path.read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("processor.servers.http_wait.Retries.seconds", lambda *_args: 0.0)
        set_environment(patch, fake, found.path)
        yield found
    fake.faults.clear()
    found.path.write_text(settings, encoding="utf-8")
    shutil.rmtree(found.config.data / "officers", ignore_errors=True)
    if fake.central:
        for number in [n for n, actor in fake.central.actors.items() if actor.type == "field_key"]:
            del fake.central.actors[number]
    else:
        fake.kobo.assets[found.asset].grants.clear()
        for name in [n for n, user in fake.kobo.users.items() if user is not fake.kobo.owner]:
            del fake.kobo.users[name]


@pytest.fixture
def central(central_place: Place) -> Iterator[Place]:
    with nobody_yet(central_place) as found:
        yield found


@pytest.fixture
def kobo(kobo_place: Place) -> Iterator[Place]:
    with nobody_yet(kobo_place) as found:
        yield found


@pytest.fixture(params=["central", "kobo"])
def there(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def codes(number: int) -> list[str]:
    return [f"{16663 + n}-01" for n in range(number)]


def roster(there: Place, tmp_path: Path, named: dict[str, str], *, accounts: bool = True) -> str:
    """A list of these officers, whose accounts exist; its path."""
    for code in named if accounts else ():
        if code not in officers(there):
            there.account(code)
    file = tmp_path / "officers.csv"
    lines = (f"{code},{name},{code[:5] if code[0].isdigit() else ''}" for code, name in named.items())
    file.write_text("\n".join(["code,name,area", *lines]) + "\n", encoding="utf-8")
    return str(file)


def named(number: int) -> dict[str, str]:
    return {code: f"Người {code}" for code in codes(number)}


def run(*words: str, code: int = 0) -> tuple[str, str]:
    """What it said on standard output and error."""
    result = CliRunner().invoke(cli, ["officers", *words])
    if isinstance(result.exception, ProcessorError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout, result.stderr


def officers(there: Place) -> dict[str, str]:
    """Who may send, as the server says; name by code."""
    return {user.code: user.name for user in there.server.app_users()}


def writes(there: Place) -> list[str]:
    return [line for line in there.fake.lines if not line.startswith("GET") and "sessions" not in line]


def test_import__the_whole_province__then_again__nothing_written(there, tmp_path):
    file = roster(there, tmp_path, named(ALL))
    assert run("import", file) == (f"{ALL} added, 0 changed, 0 as before\n", "")
    assert set(officers(there)) == set(codes(ALL))
    there.fake.lines.clear()
    assert run("import", file) == (f"0 added, 0 changed, {ALL} as before\n", "")
    assert writes(there) == []


@pytest.mark.parametrize("step", range(9))
@pytest.mark.parametrize("fault", ["reset", "reset_after"])
def test_import__interrupted_at_any_request__run_again__same_end(there, tmp_path, fault, step):
    file = roster(there, tmp_path, named(FEW))
    there.fake.faults.add(fault, skip=step, times=6)
    try:
        run("import", file)
    except ServerError:
        there.fake.faults.clear()
        run("import", file)
    there.fake.faults.clear()
    assert sorted(user.code for user in there.server.app_users()) == codes(FEW)
    there.fake.lines.clear()
    assert run("import", file)[0] == f"0 added, 0 changed, {FEW} as before\n"
    assert writes(there) == []


def test_import__server_fails_in_the_middle__says_how_far_and_what_to_do(there, tmp_path):
    file = roster(there, tmp_path, named(FEW))
    there.fake.faults.add("status", match="POST .*(app-users|permission)", status=503, skip=1, times=99)
    result = CliRunner().invoke(cli, ["officers", "import", file])
    assert isinstance(result.exception, ServerError)
    assert f"failed after 1 of {FEW} officers" in result.stderr
    assert len(officers(there)) == 1


def test_import__kobo_without_an_account__that_line_refused_the_others_let_in(kobo, tmp_path):
    file = roster(kobo, tmp_path, named(FEW))
    del kobo.fake.kobo.users["btxh16664_01"]
    said, told = run("import", file, code=1)
    assert said == "2 added, 0 changed, 0 as before, 1 refused\n"
    assert told.splitlines() == [told.strip()]
    assert told.startswith("line 3: ") and "btxh16664_01" in told
    assert set(officers(kobo)) == {"16663-01", "16665-01"}
    kobo.account("16664-01")
    assert run("import", file)[0] == "1 added, 0 changed, 2 as before\n"


def test_import__practice__only_where_the_server_would_take_it_for_practice(there, tmp_path):
    wanted = {"TAPHUAN-01": "Tập", "ABC-01": "Tập"}
    said, told = run("import", roster(there, tmp_path, wanted), code=1)
    assert said == "1 added, 0 changed, 0 as before, 1 refused\n"
    assert told.startswith("line 3: ")
    [user] = there.server.app_users()
    assert (user.code, user.practice) == ("TAPHUAN-01", True)


def test_import__kobo_survey_code_named_for_practice__refused(kobo, tmp_path, monkeypatch):
    text = kobo.path.read_text(encoding="utf-8")
    kobo.path.write_text(text.replace('"btxhtaphuan_01"', '"btxh16663_01"'), encoding="utf-8")
    _said, told = run("import", roster(kobo, tmp_path, named(1)), code=1)
    assert "would count as practice" in told
    assert officers(kobo) == {}


def test_import__revoked__stays_revoked_until_asked(there, tmp_path):
    file = roster(there, tmp_path, named(FEW))
    run("import", file)
    assert "revoked" in run("revoke", "16664-01")[0]
    assert "16664-01" not in officers(there)
    said, told = run("import", file)
    assert said == "0 added, 0 changed, 2 as before, 1 left as they are\n"
    assert told.startswith("line 3: 16664-01 was revoked on 20") and "officers restore 16664-01" in told
    assert "16664-01" not in officers(there)
    run("import", file, "--again")
    assert set(officers(there)) == set(codes(FEW))
    assert run("import", file)[0] == f"0 added, 0 changed, {FEW} as before\n"


def test_import__revoked_on_the_server_itself__stays_so_too(there, tmp_path):
    file = roster(there, tmp_path, named(FEW))
    run("import", file)
    there.server.revoke_officer("16665-01")
    said, told = run("import", file)
    assert "1 left as they are" in said
    assert "revoked on the form server itself" in told
    assert "16665-01" not in officers(there)
    assert "revoked" in next(line for line in run("list")[0].splitlines() if line.startswith("16665-01"))
    assert "active" in run("restore", "16665-01")[0]
    assert "16665-01" in officers(there)


def test_import__revoked_here_but_let_in_on_the_server__said_and_left(there, tmp_path):
    file = roster(there, tmp_path, named(1))
    run("import", file)
    run("revoke", "16663-01")
    there.server.ensure_officers([("16663-01", "Người 16663-01")], [FORM])
    said, told = run("import", file)
    assert "1 left as they are" in said and "somebody let her in there" in told
    run("restore", "16663-01")
    assert run("import", file)[0] == "0 added, 0 changed, 1 as before\n"


def test_import__killed_before_the_book_was_written__known_from_then_on(there, tmp_path):
    there.account("16663-01")
    there.server.ensure_officers([("16663-01", "Người 16663-01")], [FORM])  # as a killed import leaves it
    file = roster(there, tmp_path, named(1), accounts=False)
    run("import", file)
    there.server.revoke_officer("16663-01")
    assert "1 left as they are" in run("import", file)[0]


def test_import__somebody_whom_only_the_server_knew__is_known_from_then_on(there, tmp_path):
    there.account("16664-01")
    there.server.ensure_officers(
        [("16664-01", "Người 16664-01")], [FORM]
    )  # made there by hand, in no file yet
    run("import", roster(there, tmp_path, named(1)))
    there.server.revoke_officer("16664-01")
    said, _told = run("import", roster(there, tmp_path, named(2), accounts=False))
    assert said == "0 added, 0 changed, 1 as before, 1 left as they are\n"
    assert "16664-01" not in officers(there)


def test_import__the_server_under_another_address__revoked_stay_so_the_others_are_new(there, tmp_path):
    file = roster(there, tmp_path, named(FEW))
    run("import", file)
    run("revoke", "16663-01")
    there.server.revoke_officer("16664-01")  # known to the other book alone, and not as revoked
    text = there.path.read_text(encoding="utf-8")
    elsewhere = there.fake.url.replace("127.0.0.1", "localhost")
    there.path.write_text(text.replace(there.fake.url, elsewhere), encoding="utf-8")
    said, told = run("import", file)
    assert said == "1 added, 0 changed, 1 as before, 1 left as they are\n"
    assert told.startswith("line 2: 16663-01 was revoked on 20")
    assert set(officers(there)) == {"16664-01", "16665-01"}
    run("restore", "16663-01")
    assert run("import", file)[0] == "0 added, 0 changed, 3 as before\n"


def test_import__book_damaged__nobody_let_in(there, tmp_path):
    file = roster(there, tmp_path, named(FEW))
    run("import", file)
    run("revoke", "16664-01")
    [book] = (there.config.data / "officers").glob("*.json")
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    assert not any(
        user.token in book.read_text(encoding="utf-8") for user in there.server.app_users() if user.token
    )
    book.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        run("import", file)
    assert error.value.message is Message.PRIVATE_FILE
    assert "16664-01" not in officers(there)


def test_import__name_corrected__central_keeps_it_until_a_new_card(central, tmp_path):
    run("import", roster(central, tmp_path, {"16663-01": "Hoa"}))
    before = central.server.app_users()[0].token
    said, told = run("import", roster(central, tmp_path, {"16663-01": "Hoà"}))
    assert said == "0 added, 0 changed, 0 as before, 1 left as they are\n"
    assert "is named 'Hoa' on ODK Central" in told
    run("rotate", "16663-01")
    [user] = central.server.app_users()
    assert (user.name, user.token != before) == ("Hoà", True)


def test_import__name_corrected__kobo_has_it_in_the_book(kobo, tmp_path):
    run("import", roster(kobo, tmp_path, {"16663-01": "Hoa"}))
    assert (
        run("import", roster(kobo, tmp_path, {"16663-01": "Hoà"}))[0] == "0 added, 1 changed, 0 as before\n"
    )
    assert "Hoà" in run("list")[0]


def test_central__two_app_users_of_one_code__refused_alone_and_revoked_together(central, tmp_path):
    session = central.fake.central.open_session(central.fake.central.admin)["token"]
    for name in ("16664-01 A", "16664-01 B"):
        headers = {"Authorization": f"Bearer {session}"}
        central.fake.call("POST", "/v1/projects/1/app-users", json={"displayName": name}, headers=headers)
    said, told = run("import", roster(central, tmp_path, named(FEW)), code=1)
    assert said == "2 added, 0 changed, 0 as before, 1 refused\n"
    assert told.startswith("line 3: ") and "2 app users" in told
    run("revoke", "16664-01")
    assert set(officers(central)) == {"16663-01", "16665-01"}


def test_kobo__account_of_no_code__listed_and_revoked_by_its_name(kobo):
    kobo.fake.kobo.add_user("supervisor")
    kobo.server.ensure_officers([("supervisor", "")], [FORM])
    assert "supervisor" in run("list")[0]
    assert "revoked" in run("revoke", "supervisor")[0]
    assert officers(kobo) == {}


def test_kobo__right_that_stays__is_not_noted_as_revoked(kobo, tmp_path):
    file = roster(kobo, tmp_path, named(1))
    run("import", file)
    kobo.fake.faults.add("status", match="DELETE .*permission", status=204, times=9)
    with pytest.raises(ServerError) as error:
        run("revoke", "16663-01")
    assert error.value.message is Message.KOBO_REVOKE
    assert run("import", file)[0] == "0 added, 0 changed, 1 as before\n"


def test_unknown__revoked_restored_or_printed__said(there, tmp_path):
    for words in (("revoke", "16699-01"), ("restore", "16699-01")):
        with pytest.raises(ConfigError) as error:
            run(*words)
        assert error.value.message is Message.OFFICER_UNKNOWN
    run("import", roster(there, tmp_path, named(1)))
    with pytest.raises(ConfigError) as error:
        run("sheet", str(tmp_path / "x.pdf"), "--only", "16699-01")
    assert error.value.message is Message.OFFICER_UNKNOWN


def test_rotate__kobo__says_what_to_do_instead(kobo, tmp_path):
    run("import", roster(kobo, tmp_path, named(1)))
    with pytest.raises(ConfigError) as error:
        run("rotate", "16663-01")
    assert error.value.message is Message.OFFICER_NO_ROTATE
    assert "16663-01" in officers(kobo)


def test_add__one__as_import_would(there):
    there.account("16663-01")
    assert "active" in run("add", "16663-01", "Hoa", "16663")[0]
    with pytest.raises(ConfigError) as error:
        run("add", "16663-01", "Hoa", "16663")
    assert error.value.message is Message.OFFICER_EXISTS
    with pytest.raises(ConfigError) as error:
        run("add", "16663-1", "Hoa", "16663")
    assert error.value.message is Message.OFFICER_FIELD


def words_of(file: Path) -> str:
    text = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(text.split())


def test_sheet__cards_of_the_active_only_this_account_can_read(there, tmp_path):
    run("import", roster(there, tmp_path, named(FEW)))
    run("revoke", "16664-01")
    sheet = tmp_path / "cards.pdf"
    said, _told = run("sheet", str(sheet))
    assert said == f"cards.pdf: 2 cards for {there.fake.url}\n"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    words = words_of(sheet)
    assert "16663-01" in words and "16664-01" not in words
    assert ("gõ mật khẩu của tài khoản btxh16663_01" in words) == bool(there.fake.kobo)
    assert (
        "cards for https://phones.example" in run("sheet", str(sheet), "--url", "https://phones.example/")[0]
    )


def passwords(tmp_path: Path, text: str, mode: int = 0o600) -> str:
    file = tmp_path / "passwords.csv"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return str(file)


def test_sheet__with_passwords__only_when_asked_and_never_in_words(kobo, tmp_path, monkeypatch):
    run("import", roster(kobo, tmp_path, named(2)))
    printed = []
    original = open_desk(kobo.config, kobo.server).card

    def card(_desk: object, officer: object, address: str = "", password: str | None = None) -> object:
        printed.append(original(officer, address, password))  # type: ignore[arg-type]
        return printed[-1]

    monkeypatch.setattr("processor.servers.remote_desk.RemoteDesk.card", card)
    sheet = tmp_path / "cards.pdf"
    run("sheet", str(sheet))
    assert all("password" not in c.settings["general"] for c in printed)
    printed.clear()
    file = passwords(tmp_path, "code,password\n16663-01,bi mat 1\n16664-01,bi mat 2\n")
    run("sheet", str(sheet), "--with-passwords", file)
    assert [c.settings["general"]["password"] for c in printed] == ["bi mat 1", "bi mat 2"]
    assert "bi mat" not in words_of(sheet)
    assert "bi mat" not in repr(printed)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("code,password\n16663-01,x\n", 0o644),
        ("code;password\n", 0o600),
        ("code,password\n16663-01\n", 0o600),
        ("code,password\n16664-01,x\n", 0o600),
        ("code,password\n16663-01,\n", 0o600),
    ],
)
def test_sheet__passwords_not_fit__refused_without_repeating_them(kobo, tmp_path, text, mode):
    run("import", roster(kobo, tmp_path, named(1)))
    with pytest.raises(ConfigError) as error:
        run("sheet", str(tmp_path / "c.pdf"), "--with-passwords", passwords(tmp_path, text, mode))
    assert error.value.message is Message.OFFICER_PASSWORDS
    assert not (tmp_path / "c.pdf").exists()


def test_sheet__passwords_for_central__refused(central, tmp_path):
    run("import", roster(central, tmp_path, named(1)))
    with pytest.raises(ConfigError) as error:
        run("sheet", str(tmp_path / "c.pdf"), "--with-passwords", str(tmp_path / "none.csv"))
    assert error.value.message is Message.OFFICER_NO_PASSWORD
