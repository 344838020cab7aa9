"""Every error message of the service, a module a subject, and the classes of errors.

A `Message` has a short name that tests check and a template that people read. The text says what
was expected, what was found and what to do. Which class is raised says who must act.
"""

from __future__ import annotations

from processor.errors.of_backup import OfBackup
from processor.errors.of_central import OfCentral
from processor.errors.of_findings import OfFindings
from processor.errors.of_forms import OfForms
from processor.errors.of_kobo import OfKobo
from processor.errors.of_people import OfPeople
from processor.errors.of_posts import OfPosts
from processor.errors.of_store import OfStore
from processor.errors.said import Said


class Message(OfForms, OfPosts, OfPeople, OfKobo, OfCentral, OfStore, OfFindings, OfBackup, Said):
    """All messages by name: `Message.CONFIG_MISSING`."""


class ProcessorError(Exception):
    """Base of all errors we raise. `message` is the enum entry, `str()` the filled-in text."""

    def __init__(self, message: Message, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message.value.format(**values))


class ConfigError(ProcessorError):
    """Whoever installs or configures must act."""


class FormError(ProcessorError):
    """The author of the form must act."""


class ServerError(ProcessorError):
    """The form server is unreachable or broken; try later or tell its operator."""


class ContractError(ProcessorError):
    """The other side, or a stored row, is not what was agreed; a developer must look."""


class AccessError(ProcessorError):
    """The caller lacks a right."""
