"""Messages: one object of each name, whatever is done with it, and each name once."""

from __future__ import annotations

import copy
import pickle

from processor.errors import ContractError, Message
from processor.errors.said import Said

NAMES = [name for kind in Message.__mro__ for name, value in vars(kind).items() if isinstance(value, Said)]


def test_messages__each_name_once_and_known_by_it():
    assert len(NAMES) > 200
    assert len(NAMES) == len(set(NAMES))
    assert [name for name in NAMES if getattr(Message, name).name != name] == []


def test_message__copied_or_sent_to_another_process__is_the_same():
    error = pickle.loads(pickle.dumps(Message.SHEET_BUSY))  # noqa: S301 - our own
    assert error is copy.deepcopy(Message.SHEET_BUSY) is Message.SHEET_BUSY
    assert ContractError(Message.LIST_KEY).message is Message.LIST_KEY
    assert repr(Message.LIST_KEY) == "Message.LIST_KEY"
