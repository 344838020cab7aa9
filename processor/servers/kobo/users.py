"""Who may send: accounts that exist on KoboToolbox, given the right add_submissions on our forms.

Kobo makes no app users for us and shows no password, so an account is made by hand once, and its user name is the
officer's code written as Kobo allows (`btxh16663_01` for `16663-01` with the prefix `btxh`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from processor.errors import ConfigError, ContractError, Message, ServerError
from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.assets import Assets
from processor.servers.officers import Granted
from processor.servers.protocol import AppUser

RIGHT = "add_submissions"
_CODE = re.compile(r"[0-9A-Z]+-[0-9]{2}")
_OURS = re.compile(r"([0-9a-z]+)_([0-9]{2})")


class Names:
    """Officer codes as user names, and back."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def user(self, code: str) -> str:
        """The user name of an officer; what is no code of ours is an account's name already."""
        ours = self._prefix and _CODE.fullmatch(code)
        return self._prefix + code.lower().replace("-", "_") if ours else code

    def code(self, user: str) -> str:
        """The code of a user name; a name that is not of our making stays."""
        match = _OURS.fullmatch(user.removeprefix(self._prefix))
        if not self._prefix or not user.startswith(self._prefix) or match is None:
            return user
        return f"{match[1].upper()}-{match[2]}"


class Users:
    """Permission assignments on the forms' assets; needs the right manage_asset."""

    def __init__(self, api: Api, assets: Assets, names: Names, practice: frozenset[str]) -> None:
        self._api = api
        self._assets = assets
        self._names = names
        self._practice = practice

    def all(self, form_ids: Sequence[str]) -> list[AppUser]:
        """Everybody who may send one of the forms, our own account left out. Revoked ones leave no trace."""
        users = {user for asset in self._known(form_ids) for user in self._senders(asset)}
        return [self._app_user(user, "") for user in sorted(users - {self._api.user})]

    def ensure(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> list[AppUser]:
        """Give each (code, name) the right to send the forms. The same again changes nothing."""
        users = []
        for granted in self.grant(wanted, form_ids):
            if granted.error is not None:
                raise granted.error
            assert granted.user is not None
            users.append(granted.user)
        return users

    def grant(self, wanted: Iterable[tuple[str, str]], form_ids: Sequence[str]) -> Iterator[Granted]:
        """The same one by one: an account that does not exist does not stop the others."""
        senders = {asset: set(self._senders(asset)) for asset in map(self._asset, form_ids)}
        for code, name in wanted:
            user = self._names.user(code)
            missing = [asset for asset, present in senders.items() if user not in present]
            try:
                for asset in missing:
                    self._grant(asset, user)
            except ConfigError as error:
                yield Granted(code, None, error=error)
            else:
                yield Granted(code, self._app_user(user, name), made=bool(missing))

    def revoke(self, code: str, form_ids: Sequence[str]) -> bool:
        """Take the right to send from an officer; False when there was none. What was sent stays."""
        user = self._names.user(code)
        if user == self._api.user:
            raise ConfigError(Message.KOBO_REVOKE_SELF, user=user)
        revoked = False
        for asset in self._known(form_ids):
            place = self._senders(asset).get(user)
            if place is not None:
                self._api.http.request("DELETE", place, ok=(204, 404), safe=True)
                revoked = True
                if user in self._senders(asset):
                    raise ServerError(Message.KOBO_REVOKE, user=user)
        return revoked

    def _asset(self, form_id: str) -> str:
        asset = self._assets.find(form_id)
        if asset is None:
            raise ServerError(Message.KOBO_ASSET_NONE, form_id=form_id)
        return asset

    def _known(self, form_ids: Sequence[str]) -> list[str]:
        return [asset for form_id in form_ids if (asset := self._assets.find(form_id)) is not None]

    def _senders(self, asset: str) -> dict[str, str]:
        """User name -> path of the assignment that lets the person send."""
        listed = self._api.get(asset_path(asset, "permission-assignments"))
        try:
            return {
                _last(entry["user"]): self._path(entry["url"])
                for entry in listed
                if _last(entry["permission"]) == RIGHT
            }
        except (KeyError, TypeError):
            raise ContractError(Message.KOBO_SHAPE, what="list of permissions", found="no user") from None

    def _path(self, link: str) -> str:
        return self._api.http.rebase(link).partition("?")[0]

    def _grant(self, asset: str, user: str) -> None:
        link = self._api.http.address.join
        body = {
            "user": link(f"/api/v2/users/{user}/"),
            "permission": link(f"/api/v2/permissions/{RIGHT}/"),
        }
        try:
            path = asset_path(asset, "permission-assignments")
            self._api.http.request("POST", path, ok=(201,), json=body, safe=True)  # a right is there or not
        except StatusError as error:
            if error.status == 400 and isinstance(error.detail, dict) and "user" in error.detail:
                raise ConfigError(Message.KOBO_USER_UNKNOWN, user=user) from None
            raise

    def _app_user(self, user: str, name: str) -> AppUser:
        code = self._names.code(user)
        area = code[:5] if re.fullmatch(r"[0-9]{5}-[0-9]{2}", code) else ""
        return AppUser(code, name or code, area, user in self._practice, active=True)


def _last(link: Any) -> str:
    """`enumerator1` of `https://kf.example/api/v2/users/enumerator1/?format=json`."""
    return str(link).partition("?")[0].rstrip("/").rpartition("/")[2]
