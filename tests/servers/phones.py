"""Real HTTP: a server on loopback, and clients that post as ODK Collect does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests
from flask import Flask
from pyxform.xls2xform import convert
from waitress import create_server, wasyncore

from processor.config import Config, load_config
from processor.forms.tree import from_tree
from processor.servers.builtin.http import blueprint
from processor.servers.builtin.server import BuiltinServer
from processor.servers.protocol import AppUser, FormPackage, MediaFile

ROOT = Path(__file__).parents[2]
OPENROSA = {"X-OpenRosa-Version": "1.0"}
FORM = """
| survey |                        |          |                 |            |
|        | type                   | name     | label           | parameters |
|        | text                   | name     | Họ tên          |            |
|        | select_one_from_file communes.csv | commune | Xã | |
|        | begin_group            | house    | Nhà             |            |
|        | image                  | photo    | Ảnh             | max-pixels=800 |
|        | end_group              |          |                 |            |
|        | begin_repeat           | members  | Thành viên      |            |
|        | text                   | m_name   | Họ tên          |            |
|        | image                  | m_photo  | Ảnh             | max-pixels=800 |
|        | begin_repeat           | benefits | Trợ cấp         |            |
|        | text                   | b_kind   | Loại            |            |
|        | end_repeat             |          |                 |            |
|        | end_repeat             |          |                 |            |
| settings |          |           |             |
|          | form_id  | version   | form_title  |
|          | phieu_c  | {version} | {title}     |
"""


def package(
    folder: Path, version: str = "1", title: str = "Phiếu C", media: str = "name,label\n1,Vinh\n"
) -> FormPackage:
    """A small form with a photo, nested repeats and a list."""
    import hashlib

    result = convert(FORM.format(version=version, title=title), file_type=".md", warnings=[])
    path = folder / "communes.csv"
    path.write_text(media, encoding="utf-8")
    files = (MediaFile("communes.csv", path, hashlib.md5(media.encode()).hexdigest()),)
    form = from_tree(result._pyxform, "test", {"communes.csv": ()})
    return FormPackage(form, result.xform.encode(), b"workbook", files)


def make_config(folder: Path, url: str) -> Config:
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(folder)})
    return replace(config, server=replace(config.server, url=url, files=folder / "files"))


def xml(
    instance_id: str, *, version: str = "1", photo: str = "", old: str = "", name: str = "Lô Thị Ưng"
) -> bytes:
    """A submission as the form engine writes it."""
    replaced = f"<deprecatedID>{old}</deprecatedID>" if old else ""
    return (
        f'<data xmlns:orx="http://openrosa.org/xforms" id="phieu_c" version="{version}"><name>{name}</name>'
        f"<house><photo>{photo}</photo></house>"
        f"<orx:meta><orx:instanceID>{instance_id}</orx:instanceID>{replaced}</orx:meta></data>"
    ).encode()


@dataclass
class Phone:
    """One phone with its officer's address."""

    address: str
    officer: AppUser
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return f"{self.address}/v1/key/{self.officer.token}"

    def get(self, path: str, **headers: str) -> requests.Response:
        target = path if path.startswith("http") else self.url + path
        return self.session.get(target, headers=OPENROSA | headers, timeout=30)

    def post(self, body: bytes, files: Mapping[str, bytes] | None = None, **fields: str) -> requests.Response:
        parts = {"xml_submission_file": ("form.xml", body, "text/xml")}
        parts |= {name: (name, content, "image/jpeg") for name, content in (files or {}).items()}
        return self.session.post(
            self.url + "/submission?deviceID=collect:abc",
            headers=OPENROSA,
            files=parts,
            data={"*isIncomplete*": "yes"} if fields.get("incomplete") else None,
            timeout=30,
        )


@contextmanager
def served(server: BuiltinServer) -> Iterator[str]:
    """The address of the server's pages on loopback."""
    app = Flask("phones")
    app.register_blueprint(blueprint(server))
    sockets: dict = {}
    listener = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=8)
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, map=sockets, count=1)
        listener.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.effective_port}"
    finally:
        stop.set()
        thread.join(10)
