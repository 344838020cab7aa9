"""Officers as app users of Central: one each, found by the code at the beginning of the display name.

Central's own name is all that Central keeps of an officer, so `16663-01 Nguyễn Thị An` is both code and name, and the
code tells the commune. A revoked app user disappears from Central's list; what it sent keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from processor.errors import Message, ServerError
from processor.servers.central.api import Api, RefusedError, part
from processor.servers.central.values import display_name, is_practice, officer_code
from processor.servers.protocol import AppUser

EXISTS = "409.3"
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
        """An app user for each (code, name), allowed to send the given forms; what is there stays as it is."""
        names = {code: display_name(code, name) for code, name in wanted}
        by_code = self._by_code()
        assigned = self._assigned()
        users = []
        for code, name in names.items():
            entry = by_code.get(code) or self._create(code, name)
            for form_id in form_ids:
                if (entry["id"], form_id) not in assigned:
                    self._assign(entry["id"], form_id)
            users.append(_user(entry))
        return users

    def revoke(self, code: str) -> bool:
        """Take the card's right away; False when there is no such active officer."""
        entry = self._by_code().get(code)
        if entry is None:
            return False
        self._api.delete(f"{self._path}/{entry['id']}")
        return True

    def _entries(self) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = self._api.get(self._path)
        return entries

    def _by_code(self) -> dict[str, Mapping[str, Any]]:
        """Active app users by code; ServerError when a code stands twice."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for entry in self._entries():
            if _is_officer(entry):
                found.setdefault(officer_code(entry["displayName"]), []).append(entry)
        for code, entries in found.items():
            if len(entries) > 1:
                raise ServerError(Message.CENTRAL_OFFICER_TWICE, code=code, count=len(entries))
        return {code: entries[0] for code, entries in found.items()}

    def _create(self, code: str, name: str) -> Mapping[str, Any]:
        """A new app user. Making one cannot be repeated blindly: after a lost answer the list decides."""
        try:
            entry: Mapping[str, Any] = self._api.request("POST", self._path, json={"displayName": name}).value
            return entry
        except ServerError as error:
            found = self._by_code().get(code) if error.message is Message.HTTP_UNSURE else None
            if found is None:
                raise
            return found

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
