"""Files of submissions on their way to a browser: pictures are shown, all else is only saved.

They lie on the form server. While that is away a file is shown as the last pull fetched it; one that was not
fetched gives a page that says so.

What a file is, its first bytes say; never its name, which came from a phone.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, send_file
from werkzeug.wrappers import Response

from processor.store.files import file_hash
from processor.web import problems
from processor.web.behind import AwayError
from processor.web.service import service

PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
)


def install(app: Flask) -> None:
    """The page for what cannot be had while the form server is away."""
    app.register_error_handler(AwayError, _away)


def _away(_error: AwayError) -> tuple[str, int]:
    return problems.page(503, "problem.503")


def fetched(form_id: str, instance_id: str, name: str) -> Path | None:
    """The file as the form server has it now; while that is away, as the copy has it (`raw`), when it is here.

    None when it has not arrived; AwayError when it lies on the server alone.
    """
    server = service().server
    try:
        return server.attachment(form_id, instance_id, name)
    except AwayError:
        sha256 = file_hash(service().store, form_id, instance_id, name)
        kept = server.kept(form_id, instance_id, name, sha256) if sha256 else None
        if kept is None:
            raise
        return kept


def picture_type(head: bytes) -> str | None:
    """The content type when the bytes begin a picture that browsers show, else None."""
    for magic, kind, _suffix in PICTURES:
        if head.startswith(magic):
            return kind
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def send(path: Path) -> Response:
    """The file: inline when it is a picture, else for saving under a neutral name."""
    with path.open("rb") as stream:
        kind = picture_type(stream.read(16))
    response = send_file(
        path.resolve(),
        mimetype=kind or "application/octet-stream",
        as_attachment=kind is None,
        download_name="file.bin" if kind is None else None,
        etag=False,
        conditional=False,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'"
    return response
