"""Messages: ODK Central."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfCentral:
    """ODK Central."""

    CENTRAL_NO_LOGIN = said("There is no login for ODK Central. Set the variables {email} and {password}, or name a file with both in the settings (server.credentials).")
    CENTRAL_LOGIN_FILE = said('{path} cannot be read as the login for ODK Central. Expected a TOML file with email = "…" and password = "…"; correct it.')
    CENTRAL_LOGIN_OPEN = said("{path} holds a password and has mode {found} or another owner, expected 600 and the account of this service. Run chmod 600 on it; change the password if others may have seen it.")
    CENTRAL_LOGIN = said("ODK Central at {server} does not accept the login. Check e-mail and password of the web user for this service, then try again.")
    CENTRAL_SESSION = said("{method} {path}: ODK Central ended the session and refuses a new one ({detail}). Check the web user of this service, then try again.")
    CENTRAL_RIGHTS = said("{method} {path}: the web user of this service has no right to do this on ODK Central. Give it the role Project Manager in the project (Project Viewer is enough to pull).")
    CENTRAL_ABSENT = said("{method} {path}: ODK Central has no such thing. Check the project's number in the settings and whether the form is published there.")
    CENTRAL_ANSWER = said("ODK Central answered {what}, which this program does not know. Nothing of it was used; report it with the server's version (/version.txt).")
    CENTRAL_COUNT = said("ODK Central announced {expected} changed submissions of {form_id!r} and gave {found}, {times} times. Nothing of it was used; try again.")
    CENTRAL_EXPORT = said("The export of {form_id!r} from ODK Central arrived damaged {times} times. Nothing of it was used; try again, or look at the server's log.")
    CENTRAL_FILE = said("An attachment of submission {instance_id} arrived damaged {times} times: it does not have the server's MD5. Try again, or tell the server's operator.")
    CENTRAL_RESTLESS = said("Submission {instance_id} changed on ODK Central each of {times} times it was read. Nothing of it was used; try again.")
    CENTRAL_ENCRYPTED = said("{form_id!r} is encrypted on ODK Central (managed encryption), so its answers cannot be read there as in an open project. Use a project without encryption; or read what docs/central.md says of encrypted projects, and set server.encrypted = 'export'.")
    CENTRAL_ENCRYPTED_NEW = said("{form_id!r} version {version!r} is not published in this encrypted project, and new versions are not published there from here. Upload its XForm on ODK Central's page, publish it there, and run this again: it is then compared with what phones get.")
    CENTRAL_PASSPHRASE = said("The answers of this project are encrypted, and there is no passphrase to read them with. Run `processor pull` at a terminal and type it, set the variable {variable}, or name a file with it in the settings (server.passphrase_file).")
    PULL_LOCKED = said("{form_id}: encrypted on the form server, and this service has no passphrase, so it is not pulled in the background. Run `processor pull` at a terminal and type the passphrase.")
    CENTRAL_PASSPHRASE_FILE = said('{path} cannot be read as the passphrase of the encrypted project. Expected a TOML file with passphrase = "…"; correct it.')
    CENTRAL_PASSPHRASE_WRONG = said("ODK Central cannot decrypt {form_id!r} with this passphrase, or one of its submissions is damaged. Nothing of it was used; try again with the passphrase of the project.")
    CENTRAL_SEALED_COLUMNS = said("The export of the encrypted form {form_id!r} is not as its fields explain, and there is no other way to its answers. Nothing of it was used; report it with the server's version (/version.txt).")
    CENTRAL_SEALED_BROKEN = said("The export of the encrypted form {form_id!r} broke off for {count} submissions one by one, which no single damaged submission explains. Nothing of it was used; look at the server's log, then try again.")
    SUBMISSION_SEALED = said("ODK Central could not decrypt this submission: {reason}")
    CENTRAL_FORM_INVALID = said("ODK Central refuses {form_id!r}: {detail}. Correct the workbook and publish again; phones keep the old version.")
    CENTRAL_FORM_MEDIA = said("{form_id!r} version {version!r}: the files that ODK Central expects and those of the form differ: {names}. Put them into xlsforms/media, or remove what names them, and publish again.")
    CENTRAL_FORM_DELETED = said("{form_id!r} lies in the trash of the project on ODK Central. Restore it there, so that its submissions stay with it; then publish again.")
    CENTRAL_READBACK = said("{form_id!r} version {version!r}: phones would get {what} {found} from ODK Central, expected {expected}. Publish again under a new version; tell the server's operator if it stays so.")
    CENTRAL_OFFICER_TWICE = said("ODK Central has {count} app users for officer {code!r}. Expected one; revoke the surplus ones in Central, then try again.")
