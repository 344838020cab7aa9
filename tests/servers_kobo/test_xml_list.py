"""Cutting a list into its submissions, whatever stands in them."""

from __future__ import annotations

import pytest

from processor.servers.kobo import xml_list
from processor.servers.kobo.xml_list import ListError, kobo_version, split_list, total

HEAD = b'<?xml version="1.0" encoding="utf-8"?><root><count>2</count><next>None</next><results>\n'
TAIL = b"</results></root>"
PLAIN = [b'<aX id="aX"><q>B\xe1\xba\xbfn &lt;aX&gt;</q><meta/></aX>', b"<aX><q/></aX>"]
HARD = [
    [b"<data><data>1</data></data>", b"<data/>"],
    [b"<d/>", b"<d>1</d>"],
    [b"<d><!-- </d><d> --></d>"],
    [b"<d><q><![CDATA[</d>]]></q></d>"],
    [b"<d><d2>x</d2></d>", b"<other ><q>1</q></other >"],
    [b'<d a="/>"><q b=">"/></d>', b"<d></d>"],
    [b"<results><results/></results>"],
]


@pytest.mark.parametrize("documents", [[], PLAIN[:1], PLAIN, *HARD])
def test_split__any_documents__each_byte_for_byte(documents: list[bytes]) -> None:
    body = HEAD + b"\n".join(documents) + TAIL
    assert split_list(body) == documents
    assert xml_list._by_walk(body) == documents


def test_split__usual_list__without_walking() -> None:
    assert xml_list._by_tags(HEAD + b"\n".join(PLAIN) + b"\n" + TAIL) == PLAIN


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502</body></html>",
        b"<root><detail>x</detail></root>",
        HEAD + PLAIN[0] + b"</results>",
        HEAD + PLAIN[0][:-3] + TAIL,
        HEAD + PLAIN[0],
        HEAD.replace(b"<root>", b'<!DOCTYPE root [<!ENTITY a "b">]><root>') + PLAIN[0] + TAIL,
        HEAD.replace(b"utf-8", b"utf-16") + PLAIN[0] + TAIL,
    ],
)
def test_split__no_whole_list__error(body: bytes) -> None:
    with pytest.raises(ListError):
        split_list(body)


def test_total__of_the_list() -> None:
    assert total(HEAD + TAIL) == 2
    with pytest.raises(ListError):
        total(b"<root/>")


def test_kobo_version__in_the_answers() -> None:
    assert kobo_version(b"<a><__version__>vX1</__version__></a>") == "vX1"
    assert kobo_version(b"<a/>") == ""
