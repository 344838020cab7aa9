"""What a message is: the name under which it stands, and the template that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from processor.errors import Message


class Said:
    """A message. There is one object of each, in every process and copy: compare with `is`."""

    name: str
    value: str
    """The template; `{tokens}` are filled in when the error is raised."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Message.{self.name}"

    def __reduce__(self) -> tuple[object, ...]:
        return named, (self.name,)


def said(template: str) -> Message:
    """A message of this template, for the classes that `Message` puts together."""
    return cast("Message", Said(template))


def named(name: str) -> Message:
    """The message of that name."""
    from processor.errors import Message

    found: Message = getattr(Message, name)
    return found
