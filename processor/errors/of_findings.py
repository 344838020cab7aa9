"""Messages: rules, findings, corrections, sheets."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfFindings:
    """Rules, findings, corrections, sheets."""

    CHECK_TABLE = said("A rule asks for table {table!r}; these are at hand: {known}. Mend the rule or its family's list.")
    CHECK_COLUMN = said("A rule reads {table}.{column}, which no version of the form has. Name it in the rule's `reads`.")
    CHECK_NOW = said("A rule asks for the day of today, which was not given. Expected: `needs=\"now\"` where the rule is registered. Add it; a rule looks at no clock of its own.")
    RULES_HEADER = said("{path}: the columns are not those of a catalogue of rules. Expected: {expected}. Found: {found}. Restore the first line.")
    RULES_MISSING = said("There is no catalogue of rules at {path}, so no rule could be checked. Restore rules.csv there beside survey.toml, or set checks = \"\" under [survey] to have none.")
    RULES_VALUE = said("{path}, line {line}, column {column}: expected {expected}, found {found!r}. Correct the cell and start again.")
    CHECKS_UNKNOWN = said("survey.checks = {found!r} names no rules. Expected one of: {expected}, or an empty text for none; correct config/survey.toml.")
    CHECKS_BUSY = said("Checks are running in another process since {since} (until {until} at most). Nothing is lost: what came meanwhile is checked by it or after the next pull.")
    CHECKS_LEASE_LOST = said("The checks stopped: they were silent for too long and another process took over. Nothing is lost; what is due is checked after the next pull.")
    FINDING_STATE = said("Unknown act {found!r} on a finding. Expected one of: {expected}.")
    FINDING_REASON = said("Expected a reason of 1 to {limit} signs, found {found}. Write why; others will read it.")
    FINDING_ROLE = said("An error can only be overridden by {expected}, found the role {found}. Return it to the officer, or ask a supervisor.")
    FINDING_ERROR = said("An error cannot be closed as expected. Return it to the officer, correct it, or let a supervisor override it with a reason.")
    FINDING_UNIT = said("A finding about {unit} has no submission that could be returned. Override it or close it as expected, with a reason.")
    FINDING_FILTER = said("Findings cannot be counted by {found!r}. Expected one of: {expected}.")
    CORRECT_PLACE = said("Table {table!r} has no answer in column {column!r} of row {row_key!r}. Expected a question of the form; flags, parts and derived columns follow from their question. Choose it on the submission's page.")
    CORRECT_RIGHTS = said("Submission {submission_id} or its column {column!r} may not be corrected by this user. Expected a live submission of the user's area and a column that the user may see.")
    CORRECT_STALE = said("Submission {submission_id} has changed since its page was opened. Nothing was corrected; look at the new version, then decide again.")
    CORRECT_MEANWHILE = said("Column {column!r}: {who} has corrected this answer or undone a correction at {at}, after it was looked at. Nothing was corrected; look at it as it is now, then decide again.")
    CORRECT_VALUE = said("Column {column!r}: expected {expected}. Nothing was corrected; write the answer as the form writes it.")
    CORRECT_SAME = said("Column {column!r} has this answer already. Nothing was corrected.")
    CORRECT_TEXT = said("The correction's {field}: expected a text of {least} to {limit} signs, found {found}. Say why, and on what paper or word it rests.")
    CORRECT_STATE = said("Correction {number} cannot be {act}: expected one that is {expected}, found {found}. Reload the list.")
    SHEET_MANY = said("This choice has more than {limit} findings, more than one sheet should hold. Narrow it by form, rule, area or officer.")
    SHEET_EMPTY = said("No finding fits this choice, so there is no sheet to fill in. Choose another state, level or area.")
    SHEET_LARGE = said("The file is larger than a sheet of findings can be (limit {limit} MB, with what it unpacks to). Expected the sheet that this service made, filled in; delete what was added.")
    SHEET_UNREADABLE = said("The file cannot be read as an Excel workbook ({detail}). Expected the sheet of findings as .xlsx; open it in Excel or LibreOffice, save it as .xlsx and try again.")
    SHEET_FOREIGN = said("The file is not a sheet of findings made by this service, or its hidden sheet was changed. Nothing was read; make a new sheet, and fill in its own columns.")
    SHEET_COLUMNS = said("The sheet of findings lacks columns, or has them twice: {expected}. Columns may be moved and hidden, not renamed or deleted; take them from the sheet as it was made.")
    SHEET_BUSY = said("Another sheet is being imported since {since} (until {until} at most). Wait for it to end; nothing is lost.")
    SHEET_LEASE_LOST = said("The import of the sheet stopped: it was silent for too long and another one took over. Import it again; what was done is not done twice.")
    SHEET_USER = said("User {username!r} cannot act: the account is switched off. Name an active user with --as.")
