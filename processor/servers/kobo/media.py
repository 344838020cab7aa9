"""The lists that a form uses on the phone, kept with its asset; phones get them with the next deployment."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Sequence

from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.protocol import MediaFile

_KIND = "form_media"


class Media:
    """Form media of assets."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def hashes(self, asset: str) -> dict[str, str]:
        """MD5 by file name."""
        return {name: md5 for name, (_, md5) in self._listed(asset).items()}

    def bring(self, asset: str, media: Sequence[MediaFile]) -> None:
        """Send what is new or has another hash.

        Kobo replaces no file: the old one is deleted first. Files that the form does not use are left alone.
        """
        listed = self._listed(asset)
        for file in media:
            uid, md5 = listed.get(file.name, ("", ""))
            if md5 == file.md5:
                continue
            if uid:
                path = asset_path(asset, "files", uid)
                self._api.http.request("DELETE", path, ok=(204, 404), safe=True)
            self._send(asset, file)

    def _listed(self, asset: str) -> dict[str, tuple[str, str]]:
        files = self._api.every(asset_path(asset, "files"), file_type=_KIND)
        return {
            f["metadata"]["filename"]: (f["uid"], f["metadata"]["hash"].removeprefix("md5:"))
            for f in files
            if f.get("file_type", _KIND) == _KIND
        }

    def _send(self, asset: str, file: MediaFile) -> None:
        """A refusal is none when the file stands there already: an earlier answer was lost."""
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        metadata = json.dumps({"filename": file.name})
        try:
            self._api.http.request(
                "POST",
                asset_path(asset, "files"),
                ok=(201,),
                data={"file_type": _KIND, "description": "default", "metadata": metadata},
                files={"content": (file.name, file.path.read_bytes(), kind)},
            )
        except StatusError as error:
            if error.status != 400 or self.hashes(asset).get(file.name) != file.md5:
                raise
