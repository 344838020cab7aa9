"""Files of submissions on their way to a browser: pictures are shown, all else is only saved.

What a file is, its first bytes say; never its name, which came from a phone.
"""

from __future__ import annotations

from pathlib import Path

from flask import send_file
from werkzeug.wrappers import Response

PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
)


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
