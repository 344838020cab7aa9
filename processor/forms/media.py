"""The CSV lists that the forms use on the phone, written from the code tables; never by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from processor.errors import ConfigError, Message
from processor.forms.search_tail import with_tail

UNITS = "admin_units_nghe_an_2016.csv"
COMMUNES = "communes.csv"
COMMUNE_COLUMNS = ("name", "label", "district_code")


def write_media(codes: Path, media: Path) -> list[Path]:
    """Write every list into `media`; the same code tables give the same bytes. Returns the files."""
    media.mkdir(parents=True, exist_ok=True)
    target = media / COMMUNES
    target.write_bytes(communes(codes / UNITS))
    return [target]


def communes(units: Path) -> bytes:
    """The communes with their district, in order of code, findable without accents."""
    rows = [
        (row["commune_code"], with_tail(row["commune_vi"], row["commune_short_vi"]), row["district_code"])
        for row in _read(units)
    ]
    return _csv(COMMUNE_COLUMNS, sorted(rows))


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ConfigError(Message.CODES_MISSING, path=path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _csv(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")
