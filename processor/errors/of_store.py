"""Messages: the store: pulls, reviews that wait, reads, files for people."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfStore:
    """The store: pulls, reviews that wait, reads, files for people."""

    STORE_MIGRATION = said("The database at {url} has version {found!r}, this program knows {expected!r}. Update the program, or restore the matching backup.")
    STORE_BUSY = said("Another pull of {form_id!r} is running since {since} (lease until {until}). Wait for it to end.")
    STORE_LEASE_LOST = said("The pull of {form_id!r} stopped: it was silent for too long and another pull took over. Nothing is lost; pull again.")
    PULL_SINCE_SERVER = said("The form server of {form_id!r} does not tell when submissions were edited, so 'since' would miss edits. Pull without --since (every pull compares all ids and versions), or with --full; on KoboToolbox the right to manage the project shows its history.")
    PULL_SINCE_FUTURE = said("'since' must be a moment in the past, found {found}. Correct the date, or leave the option out.")
    DRY_RUN_STORE = said("There is no copy of this version at {url} to compare with (found {found}, expected {expected}). A dry run makes none: run `processor pull` once without --dry-run.")
    OUTBOX_OFF = said("Reviews are not written back to the form server here: [write_back] reviews is not true in config/survey.toml. Set it there, restart the service and try again.")
    OUTBOX_SERVER = said("The form server {name!r} takes no review states. Switch [write_back] reviews off in config/survey.toml.")
    OUTBOX_STATE = said("The form server cannot hold the review state {found!r}, expected one of: {expected}. Choose another state.")
    OUTBOX_COMMENT = said("A comment may have {limit} characters, found {found}. Shorten it and try again.")
    OUTBOX_EDITED = said("Submission {instance_id} of {form_id!r} was edited after this review was written: the version on the form server is not the one that was looked at. Read the new version and review it again.")
    OUTBOX_BUSY = said("Reviews are being sent by another process since {since} (until {until} at most). Wait for it to end; nothing is lost.")
    OUTBOX_LEASE_LOST = said("Sending reviews stopped: it was silent for too long and another process took over. Nothing is lost; send again.")
    OUTBOX_ROW = said("There is no review {number} in the queue that can be {act}: expected one that is {expected}, found {found}. See `processor reviews list --all`.")
    PULL_STOPPED = said("The service was stopped during this pull. Nothing is lost; the next pull goes on from there.")
    TABLE_UNKNOWN = said("There is no reporting table {table!r}. Publish its form first, or correct the name.")
    COLUMN_UNKNOWN = said("Table {table!r} has no column {column!r}. Use a column of its codebook.")
    LIST_KEY = said("The page address is not valid: expected a key that this list gave out. Open the list again.")
    EXPORT_OPTION = said("{option}: expected one of {expected}, found {found!r}. Choose one of them.")
    EXPORT_PURPOSE = said("This file has columns of class {classes}, so it needs a purpose: the task and its document, without a person's name. Write it and try again.")
    EXPORT_WRITE = said("The file could not be written: {detail}. Nothing stands under its name, and the ledger says that attempt {download_id} failed. Free space or correct the folder, then try again.")
    EXPORT_WIDE = said("The file would have {found} columns, an Excel sheet holds {expected}. Take CSV, or fewer data classes.")
    EXPORT_LARGE = said("The table has {found} cells; a Stata or SPSS file is made in memory and has room for {expected}. Take one district after another, or fewer data classes, or CSV.")
    EXPORT_EXISTS = said("{name} exists already. Expected a new name; choose another, or add --overwrite.")
    LEDGER_STATE = said("Expected an open row {download_id} in the ledger of downloads, found none. Make the file again; report it if it happens twice.")
    AREA_UNKNOWN = said("Unknown area {found!r}. Expected district or commune codes of 2016, separated by commas, as in config/codes/admin_units_nghe_an_2016.csv.")
    AREAS_TABLE = said("{path}: expected {expected}, found {found}. Restore the table of administrative units, or take units of 2016.")
    REGROUP = said("A table cannot be given in units of another year: expected {expected}, found {found}. Correct the call.")
    AREA_DENIED = said("Your account does not cover this area. Ask the provincial administrator for the right.")
    CLASS_DENIED = said("Your account does not cover columns of class {data_class}. Ask the provincial administrator for the right.")
