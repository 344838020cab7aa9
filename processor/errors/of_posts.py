"""Messages: what phones and servers send: XML, submissions, answers over HTTP, hooks."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfPosts:
    """What phones and servers send: XML, submissions, answers over HTTP, hooks."""

    SUBMISSION_UNREADABLE = said("Submission {instance_id} of {form_id!r} cannot be read: {detail}. The server's copy is untouched; report it.")
    SERVER_AWAY = said("The form server has not answered as it should since {since}. The pages show the last copy; look at the server, then try again.")
    HOOK_ADDRESS = said("The address that wakes a pull needs web.public_url in config/survey.toml (or PROCESSOR_PUBLIC_URL), expected https://…, found {found!r}. Set it to where the service is reached from outside, then run the command again.")
    SERVER_BUILTIN = said("Practice interviews go through the built-in form server (server.kind = 'builtin'), found {kind!r}. On ODK Central train with app users TAPHUAN-01 and so on, on KoboToolbox with accounts named in server.practice_users (docs/central.md, docs/kobo.md).")
    XML_SYNTAX = said("The document is not well-formed XML: {detail}. Send the form again from the phone.")
    XML_DTD = said("The document has a DOCTYPE, which submissions never have. Nothing was stored; send the form with ODK Collect.")
    XML_LARGE = said("The document has {found} bytes, at most {limit} are taken. Nothing was stored; report it.")
    XML_DEEP = said("The document nests deeper than {limit} levels, no form does. Nothing was stored; report it.")
    POST_TOKEN = said("This address belongs to no officer. Scan the QR code of the card again, or ask the office for a new one.")
    POST_REVOKED = said("The card of officer {code} was revoked. Ask the office for a new card.")
    POST_OPENROSA = said("Expected the header X-OpenRosa-Version: 1.0, found {found!r}. Use ODK Collect or another OpenRosa program.")
    POST_PART = said("Expected multipart/form-data with a file part xml_submission_file, found {found}. Nothing was stored; send again.")
    POST_LARGE = said("The post is larger than {limit} bytes. Nothing was stored; take smaller photos and send again.")
    POST_NO_FORMS = said("No form is published yet. Publish the forms, then fetch the list again.")
    POST_FULL = said("The server's disk is full. Nothing was stored; the phone keeps the form and sends it later. Free space on the server.")
    POST_BUSY = said("The server's database does not answer. Nothing was stored; the phone keeps the form and sends it later.")
    POST_NOTHING = said("There is nothing at this address. Fetch the list of forms again.")
    POST_ENCRYPTED = said("The submission is encrypted, which the built-in form server cannot read. Publish the form without public_key and fill it again.")
    POST_NO_FORM = said("Expected the attribute id (form id) on the root element of the XML, found none. Send a form made from the list of this server.")
    POST_ID = said("Expected meta/instanceID with 1 to {limit} signs without spaces, found {found!r}. Send a form made from the list of this server.")
    POST_FORM_UNKNOWN = said("There is no form {form_id!r} on this server. Check that the phone's project belongs to this survey.")
    POST_VERSION_UNKNOWN = said("Form {form_id!r} has no version {found!r} on this server, the newest is {newest!r}. Publish that version again; the phone then sends by itself.")
    POST_CONFLICT = said("Submission {instance_id} is stored already with other content. Nothing was changed; keep the form on the phone and tell the office.")
    POST_EDIT_UNKNOWN = said("The edit replaces {deprecated_id}, which has not arrived. Send the first version, then the edit.")
    POST_EDIT_STALE = said("The edit replaces {deprecated_id}, which was edited already. Nothing was changed; keep the form on the phone and tell the office.")
    POST_EDIT_DELETED = said("The edit replaces {deprecated_id}, which the office has deleted. Ask the office to restore it, then send again.")
    POST_EDIT_PRACTICE = said("The edit replaces {deprecated_id}; practice and survey never mix. Send it from the project in which the form was filled.")
    REVIEW_STATE = said("Unknown review state {found!r}. Expected one of: {expected}.")
    SUBMISSION_UNKNOWN = said("The form server has no submission {instance_id} of {form_id!r}. Pull again and reload the page.")
    HTTP_PLAIN = said("The form server's address {url} is not https. Expected https, so that passwords do not travel in the clear; correct the address, or allow plain http for a server inside the office network.")
    HTTP_ADDRESS = said("The form server's address {url!r} is not valid. Expected something like https://server.example, without password, ? or #.")
    HTTP_UNREACHABLE = said("{method} {path}: the form server cannot be reached or broke off ({detail}), {attempts} attempt(s). Check the network and the server, then try again; nothing is lost.")
    HTTP_UNSURE = said("{method} {path}: the form server broke off ({detail}) before it answered, so it may or may not have done this. Look at the server, then run the command again.")
    HTTP_STATUS = said("{method} {path}: the form server answered {status}, expected {expected}: {detail}. Do as it says, or tell its operator.")
    HTTP_NOT_DATA = said("{method} {path}: expected {expected} from the form server, found {found}. A gateway or a maintenance page is in front of it; try again later.")
    HTTP_INCOMPLETE = said("{method} {path}: the form server's answer is incomplete or damaged ({detail}), {attempts} attempt(s). Nothing of it was used; try again.")
    HTTP_LARGE = said("{method} {path}: the form server's answer is larger than {limit} bytes. Ask for smaller pages.")
    HTTP_REDIRECT = said("{method} {path}: the form server sends this request to {found}, expected {expected}. Nothing was sent there; correct the server's address in the settings.")
    HTTP_LINK = said("The form server gave the link {found!r}, expected one of its own pages (http or https). Tell its operator.")
