"""What the commands of questionnaires say: problems, differences with their numbers, sizes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.forms.difference import Difference
    from processor.servers.protocol import DeployedForm, FormPackage
    from processor.store.open import Store


def entries(config: Config, form_id: str | None) -> list[FormConfig]:
    """The form of that id; all forms of the settings without one."""
    return [config.form(form_id)] if form_id else list(config.forms)


def tell(store: Store, form_id: str, differences: Iterable[Difference], language: str) -> None:
    """A line for each, with the number of stored answers that it touches."""
    from processor.forms.difference_words import level_word, sentence
    from processor.store.answers import count_touched

    for difference in differences:
        stored = count_touched(store, form_id, difference.touches)
        click.echo(f"  {level_word(difference, language)}  {sentence(difference, language, stored)}")


def check_all(config: Config, workbooks: Iterable[Path]) -> None:
    """Print every problem and what deserves a look; FormError when there is a problem."""
    from processor.forms.check import check_and_look, validator_available

    count = 0
    for workbook in workbooks:
        problems, looks = check_and_look(workbook, config.media)
        for found in (*problems, *looks):
            click.echo(f"{workbook.name}: {found.text}", err=True)
        count += len(problems)
        click.echo(f"{workbook.name}: {len(problems)} problem(s)")
    if not validator_available():
        click.echo("ODK Validate did not run: Java is not installed (apt-get install default-jre-headless).")
    if count:
        raise FormError(Message.CHECK_FAILED, count=count)


def what_is_sent(package: FormPackage, current: DeployedForm | None) -> str:
    """The XForm and the files with their sizes, those of the present version set apart."""
    from processor.publish_compare import parcels

    return ", ".join(
        f"{parcel.name} {parcel.size:,} bytes{' (phones have it)' if parcel.known else ''}"
        for parcel in parcels(package, current)
    )
