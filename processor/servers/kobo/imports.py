"""Sends a workbook to KoboToolbox and waits for the import, which the server does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from processor.errors import ContractError, FormError, Message, ServerError
from processor.servers.kobo.api import IMPORTS, Api, asset_path

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

LONGEST = 600.0
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Progress = Callable[[str], object]


class Imports:
    """Makes an asset of a workbook, or replaces the draft of one."""

    def __init__(self, api: Api, wait: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._wait = wait

    def bring(self, package: FormPackage, asset: str | None, progress: Progress) -> str:
        """The asset that now has the workbook as its draft; phones keep what they have.

        FormError carries the server's own words. Replacing may be repeated; making a new asset may not, but the next
        run finds the one that an interrupted run has made.
        """
        form_id = package.form.form_id
        data = {"name": f"{form_id}.xlsx", "library": "false"}
        if asset is not None:
            data["destination"] = self._api.http.address.join(asset_path(asset))
        started = self._api.http.request(
            "POST",
            IMPORTS,
            ok=(201,),
            data=data,
            files={"file": (f"{form_id}.xlsx", package.workbook, _XLSX)},
            safe=asset is not None,
        )
        messages = self._finished(form_id, str(started.value["uid"]), progress)
        made = _uid(messages)
        if asset is not None and made != asset:
            raise ContractError(Message.KOBO_SHAPE, what="result of an import", found=made)
        return made

    def _finished(self, form_id: str, uid: str, progress: Progress) -> dict[str, Any]:
        """What the import says in the end."""
        seconds, pause = 0.0, 0.5
        while True:
            task = self._api.get(f"{IMPORTS}{uid}/")
            status, messages = str(task.get("status")), task.get("messages") or {}
            progress(f"{form_id}: import {status}, {seconds:.0f} s")
            if status == "complete":
                return dict(messages)
            if status == "error":
                detail = messages.get("error") or messages.get("error_type") or "no reason given"
                raise FormError(Message.KOBO_IMPORT, form_id=form_id, detail=detail)
            if seconds >= LONGEST:
                raise ServerError(Message.KOBO_IMPORT_SLOW, form_id=form_id, seconds=int(seconds))
            self._wait(pause)
            seconds, pause = seconds + pause, min(pause * 2, 10.0)


def _uid(messages: dict[str, Any]) -> str:
    done = messages.get("created") or messages.get("updated") or []
    if not done or not done[0].get("uid"):
        raise ContractError(Message.KOBO_SHAPE, what="result of an import", found=", ".join(messages))
    return str(done[0]["uid"])
