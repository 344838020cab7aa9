"""Refusals of the ledger in words of the pages: what was expected, what to do."""

from __future__ import annotations

from datetime import datetime

from processor.errors import AccessError, ContractError, Message, ProcessorError
from processor.store.corrections_check import TEXT_LIMIT
from processor.store.lease import LeaseError
from processor.web.formats import moment, t

REASON, SOURCE = "corrections.no_reason", "corrections.no_source"
_WORDS = {
    Message.CORRECT_STALE: "corrections.stale",
    Message.CORRECT_STATE: "corrections.ended",
    Message.CORRECT_SAME: "corrections.same",
    Message.CORRECT_PLACE: "corrections.row_gone",
    Message.CORRECT_VALUE: "corrections.not_of_type",
}


def refusal(error: ProcessorError) -> str:
    """Words for a refusal; other errors are ours and go on."""
    if isinstance(error, LeaseError):
        return t("corrections.busy")
    if isinstance(error, AccessError):
        return t("corrections.ended")  # what the caller may not see is not told from what is no more
    if isinstance(error, ContractError) and error.message is Message.CORRECT_TEXT:
        return t("corrections.long_text", limit=TEXT_LIMIT)
    if isinstance(error, ContractError) and error.message is Message.CORRECT_MEANWHILE:
        who, at = error.values["who"], error.values["at"]
        return t("corrections.meanwhile", who=who, at=moment(at) if isinstance(at, datetime) else at)
    if isinstance(error, ContractError) and error.message in _WORDS:
        return t(_WORDS[error.message])
    raise error
