"""Small pictures that stand for signatures and photos: a scribble as PNG, the same for the same name."""

from __future__ import annotations

import struct
import zlib
from random import Random

WIDTH, HEIGHT = 240, 80


def scribble(name: str) -> bytes:
    """A PNG in shades of grey."""
    rows = [bytearray(b"\xff" * WIDTH) for _ in range(HEIGHT)]
    rng = Random(name)  # noqa: S311 - a drawing
    y = HEIGHT // 2
    for x in range(10, WIDTH - 10):
        y = min(HEIGHT - 4, max(3, y + rng.randint(-4, 4)))
        for thick in range(3):
            rows[y + thick][x] = 30
    pixels = b"".join(b"\x00" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
