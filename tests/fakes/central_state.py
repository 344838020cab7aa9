"""ODK Central: actors, forms, projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import iso_ms
from tests.fakes.truth import FormVersion, TrueForm

if TYPE_CHECKING:
    pass


ROLES = {
    "pwreset": (3, "Password Reset Token"),
    "app-user": (2, "App User"),
    "formview": (7, "Form Viewer (system internal)"),
    "formfill": (8, "Data Collector"),
    "pub-link": (9, "Public Link"),
    "viewer": (6, "Project Viewer"),
    "manager": (5, "Project Manager"),
    "admin": (1, "Administrator"),
}


@dataclass
class Actor:
    """A web user or an app user."""

    id: int
    type: str
    name: str
    created_at: datetime
    password: str = ""
    admin: bool = False
    projects: set[int] = field(default_factory=set)
    """Projects that a viewer may read."""
    token: str | None = None
    project: int = 0
    forms: set[str] = field(default_factory=set)
    """Forms that an app user is assigned to."""
    deleted_at: datetime | None = None

    def shown(self) -> dict[str, Any]:
        """As in lists and extended metadata."""
        return {
            "id": self.id,
            "type": self.type,
            "displayName": self.name,
            "createdAt": iso_ms(self.created_at),
            "updatedAt": None,
            "deletedAt": iso_ms(self.deleted_at),
        }


@dataclass
class CentralForm:
    """A form of a project."""

    id: int
    true: TrueForm
    actee: str
    created_at: datetime
    created_by: Actor
    updated_at: datetime | None = None
    state: str = "open"
    draft: FormVersion | None = None
    draft_token: str | None = None
    deleted_at: datetime | None = None
    key_id: int | None = None

    @property
    def published(self) -> FormVersion | None:
        """The version that phones get."""
        return self.true.versions[-1] if self.true.versions else None

    @property
    def encrypted(self) -> bool:
        """Is the published version encrypted?"""
        return self.published is not None and self.published.description.encrypted


@dataclass
class Project:
    """A project."""

    id: int
    name: str
    created_at: datetime
    actee: str
    updated_at: datetime | None = None
    key: dict[str, Any] | None = None
    forms: dict[str, CentralForm] = field(default_factory=dict)
    trash: list[CentralForm] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As in the list."""
        return {
            "id": self.id,
            "name": self.name,
            "description": None,
            "archived": None,
            "keyId": self.key["id"] if self.key else None,
            "createdAt": iso_ms(self.created_at),
            "updatedAt": iso_ms(self.updated_at),
            "deletedAt": None,
        }
