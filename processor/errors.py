"""Every error message of the service, in one place.

A `Message` has a short name that tests check and a template that people read. The text says what
was expected, what was found and what to do. Which class is raised says who must act.
"""

from __future__ import annotations

from enum import Enum


class Message(Enum):
    """Texts of errors; `{tokens}` are filled in when the error is raised."""

    CONFIG_MISSING = "Expected a configuration file at {path}, found none. Copy config/survey.toml there or set PROCESSOR_CONFIG."
    CONFIG_SYNTAX = "{path} is not valid TOML: {detail}. Correct that line and run the command again."
    CONFIG_VALUE = "{path}: {key} must be {expected}, found {found!r}. Correct it and run the command again."
    CONFIG_KEY = (
        "{path}: unknown key {key!r}. Expected one of: {expected}. Correct the spelling or remove the line."
    )

    FORM_UNREADABLE = (
        "{name} cannot be read as an XLSForm: {detail}. Open it in Excel, correct it and save it as .xlsx."
    )
    FORM_NO_ID = "{name}: the settings sheet has no {key}. Add it; it must never change once data exist."
    FORM_UNKNOWN = "Form {form_id!r} is not in config/survey.toml. Known forms: {known}."
    FORM_VERSION_UNKNOWN = (
        "Form {form_id!r} has no known version {version!r}. Publish that version first, then pull again."
    )
    CODES_MISSING = "Expected the code table {path}, found none. Restore it from the project's repository and run the command again."
    FORM_COLUMN_CLASH = (
        "Form {form_id!r}: questions {first} and {second} would share column {column!r}. Rename one of them."
    )
    FORM_TABLE_CLASH = "Form {form_id!r} would make the table {table!r}, which exists for something else. Rename its repeat, or change `table` in config/survey.toml."
    FORM_NAME_LONG = "Form {form_id!r}: {name!r} is too long for a column or table (limit {limit} bytes). Use a shorter question or choice name."
    FORM_VERSION_CHANGED = "Form {form_id!r} version {version!r} is known with another questionnaire. Give the changed workbook a new version in its settings sheet."
    FORM_REPEAT_CLASH = "Form {form_id!r}: repeats {first} and {second} would share table {table!r}. Rename one of them; a repeat that has data stays where it is."
    FORM_TOO_WIDE = "Form {form_id!r}: table {table!r} would have {found} columns, the databases hold {expected}. Let long lists be select_one, or move questions into another form."
    FORM_TYPE_CLASH = "Form {form_id!r}: {path} is {old} in version {old_version!r} and {new} in {new_version!r}. Keep the type, or use a new name."

    FORM_RENAME_CLASH = "Form {form_id!r}: `former_name` makes {first} and {second} one column ({column!r}), but version {version!r} asks both. Take the name out of `former_name`: a name that is still asked, or that another question claims, stays a column of its own."
    FORM_VERSION_OLD = "Form {form_id!r}: the workbook has version {version!r}, but phones have {found!r} since, and they only move forward. Write a new version into its settings sheet; to bring just this content back, run `processor forms rollback {form_id} --to {version}`."
    FORM_ROLLBACK_NONE = "Form {form_id!r} cannot go back to version {found!r}. Expected one of: {expected}. Choose one with --to; `processor forms history` shows them."
    FORM_ROLLBACK_WORKBOOK = "The workbook of version {version!r} of {form_id!r} cannot be given a new version here: {detail}. Take it from the page Biểu mẫu, write a new version into its settings sheet in Excel, put it in the place of the workbook and deploy it."
    FORM_READBACK = "The form server says that {form_id!r} version {version!r} was published, but phones get {found}. Run `processor forms status`, then deploy again; tell its operator if it stays so."
    DEPLOY_LEDGER = "Expected an open row {number} in the ledger of deploys, found none. Deploy again; report it if it happens twice."

    CHECK_FORMER = "{place}: former_name is {name!r}, which {found} has or claims too. Expected a name that nobody has any more, claimed by one question only; correct the cell."
    CHECK_FORMER_NAME = "{place}: former_name has {name!r}. Expected names as they stood in the column name, separated by spaces."
    CHECK_LIST_HEAD = "{place}: the list {file} has no column {column!r}. Expected a UTF-8 CSV file whose first line has name and label; write it with `processor forms media`, or correct it."
    CHECK_SIZE = "{place}: a phone downloads {found}, more than {limit}: about {minutes} minutes on 2G. Shorten the lists, or take out files that the form does not need."
    CHECK_STATA = "{place}: {count} column(s) have names of more than {limit} letters, which Stata cuts off: {names}. Shorten the question or the choice name before the first publishing."
    CHECK_SETTING = "{place}: {key} is missing. Add the column and its value."
    CHECK_LANGUAGE = "{place}: default_language is {found!r}, the columns are in: {expected}. Spell it the same everywhere."
    CHECK_NAME = "{place}: the name {name!r} must have small letters, digits and _ only and start with a letter. Rename it before the first publishing; never after."
    CHECK_NAME_LONG = "{place}: the name {name!r} has {found} characters, at most {limit} are allowed. Shorten it before the first publishing."
    CHECK_CLASS = "{place}: data_class is {found!r}, expected one of {expected}. Say who may see the answers."
    CHECK_CLEAN_AS = "{place}: clean_as is {found!r}, expected nothing or one of {expected}."
    CHECK_ORIGIN = "{place}: origin is {found!r}, expected one of {expected}."
    CHECK_TRANSLATION = "{place}: {column} has no text in {language}. Add it in every language."
    CHECK_MESSAGE = (
        "{place}: {column} has no message in {language}. Say in {column}_message what is expected."
    )
    CHECK_LETTERS = "{place}: {column} has letters in decomposed form (often pasted from a Mac). Type the text again or paste it through a Unicode NFC converter."
    CHECK_MEDIA = "{place}: the list {file} is not in the folder {folder}. Write it with `processor forms media`, or put it there."
    CHECK_PAGE_REPEAT = (
        "{place}: a repeat inside the field-list {page}, which phones cannot show. Move it out of the group."
    )
    CHECK_PAGE_LONG = "{place}: {found} questions on one screen, at most {limit}. Split the group."
    CHECK_CHOICE = "{place}: the choice name {found!r} must have letters, digits, _ . - only, at most {limit} characters, no space."
    CHECK_CHOICE_TWICE = "{place}: the choice {name!r} stands twice in the list {list_name}. Remove one."
    CHECK_WARNING = "{place}: pyxform warns: {detail}"
    CHECK_VALIDATE = "{place}: ODK Validate refuses the form: {detail}"
    CHECK_FAILED = "{count} problem(s) in the questionnaires, see above. Correct them in Excel and check again; nothing was published."

    SUBMISSION_UNREADABLE = "Submission {instance_id} of {form_id!r} cannot be read: {detail}. The server's copy is untouched; report it."

    STORE_MIGRATION = "The database at {url} has version {found!r}, this program knows {expected!r}. Update the program, or restore the matching backup."
    STORE_BUSY = (
        "Another pull of {form_id!r} is running since {since} (lease until {until}). Wait for it to end."
    )

    SERVER_AWAY = "The form server has not answered as it should since {since}. The pages show the last copy; look at the server, then try again."
    HOOK_ADDRESS = "The address that wakes a pull needs web.public_url in config/survey.toml (or PROCESSOR_PUBLIC_URL), expected https://…, found {found!r}. Set it to where the service is reached from outside, then run the command again."

    SERVER_BUILTIN = "Practice interviews go through the built-in form server (server.kind = 'builtin'), found {kind!r}. On ODK Central train with app users TAPHUAN-01 and so on, on KoboToolbox with accounts named in server.practice_users (docs/central.md, docs/kobo.md)."
    WEB_ADDRESS = "The service cannot listen on {host}:{port}: {detail}. Stop what uses that port, or choose another: make run PORT=8081."

    USER_EXISTS = (
        "A user named {username!r} exists already. Choose another name, or reset that user's password."
    )
    USER_UNKNOWN = "Expected the name of a user, found {username!r}. `processor users list` shows them all."
    USER_FIELD = "{field}: expected {expected}, found {found!r}. Correct it and try again."
    LAST_ADMIN = "This is the last active administrator. Make another one first."

    STORE_LEASE_LOST = "The pull of {form_id!r} stopped: it was silent for too long and another pull took over. Nothing is lost; pull again."
    PULL_SINCE_SERVER = "The form server of {form_id!r} does not tell when submissions were edited, so 'since' would miss edits. Pull without --since (every pull compares all ids and versions), or with --full; on KoboToolbox the right to manage the project shows its history."
    PULL_SINCE_FUTURE = (
        "'since' must be a moment in the past, found {found}. Correct the date, or leave the option out."
    )
    DRY_RUN_STORE = "There is no copy of this version at {url} to compare with (found {found}, expected {expected}). A dry run makes none: run `processor pull` once without --dry-run."

    OUTBOX_OFF = "Reviews are not written back to the form server here: [write_back] reviews is not true in config/survey.toml. Set it there, restart the service and try again."
    OUTBOX_SERVER = "The form server {name!r} takes no review states. Switch [write_back] reviews off in config/survey.toml."
    OUTBOX_STATE = "The form server cannot hold the review state {found!r}, expected one of: {expected}. Choose another state."
    OUTBOX_COMMENT = "A comment may have {limit} characters, found {found}. Shorten it and try again."
    OUTBOX_EDITED = "Submission {instance_id} of {form_id!r} was edited after this review was written: the version on the form server is not the one that was looked at. Read the new version and review it again."
    OUTBOX_BUSY = "Reviews are being sent by another process since {since} (until {until} at most). Wait for it to end; nothing is lost."
    OUTBOX_LEASE_LOST = "Sending reviews stopped: it was silent for too long and another process took over. Nothing is lost; send again."
    OUTBOX_ROW = "There is no review {number} in the queue that can be {act}: expected one that is {expected}, found {found}. See `processor reviews list --all`."

    PULL_STOPPED = (
        "The service was stopped during this pull. Nothing is lost; the next pull goes on from there."
    )
    TABLE_UNKNOWN = "There is no reporting table {table!r}. Publish its form first, or correct the name."
    CHECK_TABLE = (
        "A rule asks for table {table!r}; these are at hand: {known}. Mend the rule or its family's list."
    )
    CHECK_COLUMN = (
        "A rule reads {table}.{column}, which no version of the form has. Name it in the rule's `reads`."
    )
    CHECK_NOW = (
        'A rule asks for the day of today, which was not given. Expected: `needs="now"` where the rule is '
        "registered. Add it; a rule looks at no clock of its own."
    )
    RULES_HEADER = (
        "{path}: the columns are not those of a catalogue of rules. Expected: {expected}. Found: {found}. "
        "Restore the first line."
    )
    RULES_MISSING = (
        "There is no catalogue of rules at {path}, so no rule could be checked. Restore rules.csv there beside "
        'survey.toml, or set checks = "" under [survey] to have none.'
    )
    RULES_VALUE = (
        "{path}, line {line}, column {column}: expected {expected}, found {found!r}. "
        "Correct the cell and start again."
    )
    CHECKS_UNKNOWN = "survey.checks = {found!r} names no rules. Expected one of: {expected}, or an empty text for none; correct config/survey.toml."
    CHECKS_BUSY = "Checks are running in another process since {since} (until {until} at most). Nothing is lost: what came meanwhile is checked by it or after the next pull."
    CHECKS_LEASE_LOST = "The checks stopped: they were silent for too long and another process took over. Nothing is lost; what is due is checked after the next pull."

    FINDING_STATE = "Unknown act {found!r} on a finding. Expected one of: {expected}."
    FINDING_REASON = "Expected a reason of 1 to {limit} signs, found {found}. Write why; others will read it."
    FINDING_ROLE = "An error can only be overridden by {expected}, found the role {found}. Return it to the officer, or ask a supervisor."
    FINDING_ERROR = "An error cannot be closed as expected. Return it to the officer, correct it, or let a supervisor override it with a reason."
    FINDING_UNIT = "A finding about {unit} has no submission that could be returned. Override it or close it as expected, with a reason."
    FINDING_FILTER = "Findings cannot be counted by {found!r}. Expected one of: {expected}."

    CORRECT_PLACE = "Table {table!r} has no answer in column {column!r} of row {row_key!r}. Expected a question of the form; flags, parts and derived columns follow from their question. Choose it on the submission's page."
    CORRECT_RIGHTS = "Submission {submission_id} or its column {column!r} may not be corrected by this user. Expected a live submission of the user's area and a column that the user may see."
    CORRECT_STALE = "Submission {submission_id} has changed since its page was opened. Nothing was corrected; look at the new version, then decide again."
    CORRECT_MEANWHILE = "Column {column!r}: {who} has corrected this answer or undone a correction at {at}, after it was looked at. Nothing was corrected; look at it as it is now, then decide again."
    CORRECT_VALUE = "Column {column!r}: expected {expected}. Nothing was corrected; write the answer as the form writes it."
    CORRECT_SAME = "Column {column!r} has this answer already. Nothing was corrected."
    CORRECT_TEXT = "The correction's {field}: expected a text of {least} to {limit} signs, found {found}. Say why, and on what paper or word it rests."
    CORRECT_STATE = "Correction {number} cannot be {act}: expected one that is {expected}, found {found}. Reload the list."
    SHEET_MANY = "This choice has more than {limit} findings, more than one sheet should hold. Narrow it by form, rule, area or officer."
    SHEET_EMPTY = (
        "No finding fits this choice, so there is no sheet to fill in. Choose another state, level or area."
    )
    SHEET_LARGE = "The file is larger than a sheet of findings can be (limit {limit} MB, with what it unpacks to). Expected the sheet that this service made, filled in; delete what was added."
    SHEET_UNREADABLE = "The file cannot be read as an Excel workbook ({detail}). Expected the sheet of findings as .xlsx; open it in Excel or LibreOffice, save it as .xlsx and try again."
    SHEET_FOREIGN = "The file is not a sheet of findings made by this service, or its hidden sheet was changed. Nothing was read; make a new sheet, and fill in its own columns."
    SHEET_COLUMNS = "The sheet of findings lacks columns, or has them twice: {expected}. Columns may be moved and hidden, not renamed or deleted; take them from the sheet as it was made."
    SHEET_BUSY = "Another sheet is being imported since {since} (until {until} at most). Wait for it to end; nothing is lost."
    SHEET_LEASE_LOST = "The import of the sheet stopped: it was silent for too long and another one took over. Import it again; what was done is not done twice."
    SHEET_USER = (
        "User {username!r} cannot import a sheet: the account is switched off. Name an active user with --as."
    )
    COLUMN_UNKNOWN = "Table {table!r} has no column {column!r}. Use a column of its codebook."
    LIST_KEY = "The page address is not valid: expected a key that this list gave out. Open the list again."

    XPATH_UNSUPPORTED = "The expression {expression!r} uses what this program does not compute: {detail!r}. Write it with the functions listed in processor/survey/xpath_functions.py."
    XPATH_MANY_NODES = "An expression asks for one value of {name!r}, found {count}. Use sum(), count() or a row's own question."
    XPATH_NO_LIST = "An expression asks for the list {name!r}, which the form does not carry. Add it to the form's media or its choices."
    XPATH_CYCLE = (
        "The question {path} depends on itself. Correct its calculation or relevance in the workbook."
    )

    PRACTICE_REFUSED = "Practice interview {name} would not pass on a phone: {detail}. The form was changed; bring processor/practice in line with it."
    PRACTICE_START = "Practice interviews need survey days from {first} to {last}; found {found}. Choose another first day."
    PRACTICE_POST = "The form server answered {status} to {what}: {detail}. Check that the service runs and the address is right, then repeat; nothing is sent twice."

    EXPORT_OPTION = "{option}: expected one of {expected}, found {found!r}. Choose one of them."
    EXPORT_PURPOSE = "This file has columns of class {classes}, so it needs a purpose: the task and its document, without a person's name. Write it and try again."
    EXPORT_WRITE = "The file could not be written: {detail}. Nothing stands under its name, and the ledger says that attempt {download_id} failed. Free space or correct the folder, then try again."
    EXPORT_WIDE = "The file would have {found} columns, an Excel sheet holds {expected}. Take CSV, or fewer data classes."
    EXPORT_EXISTS = "{name} exists already. Expected a new name; choose another, or add --overwrite."
    LEDGER_STATE = "Expected an open row {download_id} in the ledger of downloads, found none. Make the file again; report it if it happens twice."
    AREA_UNKNOWN = "Unknown area {found!r}. Expected district or commune codes of 2016, separated by commas, as in config/codes/admin_units_nghe_an_2016.csv."

    AREAS_TABLE = "{path}: expected {expected}, found {found}. Restore the table of administrative units, or take units of 2016."
    REGROUP = "A table cannot be given in units of another year: expected {expected}, found {found}. Correct the call."
    AREA_DENIED = "Your account does not cover this area. Ask the provincial administrator for the right."
    CLASS_DENIED = "Your account does not cover columns of class {data_class}. Ask the provincial administrator for the right."

    XML_SYNTAX = "The document is not well-formed XML: {detail}. Send the form again from the phone."
    XML_DTD = "The document has a DOCTYPE, which submissions never have. Nothing was stored; send the form with ODK Collect."
    XML_LARGE = "The document has {found} bytes, at most {limit} are taken. Nothing was stored; report it."
    XML_DEEP = "The document nests deeper than {limit} levels, no form does. Nothing was stored; report it."

    POST_TOKEN = "This address belongs to no officer. Scan the QR code of the card again, or ask the office for a new one."
    POST_REVOKED = "The card of officer {code} was revoked. Ask the office for a new card."
    POST_OPENROSA = "Expected the header X-OpenRosa-Version: 1.0, found {found!r}. Use ODK Collect or another OpenRosa program."
    POST_PART = "Expected multipart/form-data with a file part xml_submission_file, found {found}. Nothing was stored; send again."
    POST_LARGE = (
        "The post is larger than {limit} bytes. Nothing was stored; take smaller photos and send again."
    )
    POST_NO_FORMS = "No form is published yet. Publish the forms, then fetch the list again."
    POST_FULL = "The server's disk is full. Nothing was stored; the phone keeps the form and sends it later. Free space on the server."
    POST_BUSY = "The server's database does not answer. Nothing was stored; the phone keeps the form and sends it later."
    POST_NOTHING = "There is nothing at this address. Fetch the list of forms again."
    POST_ENCRYPTED = "The submission is encrypted, which the built-in form server cannot read. Publish the form without public_key and fill it again."
    POST_NO_FORM = "Expected the attribute id (form id) on the root element of the XML, found none. Send a form made from the list of this server."
    POST_ID = "Expected meta/instanceID with 1 to {limit} signs without spaces, found {found!r}. Send a form made from the list of this server."
    POST_FORM_UNKNOWN = (
        "There is no form {form_id!r} on this server. Check that the phone's project belongs to this survey."
    )
    POST_VERSION_UNKNOWN = "Form {form_id!r} has no version {found!r} on this server, the newest is {newest!r}. Publish that version again; the phone then sends by itself."
    POST_CONFLICT = "Submission {instance_id} is stored already with other content. Nothing was changed; keep the form on the phone and tell the office."
    POST_EDIT_UNKNOWN = (
        "The edit replaces {deprecated_id}, which has not arrived. Send the first version, then the edit."
    )
    POST_EDIT_STALE = "The edit replaces {deprecated_id}, which was edited already. Nothing was changed; keep the form on the phone and tell the office."
    POST_EDIT_DELETED = "The edit replaces {deprecated_id}, which the office has deleted. Ask the office to restore it, then send again."
    POST_EDIT_PRACTICE = "The edit replaces {deprecated_id}; practice and survey never mix. Send it from the project in which the form was filled."

    FORM_VERSION_TAKEN = "Form {form_id!r} version {version!r} is published with other content, and phones have it. Give the changed workbook or its media a new version in the settings sheet."
    FORM_REFUSED = "Form {form_id!r} version {version!r} has {count} change(s) that would break the tables or lose answers. Nothing was published; correct the workbook.\n{lines}"
    FORM_ADDRESS = "Form {form_id!r}: id and version must have 1 to {limit} signs and no slash, found {found!r}. Correct the settings sheet."
    REVIEW_STATE = "Unknown review state {found!r}. Expected one of: {expected}."
    SUBMISSION_UNKNOWN = (
        "The form server has no submission {instance_id} of {form_id!r}. Pull again and reload the page."
    )

    OFFICER_EXISTS = (
        "An officer {code!r} exists already. Choose the next number, or restore or rotate that one."
    )
    OFFICER_NONE = "There is no active officer to print a card for. Add one with `processor officers add`."
    OFFICER_FILE = "{path}: expected a UTF-8 CSV file whose first line is code,name,area; {detail}. Correct it and import again."
    OFFICER_LINES = "{path}: {count} line(s) cannot be taken, nothing was changed. Correct them and import again.\n{lines}"
    OFFICER_TWICE = "Officer {code!r} stands twice in the file. Remove one line."
    OFFICER_UNKNOWN = "There is no officer {code!r}. `processor officers list` shows them all."
    OFFICER_LEFT_OFF = "{code} was revoked and stays so. `processor officers restore {code}` lets her send again with her old card."
    OFFICER_LEFT_REVOKED = (
        "{code} was revoked on {at} and stays so. `processor officers restore {code}` lets her send again."
    )
    OFFICER_LEFT_GONE = "{code} could send before and cannot now: she was revoked on the form server itself, and stays so. `processor officers restore {code}` lets her send again."
    OFFICER_LEFT_ACTIVE = "{code} was revoked here on {at}, but the form server lets her send: somebody let her in there. Nothing was changed; `processor officers revoke {code}` or `processor officers restore {code}` decides it."
    OFFICER_LEFT_NAMED = "{code} is named {found!r} on ODK Central, which cannot rename an app user. `processor officers rotate {code}` makes her anew under the name of the file; print her card again."
    OFFICER_STILL = "The form server still lets {code} send after the right was taken. Nothing is noted as revoked; take the right away on the server itself."
    OFFICER_NO_ROTATE = "A new card cannot be given on {kind}: the card holds no secret of ours. Change the account's password there; or revoke the officer."
    OFFICER_NO_PASSWORD = (
        "Cards of {kind} need no password, so none can be printed on them. Leave out --with-passwords."
    )
    OFFICER_PASSWORDS = "{path}: expected a CSV file of mode 600 whose first line is code,password, with one line for each printed officer; {detail}. Correct it, or leave out --with-passwords."
    OFFICER_STOPPED = "The form server failed after {done} of {count} officers. Nothing is doubled or lost: run the command again and it goes on."
    PRIVATE_FILE = "{path} cannot be read ({detail}); expected the JSON file that this service wrote. Restore it from the backup. Do not delete it: it says who was revoked, or which addresses may wake the pull."
    OFFICER_FIELD = "Officer {field}: expected {expected}, found {found!r}. Correct it and try again."

    HTTP_PLAIN = "The form server's address {url} is not https. Expected https, so that passwords do not travel in the clear; correct the address, or allow plain http for a server inside the office network."
    HTTP_ADDRESS = "The form server's address {url!r} is not valid. Expected something like https://server.example, without password, ? or #."
    HTTP_UNREACHABLE = "{method} {path}: the form server cannot be reached or broke off ({detail}), {attempts} attempt(s). Check the network and the server, then try again; nothing is lost."
    HTTP_UNSURE = "{method} {path}: the form server broke off ({detail}) before it answered, so it may or may not have done this. Look at the server, then run the command again."
    HTTP_STATUS = "{method} {path}: the form server answered {status}, expected {expected}: {detail}. Do as it says, or tell its operator."
    HTTP_NOT_DATA = "{method} {path}: expected {expected} from the form server, found {found}. A gateway or a maintenance page is in front of it; try again later."
    HTTP_INCOMPLETE = "{method} {path}: the form server's answer is incomplete or damaged ({detail}), {attempts} attempt(s). Nothing of it was used; try again."
    HTTP_LARGE = (
        "{method} {path}: the form server's answer is larger than {limit} bytes. Ask for smaller pages."
    )
    HTTP_REDIRECT = "{method} {path}: the form server sends this request to {found}, expected {expected}. Nothing was sent there; correct the server's address in the settings."
    HTTP_LINK = "The form server gave the link {found!r}, expected one of its own pages (http or https). Tell its operator."

    KOBO_TOKEN = "There is no token for KoboToolbox. Set the variable KOBO_TOKEN, or name a file with server.token_file in config/survey.toml; the token stands in the account's security settings."
    KOBO_TOKEN_FORM = "The token for KoboToolbox must be one line without spaces. Copy it again from the account's security settings."
    KOBO_TOKEN_FILE = "The token file {path} cannot be read ({detail}). Put the token there as its only line, with mode 0600."
    KOBO_TOKEN_OPEN = "The token file {path} has mode {found}, expected 0600: others on this machine can read it. Run chmod 600 on it; make a new token if others may have seen it."
    KOBO_LOGIN = "KoboToolbox does not accept the token. Copy it again from the account's security settings; it changes with the password."
    KOBO_SHAPE = "KoboToolbox answered a {what} that this program does not know ({found}). Nothing of it was used; report it with the server's version."
    KOBO_OLD = "KoboToolbox gives no meta/rootUuid (row {number}), expected a server of 2024 or later: without it an edited submission cannot be told from a new one. Update the server."
    KOBO_ASSET_NONE = "KoboToolbox has no project for form {form_id!r} that this account can see. Deploy the form first, share its project with the account, or name its asset in server.assets of config/survey.toml."
    KOBO_ASSET_TWO = "KoboToolbox has several deployed projects for form {form_id!r}: {found}. Expected one; name the right asset in server.assets of config/survey.toml."
    KOBO_ASSET_OTHER = "The KoboToolbox asset {asset} holds the form {found!r}, expected {form_id!r}. Correct server.assets in config/survey.toml."
    KOBO_RIGHTS = "The KoboToolbox account {user!r} lacks the right {expected} on the project of {form_id!r}. Without it a pull would see a part of the data or none, and nothing can be published. Let the project's owner give it."
    KOBO_NOT_DEPLOYED = "The KoboToolbox project of {form_id!r} is not deployed. Deploy the form, then pull."
    KOBO_ROWS = "KoboToolbox gave a page of rows that contradicts itself ({detail}), {attempts} times. Nothing of it was used; pull again, and tell the server's operator if it stays."
    KOBO_MOVING = "The KoboToolbox row {number} changed again and again while it was read. Nothing of it was used; pull again."
    KOBO_UNINDEXED = "KoboToolbox holds {expected} submissions of {form_id!r} but lists {found}: some are stored and cannot be listed. Ask its operator to run the command sync_mongo for this project, then pull again."
    KOBO_IMPORT = "KoboToolbox refuses the questionnaire {form_id!r}: {detail}. Correct the workbook in Excel and deploy again; phones keep the old version."
    KOBO_IMPORT_SLOW = "KoboToolbox has not finished to import {form_id!r} after {seconds} seconds. Look at its operator's queue, then deploy again; nothing is doubled."
    KOBO_DEPLOY = "KoboToolbox imported {form_id!r} but refuses to deploy it: {detail}. Correct the workbook in Excel and deploy again; phones keep the old version."
    KOBO_IMPORT_DIFFERS = "KoboToolbox read the workbook of {form_id!r} in another way: {detail}. Nothing was deployed; check the column names of the survey sheet."
    KOBO_VERIFY = "KoboToolbox says that {form_id!r} is deployed, but phones get something else: {detail}. Deploy again; tell the server's operator if it stays."
    KOBO_USER_UNKNOWN = "KoboToolbox has no account {user!r}. Let the person make the account first (accounts are not made from here), then run the command again."
    KOBO_PRACTICE_MISSING = "{code} is for practice, but her account {user!r} is not named in server.practice_users of config/survey.toml: what she sends would count as survey data. Name it there, then import again."
    KOBO_PRACTICE_NAMED = "{code} is for the survey, but her account {user!r} stands in server.practice_users of config/survey.toml: what she sends would count as practice. Take it out there, then import again."
    KOBO_REVOKE = "KoboToolbox still lets {user!r} send after the right was taken: another right of the account implies it. Take that one on the project's sharing page."
    KOBO_REVOKE_SELF = (
        "{user!r} is the account of this service itself. Nothing was revoked; choose another officer."
    )
    KOBO_HOOK_RIGHTS = "The KoboToolbox account {user!r} may not see or change REST services of the asset {asset}. Let the project's owner give it the right manage_asset, then run the command again."
    KOBO_HOOK = "The address of a hook must be https and end with a secret of 16 signs or more, found {found}. Take the one that the service shows."

    CENTRAL_NO_LOGIN = "There is no login for ODK Central. Set the variables {email} and {password}, or name a file with both in the settings (server.credentials)."
    CENTRAL_LOGIN_FILE = '{path} cannot be read as the login for ODK Central. Expected a TOML file with email = "…" and password = "…"; correct it.'
    CENTRAL_LOGIN_OPEN = "{path} holds a password and has mode {found} or another owner, expected 600 and the account of this service. Run chmod 600 on it; change the password if others may have seen it."
    CENTRAL_LOGIN = "ODK Central at {server} does not accept the login. Check e-mail and password of the web user for this service, then try again."
    CENTRAL_SESSION = "{method} {path}: ODK Central ended the session and refuses a new one ({detail}). Check the web user of this service, then try again."
    CENTRAL_RIGHTS = "{method} {path}: the web user of this service has no right to do this on ODK Central. Give it the role Project Manager in the project (Project Viewer is enough to pull)."
    CENTRAL_ABSENT = "{method} {path}: ODK Central has no such thing. Check the project's number in the settings and whether the form is published there."
    CENTRAL_ANSWER = "ODK Central answered {what}, which this program does not know. Nothing of it was used; report it with the server's version (/version.txt)."
    CENTRAL_COUNT = "ODK Central announced {expected} changed submissions of {form_id!r} and gave {found}, {times} times. Nothing of it was used; try again."
    CENTRAL_EXPORT = "The export of {form_id!r} from ODK Central arrived damaged {times} times. Nothing of it was used; try again, or look at the server's log."
    CENTRAL_FILE = "An attachment of submission {instance_id} arrived damaged {times} times: it does not have the server's MD5. Try again, or tell the server's operator."
    CENTRAL_RESTLESS = "Submission {instance_id} changed on ODK Central each of {times} times it was read. Nothing of it was used; try again."
    CENTRAL_ENCRYPTED = "{form_id!r} is encrypted on ODK Central (managed encryption), so its answers cannot be read there as in an open project. Use a project without encryption; or read what docs/central.md says of encrypted projects, and set server.encrypted = 'export'."
    CENTRAL_ENCRYPTED_NEW = "{form_id!r} version {version!r} is not published in this encrypted project, and new versions are not published there from here. Upload its XForm on ODK Central's page, publish it there, and run this again: it is then compared with what phones get."
    CENTRAL_PASSPHRASE = "The answers of this project are encrypted, and there is no passphrase to read them with. Run `processor pull` at a terminal and type it, set the variable {variable}, or name a file with it in the settings (server.passphrase_file)."
    PULL_LOCKED = "{form_id}: encrypted on the form server, and this service has no passphrase, so it is not pulled in the background. Run `processor pull` at a terminal and type the passphrase."
    CENTRAL_PASSPHRASE_FILE = '{path} cannot be read as the passphrase of the encrypted project. Expected a TOML file with passphrase = "…"; correct it.'
    CENTRAL_PASSPHRASE_WRONG = "ODK Central cannot decrypt {form_id!r} with this passphrase, or one of its submissions is damaged. Nothing of it was used; try again with the passphrase of the project."
    CENTRAL_SEALED_COLUMNS = "The export of the encrypted form {form_id!r} is not as its fields explain, and there is no other way to its answers. Nothing of it was used; report it with the server's version (/version.txt)."
    CENTRAL_SEALED_BROKEN = "The export of the encrypted form {form_id!r} broke off for {count} submissions one by one, which no single damaged submission explains. Nothing of it was used; look at the server's log, then try again."
    SUBMISSION_SEALED = "ODK Central could not decrypt this submission: {reason}"
    CENTRAL_FORM_INVALID = "ODK Central refuses {form_id!r}: {detail}. Correct the workbook and publish again; phones keep the old version."
    CENTRAL_FORM_MEDIA = "{form_id!r} version {version!r}: the files that ODK Central expects and those of the form differ: {names}. Put them into xlsforms/media, or remove what names them, and publish again."
    CENTRAL_FORM_DELETED = "{form_id!r} lies in the trash of the project on ODK Central. Restore it there, so that its submissions stay with it; then publish again."
    CENTRAL_READBACK = "{form_id!r} version {version!r}: phones would get {what} {found} from ODK Central, expected {expected}. Publish again under a new version; tell the server's operator if it stays so."
    CENTRAL_OFFICER_TWICE = "ODK Central has {count} app users for officer {code!r}. Expected one; revoke the surplus ones in Central, then try again."


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
