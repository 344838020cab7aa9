"""Messages: KoboToolbox."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfKobo:
    """KoboToolbox."""

    KOBO_TOKEN = said("There is no token for KoboToolbox. Set the variable KOBO_TOKEN, or name a file with server.token_file in config/survey.toml; the token stands in the account's security settings.")
    KOBO_TOKEN_FORM = said("The token for KoboToolbox must be one line without spaces. Copy it again from the account's security settings.")
    KOBO_TOKEN_FILE = said("The token file {path} cannot be read ({detail}). Put the token there as its only line, with mode 0600.")
    KOBO_TOKEN_OPEN = said("The token file {path} has mode {found}, expected 0600: others on this machine can read it. Run chmod 600 on it; make a new token if others may have seen it.")
    KOBO_LOGIN = said("KoboToolbox does not accept the token. Copy it again from the account's security settings; it changes with the password.")
    KOBO_SHAPE = said("KoboToolbox answered a {what} that this program does not know ({found}). Nothing of it was used; report it with the server's version.")
    KOBO_OLD = said("KoboToolbox gives no meta/rootUuid (row {number}), expected a server of 2024 or later: without it an edited submission cannot be told from a new one. Update the server.")
    KOBO_ASSET_NONE = said("KoboToolbox has no project for form {form_id!r} that this account can see. Deploy the form first, share its project with the account, or name its asset in server.assets of config/survey.toml.")
    KOBO_ASSET_TWO = said("KoboToolbox has several deployed projects for form {form_id!r}: {found}. Expected one; name the right asset in server.assets of config/survey.toml.")
    KOBO_ASSET_OTHER = said("The KoboToolbox asset {asset} holds the form {found!r}, expected {form_id!r}. Correct server.assets in config/survey.toml.")
    KOBO_RIGHTS = said("The KoboToolbox account {user!r} lacks the right {expected} on the project of {form_id!r}. Without it a pull would see a part of the data or none, and nothing can be published. Let the project's owner give it.")
    KOBO_NOT_DEPLOYED = said("The KoboToolbox project of {form_id!r} is not deployed. Deploy the form, then pull.")
    KOBO_ROWS = said("KoboToolbox gave a page of rows that contradicts itself ({detail}), {attempts} times. Nothing of it was used; pull again, and tell the server's operator if it stays.")
    KOBO_MOVING = said("The KoboToolbox row {number} changed again and again while it was read. Nothing of it was used; pull again.")
    KOBO_UNINDEXED = said("KoboToolbox holds {expected} submissions of {form_id!r} but lists {found}: some are stored and cannot be listed. Ask its operator to run the command sync_mongo for this project, then pull again.")
    KOBO_IMPORT = said("KoboToolbox refuses the questionnaire {form_id!r}: {detail}. Correct the workbook in Excel and deploy again; phones keep the old version.")
    KOBO_IMPORT_SLOW = said("KoboToolbox has not finished to import {form_id!r} after {seconds} seconds. Look at its operator's queue, then deploy again; nothing is doubled.")
    KOBO_DEPLOY = said("KoboToolbox imported {form_id!r} but refuses to deploy it: {detail}. Correct the workbook in Excel and deploy again; phones keep the old version.")
    KOBO_IMPORT_DIFFERS = said("KoboToolbox read the workbook of {form_id!r} in another way: {detail}. Nothing was deployed; check the column names of the survey sheet.")
    KOBO_VERIFY = said("KoboToolbox says that {form_id!r} is deployed, but phones get something else: {detail}. Deploy again; tell the server's operator if it stays.")
    KOBO_USER_UNKNOWN = said("KoboToolbox has no account {user!r}. Let the person make the account first (accounts are not made from here), then run the command again.")
    KOBO_PRACTICE_MISSING = said("{code} is for practice, but her account {user!r} is not named in server.practice_users of config/survey.toml: what she sends would count as survey data. Name it there, then import again.")
    KOBO_PRACTICE_NAMED = said("{code} is for the survey, but her account {user!r} stands in server.practice_users of config/survey.toml: what she sends would count as practice. Take it out there, then import again.")
    KOBO_REVOKE = said("KoboToolbox still lets {user!r} send after the right was taken: another right of the account implies it. Take that one on the project's sharing page.")
    KOBO_REVOKE_SELF = said("{user!r} is the account of this service itself. Nothing was revoked; choose another officer.")
    KOBO_HOOK_RIGHTS = said("The KoboToolbox account {user!r} may not see or change REST services of the asset {asset}. Let the project's owner give it the right manage_asset, then run the command again.")
    KOBO_HOOK = said("The address of a hook must be https and end with a secret of 16 signs or more, found {found}. Take the one that the service shows.")
