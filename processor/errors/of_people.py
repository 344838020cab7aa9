"""Messages: enumerators, users of the pages, practice."""

from __future__ import annotations

from processor.errors.said import said


# fmt: off
class OfPeople:
    """Enumerators, users of the pages, practice."""

    USER_EXISTS = said("A user named {username!r} exists already. Choose another name, or reset that user's password.")
    USER_UNKNOWN = said("Expected the name of a user, found {username!r}. `processor users list` shows them all.")
    USER_FIELD = said("{field}: expected {expected}, found {found!r}. Correct it and try again.")
    LAST_ADMIN = said("This is the last active administrator. Make another one first.")
    PRACTICE_REFUSED = said("Practice interview {name} would not pass on a phone: {detail}. The form was changed; bring processor/practice in line with it.")
    PRACTICE_START = said("Practice interviews need survey days from {first} to {last}; found {found}. Choose another first day.")
    PRACTICE_POST = said("The form server answered {status} to {what}: {detail}. Check that the service runs and the address is right, then repeat; nothing is sent twice.")
    OFFICER_EXISTS = said("An officer {code!r} exists already. Choose the next number, or restore or rotate that one.")
    OFFICER_NONE = said("There is no active officer to print a card for. Add one with `processor officers add`.")
    OFFICER_FILE = said("{path}: expected a UTF-8 CSV file whose first line is code,name,area; {detail}. Correct it and import again.")
    OFFICER_LINES = said("{path}: {count} line(s) cannot be taken, nothing was changed. Correct them and import again.\n{lines}")
    OFFICER_TWICE = said("Officer {code!r} stands twice in the file. Remove one line.")
    OFFICER_UNKNOWN = said("There is no officer {code!r}. `processor officers list` shows them all.")
    OFFICER_LEFT_OFF = said("{code} was revoked and stays so. `processor officers restore {code}` lets her send again with her old card.")
    OFFICER_LEFT_REVOKED = said("{code} was revoked on {at} and stays so. `processor officers restore {code}` lets her send again.")
    OFFICER_LEFT_GONE = said("{code} could send before and cannot now: she was revoked on the form server itself, and stays so. `processor officers restore {code}` lets her send again.")
    OFFICER_LEFT_ACTIVE = said("{code} was revoked here on {at}, but the form server lets her send: somebody let her in there. Nothing was changed; `processor officers revoke {code}` or `processor officers restore {code}` decides it.")
    OFFICER_LEFT_NAMED = said("{code} is named {found!r} on ODK Central, which cannot rename an app user. `processor officers rotate {code}` makes her anew under the name of the file; print her card again.")
    OFFICER_STILL = said("The form server still lets {code} send after the right was taken. Nothing is noted as revoked; take the right away on the server itself.")
    OFFICER_NO_ROTATE = said("A new card cannot be given on {kind}: the card holds no secret of ours. Change the account's password there; or revoke the officer.")
    OFFICER_NO_PASSWORD = said("Cards of {kind} need no password, so none can be printed on them. Leave out --with-passwords.")
    OFFICER_PASSWORDS = said("{path}: expected a CSV file of mode 600 whose first line is code,password, with one line for each printed officer; {detail}. Correct it, or leave out --with-passwords.")
    OFFICER_STOPPED = said("The form server failed after {done} of {count} officers. Nothing is doubled or lost: run the command again and it goes on.")
    PRIVATE_FILE = said("{path} cannot be read ({detail}); expected the JSON file that this service wrote. Restore it from the backup. Do not delete it: it says who was revoked, or which addresses may wake the pull.")
    OFFICER_FIELD = said("Officer {field}: expected {expected}, found {found!r}. Correct it and try again.")
