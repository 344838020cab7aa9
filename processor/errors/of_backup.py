"""Messages: backups."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfBackup:
    """Backups."""

    BACKUP_WRITE = said("The backup could not be written: {detail}. Nothing stands under its name and older backups are untouched. Free space or correct the folder, then try again.")
    BACKUP_TOOL = said("A backup of PostgreSQL needs {tool}, which {detail}. Install the package postgresql-client of the server's version, then try again.")
    BACKUP_NONE = said("{path}: expected the folder of a complete backup (with {expected}), found none. Name a folder that `processor backup take` has printed.")
    BACKUP_DAMAGED = said("{path} is damaged, {count} thing(s) are not as they were backed up. Nothing was put back. Take another backup.\n{lines}")
    BACKUP_ENGINE = said("The backup is of {found}, the settings ask for {expected}. Set store.url accordingly and try again.")
    BACKUP_TAKEN = said("{place} holds data already. A backup is put back into an empty place only: stop the service, move the old data away, then try again.")
