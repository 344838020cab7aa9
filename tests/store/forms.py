"""Small questionnaires for tests of store and pull, as Markdown tables, and a store for them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pyxform.xls2xform import convert

from processor.config import Config, load_config
from processor.forms.tree import from_tree
from processor.servers.protocol import FormPackage
from processor.store.open import Store, open_store
from tests.conftest import ROOT

SURVEY = """
| survey | | | | | |
| | type | name | label | clean_as | data_class |
| | begin_group | sec_a | A | | |
| | text | commune_code | Commune | code:5 | open |
| | text | hh_code | Household | | open |
| | text | head_name | Head | person_name | personal |
| | integer | rooms | Rooms | | open |
| | decimal | land | Land | | open |
| | date | interview_date | Day | | open |
| | time | at_time | Time | | open |
| | dateTime | begun | Begun | | open |
| | select_one yn | hiv | HIV | | secret |
| | end_group | | | | |
| | select_multiple need | needs | Needs | | sensitive |
| | geopoint | gps | Place | | personal |
| | image | photo | Photo | | personal |
{extra}
| | begin_repeat | members | Members | | |
| | text | m_name | Name | person_name | personal |
| | integer | m_birth_year | Year | birth_year | personal |
| | integer | m_birth_month | Month | birth_month | personal |
| | select_one yn | m_disabled | Disabled | | sensitive |
| | begin_repeat | jobs | Jobs | | |
| | text | job | Job | | open |
| | end_repeat | | | | |
| | end_repeat | | | | |
| choices | | | |
| | list_name | name | label |
| | yn | 01 | Yes |
| | yn | 02 | No |
| | need | 01 | House |
| | need | 02 | Work |
{choices}
| settings | | |
| | form_id | version | form_title |
| | phieu_c | {version} | C |
"""

EXTRA = "| | text | remark | Remark | | personal |\n| | integer | pigs | Pigs | | open |"
CHOICES = "| | need | 03 | Water |"


def package(version: str = "1", *, extra: str = "", choices: str = "") -> FormPackage:
    text = SURVEY.format(version=version, extra=extra, choices=choices)
    text = "\n".join(line for line in text.splitlines() if line.strip())
    result = convert(text)
    form = from_tree(result._pyxform, "test", {})
    return FormPackage(form, result.xform.encode(), f"workbook {version}".encode())


def settings(store_url: str, home: Path) -> Config:
    """The project's settings with another database; the survey's rules know other forms than these."""
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)})
    return dataclasses.replace(config, store_url=store_url, checks="")


def new_store(store_url: str, home: Path, *packages: FormPackage) -> Store:
    store = open_store(settings(store_url, home))
    for entry in packages:
        store.register(entry)
    return store
