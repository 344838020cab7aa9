"""Officers as app users of Central: one each, found by the code at the beginning of the display name.

Central's own name is all that Central keeps of an officer, so `16663-01 Nguyễn Thị An` is both code and name, and the
code tells the commune. A revoked app user disappears from Central's list; what it sent keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from processor.errors import ConfigError, Message, ServerError
from processor.servers.central.api import Api, RefusedError, part
from processor.servers.central.values import display_name, is_practice, officer_code
from processor.servers.officers import Granted
from processor.servers.protocol import AppUser

EXISTS = "409.3"
PERSONAL = (400, 409, 422)
"""What Central answers when it refuses one officer; anything else concerns all of them."""
_ROLE = "app-user"


class Officers:
    """The app users of one project."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._path = f"{api.project}/app-users"

    def all(self) -> list[AppUser]:
        """The active officers in order of code; app users without a code of ours are not officers."""
        found = [_user(entry) for entry in self._entries() if _is_officer(entry)]
        return sorted(found, key=lambda user: user.code)

    def ensure(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> list[AppUser]:
        """An app user for each (code, name), allowed to send the given forms; what is there stays as it is.

        All or an error: names that are not fit are refused before anybody is made.
        """
        pairs = list(wanted)
        for code, name in pairs:
            display_name(code, name)
        users = []
        for granted in self.grant(pairs, form_ids):
            if granted.error is not None:
                raise granted.error
            assert granted.user is not None
            users.append(granted.user)
        return users

    def grant(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> Iterator[Granted]:
        """The same one by one: what Central refuses for one officer does not stop the others."""
        by_code = self._by_code()
        assigned = self._assigned()
        for code, name in wanted:
            try:
                yield self._grant(code, name, by_code.get(code, []), [(f, assigned) for f in form_ids])
            except ConfigError as error:
                yield Granted(code, None, error=error)
            except RefusedError as error:
                if error.status not in PERSONAL:
                    raise
                yield Granted(code, None, error=error)

    def _grant(
        self,
        code: str,
        name: str,
        entries: list[Mapping[str, Any]],
        forms: list[tuple[str, set[tuple[int, str]]]],
    ) -> Granted:
        if len(entries) > 1:
            return Granted(code, None, error=_twice(code, entries))
        entry = entries[0] if entries else self._create(code, display_name(code, name))
        missing = [form_id for form_id, assigned in forms if (entry["id"], form_id) not in assigned]
        for form_id in missing:
            self._assign(entry["id"], form_id)
        return Granted(code, _user(entry), made=not entries or bool(missing))

    def revoke(self, code: str) -> bool:
        """Take the right away from every app user of this code; False when there is no active one."""
        entries = self._by_code().get(code, [])
        for entry in entries:
            self._api.delete(f"{self._path}/{entry['id']}")
        return bool(entries)

    def _entries(self) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = self._api.get(self._path)
        return entries

    def _by_code(self) -> dict[str, list[Mapping[str, Any]]]:
        """Active app users by code: one each, unless somebody made more by hand."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for entry in self._entries():
            if _is_officer(entry):
                found.setdefault(officer_code(entry["displayName"]), []).append(entry)
        return found

    def _create(self, code: str, name: str) -> Mapping[str, Any]:
        """A new app user. Making one cannot be repeated blindly: after a lost answer the list decides."""
        try:
            entry: Mapping[str, Any] = self._api.request("POST", self._path, json={"displayName": name}).value
            return entry
        except ServerError as error:
            found = self._by_code().get(code, []) if error.message is Message.HTTP_UNSURE else []
            if len(found) != 1:
                raise
            return found[0]

    def _assigned(self) -> set[tuple[int, str]]:
        listed = self._api.get(f"{self._api.project}/assignments/forms/{_ROLE}")
        return {(entry["actorId"], entry["xmlFormId"]) for entry in listed}

    def _assign(self, actor: int, form_id: str) -> None:
        try:
            path = f"{self._api.form(form_id)}/assignments/{_ROLE}/{part(str(actor))}"
            self._api.request("POST", path, safe=True)
        except RefusedError as error:
            if error.code != EXISTS:
                raise


def _twice(code: str, entries: Sequence[Mapping[str, Any]]) -> ServerError:
    return ServerError(Message.CENTRAL_OFFICER_TWICE, code=code, count=len(entries))


def _is_officer(entry: Mapping[str, Any]) -> bool:
    name = entry["displayName"]
    return entry.get("token") is not None and officer_code(name) != name


def _user(entry: Mapping[str, Any]) -> AppUser:
    name = entry["displayName"]
    code = officer_code(name)
    practice = is_practice(name)
    return AppUser(
        code=code,
        name=name[len(code) :].strip(),
        area="" if practice else code[:5],
        practice=practice,
        active=True,
        token=entry["token"],
    )
