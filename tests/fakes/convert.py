"""XLSForm -> XForm as the servers do it: with pyxform. Results are kept, as tests deploy the same few workbooks."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import NamedTuple

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert


class Converted(NamedTuple):
    """Either an XForm with warnings or an error."""

    xml: bytes
    warnings: tuple[str, ...]
    error: str = ""


@lru_cache(maxsize=64)
def to_xform(workbook: bytes, fallback_id: str = "") -> Converted:
    """Convert; the form id of the settings sheet wins over `fallback_id`."""
    warnings: list[str] = []
    try:
        result = convert(
            io.BytesIO(workbook),
            warnings=warnings,
            validate=False,
            pretty_print=False,
            form_name="data",
            file_type=".xlsx",
        )
    except (PyXFormError, ValueError, KeyError) as error:
        return Converted(b"", (), str(error))
    except Exception as error:  # noqa: BLE001  (a broken zip raises whatever its reader likes)
        return Converted(b"", (), f"Unsupported format, or corrupt file ({type(error).__name__})")
    xml = result.xform
    if fallback_id:
        xml = xml.replace('<data id="data"', f'<data id="{fallback_id}"', 1)
    return Converted(xml.encode(), tuple(warnings))
