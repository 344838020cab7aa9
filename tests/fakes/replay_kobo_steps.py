"""KoboToolbox: what happened on the recorded server between the recorded exchanges."""

from __future__ import annotations

import base64
import io
import itertools
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.fakes import Fake
from tests.fakes.replay import STAMP, Replay, exchanges

VOLATILE = {
    *[
        "uid",
        "url",
        "date_created",
        "date_modified",
        "date_deployed",
        "version_id",
        "version__content_hash",
        "content_hash",
    ],
    *[
        "deployed_version_id",
        "deployment__uuid",
        "deployment__last_submission_time",
        "token",
        "server_time",
        "date_joined",
    ],
    *[
        "gravatar",
        "user_uid",
        "hash",
        "md5_hash",
        "latest_version_uid",
        "latest_deployed_version_uid",
        "download_url",
    ],
    *["_submission_time", "Location", "content", "logs_url", "X-Accel-Redirect"],
}


FREE_KEYS = {
    "git_rev",
    "social_accounts",
    "validated_password",
    *[
        "parent",
        "report_styles",
        "report_custom",
        "advanced_features",
        "map_styles",
        "map_custom",
        "downloads",
        "embeds",
        "columns",
    ],
    *[
        "analysis_form_json",
        "tag_string",
        "assignable_permissions",
        "exports",
        "export_settings",
        "children",
        "labels",
    ],
    *[
        "subscribers_count",
        "access_types",
        "paired_data",
        "project_ownership",
        "last_modified_by",
        "created_by",
        "<cut>",
        "asset_id",
    ],
    *[
        "permissions",
        "effective_permissions",
        "metadata",
        "$kuid",
        "$autoname",
        "choices",
        "settings",
        "translated",
        "timestamp",
        "files",
    ],
    *["email", "name_quality", "first_name"],
}


SUMMARISED = re.compile(r"<.*(cut|rows|entries|more|bytes|absent|as `content`).*>")


class Steps:
    """The fake, the bindings and what was not recorded but had to happen."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.kobo = fake.kobo
        self.replay = Replay(fake.url, self._volatile, self._free, strict=False)
        for name in ("enumerator1", "outsider"):
            self.kobo.add_user(name)
        for name, user in self.kobo.users.items():
            self.replay.aliases[f"TOKEN_{name}"] = user.token
            login = base64.b64encode(f"{name}:PASSWORD".encode()).decode()
            self.replay.aliases[f"BASE64({name}:PASSWORD)"] = login
        self.first = exchanges("kobo", "02b_deploy_versions")[0].response["body"]["content"]
        self.before: dict[str, Callable[[], None]] = {
            "03_openrosa/0": lambda: self._at("2026-11-23T12:32:10Z"),
            "03_openrosa/15": lambda: setattr(self.fake.truth, "numbers", itertools.count(3)),
            "04b_data_write/0": self._redeploy,
            "04b_data_write/12": lambda: self._at("2026-11-23T12:35:04Z"),
            "04b_data_write/20": lambda: self._at("2026-11-23T12:35:05Z"),
            "07_permissions/1": self._hooked,
            "07_permissions/20": self._anonymous,
            "04d_paging_and_sync/0": self._rows,
            "04d_paging_and_sync/13": self._approved,
        }

    def _volatile(self, key: str, value: Any) -> bool:
        text = isinstance(value, str)
        made = text and re.search(r"(c22f6e33|4835277b|fc978443|34e7abf0|97f9864d)-", value)
        return key in VOLATILE or bool(made) or (text and bool(STAMP.fullmatch(value)))

    def _free(self, path: str, value: Any) -> bool:
        key = path.rpartition("/")[2]
        return key in FREE_KEYS or (isinstance(value, str) and bool(SUMMARISED.fullmatch(value)))

    def _at(self, moment: str) -> None:
        self.fake.clock._at = datetime.fromisoformat(moment)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Token {self.kobo.owner.token}"}
        response = self.fake.call(method, path, headers=headers, **options)
        assert response.status_code < 300, response.get_data(as_text=True)
        return response

    def _asset(self) -> str:
        return str(self.replay.bound["aBru7kHKEr3exn475wPK2s"])

    def _redeploy(self) -> None:
        asset = self.kobo.assets[self._asset()]
        body = {"active": True, "version_id": asset.revision.uid}
        self._call("PATCH", f"/api/v2/assets/{asset.uid}/deployment/", json=body)
        self._at("2026-11-23T12:35:02Z")

    def _submit(self, xml: str) -> None:
        data = {"xml_submission_file": (io.BytesIO(xml.encode()), "s.xml", "text/xml")}
        self._call("POST", "/submission", data=data)

    def _hooked(self) -> None:
        """The submission that set off the recorded hooks had `_id` 9."""
        self.fake.truth.numbers = itertools.count(9)
        files = exchanges("kobo", "03_openrosa")[18].request["body"]["files"]
        xml = self.replay.text(files["xml_submission_file"]["text"])
        for hook in self.kobo.assets[self._asset()].hooks.values():
            hook["active"] = False
        self._submit(xml.replace("00000004-1111", "00000020-1111"))
        deprecated = "<deprecatedID>uuid:00000020-1111-4222-8333-444455556666</deprecatedID></meta>"
        self._submit(xml.replace("00000004-1111", "00000021-1111").replace("</meta>", deprecated))
        payload = {"submission_ids": [9], "data": {"region": "south"}}
        self._call("PATCH", f"/api/v2/assets/{self._asset()}/data/bulk/", json={"payload": payload})

    def _anonymous(self) -> None:
        """What is taken back is the right to view the form, on which the other depends."""
        grants = self.kobo.assets[self._asset()].grants
        wanted = ("AnonymousUser", "view_asset")
        uid = next(g.uid for g in grants if (g.user, g.codename) == wanted)
        self.replay.aliases["pW6yyoZzFRbazV8zJrm38E"] = uid

    def _approved(self) -> None:
        self._at("2026-11-23T12:46:28Z")
        path = f"/api/v2/assets/{self._asset()}/data/1/validation_status/"
        self._call("PATCH", path, json={"validation_status.uid": "validation_status_approved"})
        stamp = int(self.fake.clock.now().timestamp())
        self.replay.aliases["1795437987"] = str(stamp - 1)

    def _rows(self) -> None:
        """1,250 rows of a small form, three of which arrived out of order."""
        survey = [
            {"type": "text", "name": "q1", "label": "Q"},
            {"type": "integer", "name": "n", "label": "N"},
        ]
        body = {"name": "big", "asset_type": "survey", "content": {"survey": survey}}
        uid = self._call("POST", "/api/v2/assets/", json=body).get_json()["uid"]
        deployed = self._call("POST", f"/api/v2/assets/{uid}/deployment/", json={"active": True}).get_json()
        self.replay.bound["a4DfxeDAWhvsQNNvRTBVsy"] = uid
        self.replay.bound["7ada149a678842eb86008c16c326ded2"] = uuid = deployed["asset"]["deployment__uuid"]
        self.replay.bound["vV2z4tMM4zxyQNhdUhwZ8H"] = version = deployed["version_id"]
        self.fake.truth.numbers = itertools.count(11)
        for n in (2, 3, 1, *range(4, 1251)):
            self._submit(
                f'<{uid} id="{uid}" version="{version}"><formhub><uuid>{uuid}</uuid></formhub><q1>row {n}</q1><n>{n}</n>'
                f"<__version__>{version}</__version__><meta><instanceID>uuid:{n:08d}-aaaa-4bbb-8ccc-ddddeeeeffff"
                f"</instanceID></meta></{uid}>"
            )
