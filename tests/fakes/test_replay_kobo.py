"""Every recorded exchange with KoboToolbox whose endpoint the fake has, sent again."""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from openpyxl import Workbook

from tests.fakes import Clock, Fake
from tests.fakes.replay import STAMP, Exchange, Replay, binary, exchanges

FILES = [
    "01_auth",
    "02a_imports",
    "02b_deploy_versions",
    "03_openrosa",
    "04a_data_read",
    "04b_data_write",
    "04c_history",
    "06_hooks",
    "07_permissions",
    "04d_paging_and_sync",
    "08_errors",
]
"""In the order in which the server's state grew."""

NOT_REPLAYED = {
    "02b_deploy_versions/27": "valid_content is not used",
    "04a_data_read/26": "geojson is not used",
    "04a_data_read/39": "attachments by xpath are not used",
    "06_hooks/12": "deliveries to hooks.example cannot be made; test_semantics shows one to a real server",
    "06_hooks/13": "see 12",
    "06_hooks/14": "see 12",
    "06_hooks/15": "see 12",
    "06_hooks/16": "retries of deliveries are not used",
    "06_hooks/17": "see 16",
    "06_hooks/18": "counts failed deliveries, see 12",
    "06_hooks/19": "see 18",
    "07_permissions/0": "the list of permissions is not used",
}
"""Why an exchange is left out (05_exports as a whole: our product does not use Kobo's exports)."""

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


class Run:
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

    def play(self, exchange: Exchange) -> list[str]:
        """Send, compare, learn."""
        self.replay.differences.clear()
        if exchange.name in self.before:
            self.before[exchange.name]()
        request = exchange.request
        headers = {
            k: self.replay.text(v) for k, v in request["headers"].items() if v and "multipart" not in v
        }
        query = [
            (k, self.replay.text(v)) for k, v in parse_qsl(request.get("query") or "", keep_blank_values=True)
        ]
        body = self._body(request.get("body"), request["headers"].get("Content-Type", ""))
        if "data" in body and "files" not in body:
            headers.setdefault("Content-Type", request["headers"].get("Content-Type", ""))
        path = self.replay.text(request["path"])
        found = self.replay.send(request["method"], path, params=query, headers=headers, **body)
        self._compare(exchange, found)
        return list(self.replay.differences)

    def _body(self, body: Any, kind: str) -> dict[str, Any]:
        if body is None:
            return {}
        if not isinstance(body, dict) or not set(body) <= {"form_fields", "files"}:
            return {"data": self.replay.text(json.dumps(body)).encode()}
        fields = body.get("form_fields")
        if isinstance(fields, str) and fields != "None":
            return {"data": fields.encode()}
        fields = (
            {} if not isinstance(fields, dict) else {k: self._field(k, v, fields) for k, v in fields.items()}
        )
        files = {n: self._file(f) for n, f in (body.get("files") or {}).items()}
        if "multipart" in kind:
            return {"data": fields, "files": files or {"": ("", b"")}}
        return {"data": requests.models.RequestEncodingMixin._encode_params(fields)}

    def _field(self, name: str, value: str, fields: dict[str, str]) -> str:
        if name == "base64Encoded" and value.endswith("chars)"):
            return "base64:" + base64.b64encode(self._workbook(fields["name"])).decode()
        return self.replay.text(value)

    def _file(self, file: dict[str, Any]) -> tuple[str, bytes, str]:
        if file["filename"].endswith(".xlsx"):
            return file["filename"], self._workbook(file["filename"]), file["content_type"]
        text = file.get("text")
        content = binary(file["bytes"] or 0) if text is None else self.replay.text(text).encode()
        return file["filename"], content, file["content_type"]

    def _workbook(self, name: str) -> bytes:
        """The recordings lack the workbooks; these have the same faults."""
        one = {"type": "text", "name": "q1", "label": "Q1"}
        match name:
            case "broken.xlsx":
                return _sheets([one, one], [])
            case "broken2.xlsx":
                listed = [{"list_name": "other", "name": "a", "label": "A"}]
                return _sheets([{"type": "select_one missing_list", "name": "q1", "label": "Q1"}], listed)
            case "broken3.xlsx":
                return _sheets([{"name": "q1", "label": "Q1"}], [], title="No type col")
            case "broken4.xlsx":
                return _sheets([{**one, "name": "bad name!"}], [])
        return self._survey(second="v2" in name)

    def _survey(self, *, second: bool) -> bytes:
        survey = [self._row(row) for row in self.first["survey"]]
        choices = [self._row(row) for row in self.first["choices"]]
        if second:
            survey = [row for row in survey if row.get("name") != "visit_time"]
            phone = {"type": "select_one yn", "name": "has_phone", "label::English (en)": "Phone?"}
            survey.insert(12, {**phone, "label::Français (fr)": "Téléphone ?"})
            choices += [{"list_name": "yn", "name": n, "label::English (en)": n} for n in ("yes", "no")]
        return _sheets(survey, choices, title="Household survey", default_language="English (en)")

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        out = {k: v for k, v in row.items() if not k.startswith("$") and not isinstance(v, list)}
        for key in ("label", "hint", "media::image"):
            for language, text in zip(self.first["translations"], row.get(key, []), strict=False):
                out[f"{key}::{language}"] = text
        listed = out.pop("select_from_list_name", None) or out.pop("file", None)
        out["type"] = f"{row['type']} {listed}" if listed else row.get("type")
        out = {k: "true" if v is True else v for k, v in out.items() if v is not None}
        return {k: v for k, v in out.items() if not (k == "type" and "list_name" in row)}

    def _compare(self, exchange: Exchange, found: requests.Response) -> None:
        recorded = exchange.response
        if recorded["status"] != found.status_code:
            self.replay.differ("status", recorded["status"], f"{found.status_code} {found.text[:300]}")
            return
        for name in ("Content-Type", "Location", "X-OpenRosa-Version", "X-OpenRosa-Accept-Content-Length"):
            if name in recorded["headers"] and found.status_code not in (204,):
                self.replay.compare(recorded["headers"][name], found.headers.get(name), name)
        challenge = recorded["headers"].get("WWW-Authenticate", "").partition(" ")[0]
        if challenge != found.headers.get("WWW-Authenticate", "").partition(" ")[0]:
            self.replay.differ("WWW-Authenticate", challenge, found.headers.get("WWW-Authenticate"))
        self._compare_body(exchange, recorded.get("body"), found)

    def _compare_body(self, exchange: Exchange, body: Any, found: requests.Response) -> None:
        if isinstance(body, str):
            if not SUMMARISED.fullmatch(body) and not body.startswith("PK"):
                self._compare_text(body, found.text)
        elif body is not None and not (isinstance(body, dict) and "results[0].url" in body):
            answer = found.json()
            if exchange.name in ("07_permissions/5", "07_permissions/17"):
                return
            if isinstance(body, dict) and isinstance(body.get("results"), list):
                answer = self._summarised(body["results"], answer)
            self.replay.compare(body, answer)

    def _summarised(self, recorded: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Some recordings keep ids only, or the first two and the last row of a page."""
        rows = answer["results"]
        if recorded and isinstance(recorded[0], int):
            rows = [r["_id"] for r in rows]
        if len(recorded) == 3 and len(rows) > 3:
            rows = [*rows[:2], rows[-1]]
        return {**answer, "results": rows}

    def _compare_text(self, recorded: str, found: str) -> None:
        if "<h:html" in recorded:
            return
        old, new = _plain(self.replay.text(recorded)), _plain(found)
        # one recorded page is cut in the middle
        self.replay.compare(old, new if old.rstrip().endswith(">") else new[: len(old)], "body")


def _plain(text: str) -> str:
    """Without what is the server's own: hashes, labels of versions."""
    return re.sub(r"\d+ \(STAMP\)", "VERSION", STAMP.sub("STAMP", re.sub(r"md5:[0-9a-f]{32}", "md5", text)))


def _sheets(
    survey: list[dict[str, Any]], choices: list[dict[str, Any]], *, title: str = "X", **settings: str
) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in (
        ("survey", survey),
        ("choices", choices),
        ("settings", [{"form_title": title, **settings}]),
    ):
        sheet = book.create_sheet(name)
        head = list(dict.fromkeys(k for row in rows for k in row)) or ["list_name", "name", "label"]
        sheet.append(head)
        for row in rows:
            sheet.append([row.get(k) for k in head])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with Fake("kobo", Clock(datetime(2026, 11, 23, 12, 29, tzinfo=UTC))) as fake:
        yield Run(fake)


@pytest.mark.parametrize("file", FILES)
def test_recording__sent_again__same_answers(run: Run, file: str) -> None:
    differences: list[str] = []
    for exchange in exchanges("kobo", file):
        if exchange.name in NOT_REPLAYED:
            continue
        found = run.play(exchange)
        differences += [f"{exchange.name} ({exchange.note}) {d}" for d in found]
    assert differences == []
