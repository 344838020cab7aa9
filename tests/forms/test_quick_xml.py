"""The reader that knows tags by heart says of every document what the parser's reader says."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from processor.forms import answers as module
from processor.forms.answers import SubmissionXml, XmlError, read_submission

REPEATS = frozenset({"r", "g/s", "r/t"})
HEAD = '<?xml version="1.0" encoding="UTF-8" ?>'
ROOT = 'data id="f" version="7" xmlns:orx="http://openrosa.org/xforms"'
META = "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta>"
TEXTS = ("", "1", "Nghệ An", "  hai  trắng ", "\n\t", "😀\u2028", "a/b='c'\"", "\u00a0", "\x7f\x85", "]] >")
ODD = (
    "<!-- x -->",
    "<![CDATA[x]]>",
    "<![CDATA[</a>]]>",
    "<?p x?>",
    "&amp;",
    "&lt;b>",
    "&#13;",
    "&#x1F600;",
    "&b;",
    "&",
    ">",
    "<",
    "]]>",
    "\r",
    "\r\n",
    "\0",
    "\x0b",
    "\ufffe",
    "\uffff",
    "\ufeff",
    "loose",
    "<a>1</a>",
    "<a/>",
    "<a />",
    "</a>",
    "<a></a >",
    '<a u="1">x</a>',
    "<g/>",
    "<g></g>",
    "<g>x</g>",
    "<r/>",
    "<r></r>",
    "<r>x</r>",
    '<r xmlns:jr="http://openrosa.org/javarosa" jr:template=""><n/></r>',
    "<orx:a>1</orx:a>",
    "<jr:a>1</jr:a>",
    '<a xmlns="urn:x">1</a>',
    "<đ>1</đ>",
    META,
    "<!DOCTYPE d>",
    '<!DOCTYPE d [<!ENTITY b "c">]>',
    HEAD,
    '<?xml version="1.0" encoding="us-ascii"?>',
)


def outcome(read: Callable[[], object]) -> str:
    """What a reader makes of a document, with the order of the answers."""
    try:
        return repr(read())
    except XmlError as error:
        return f"refused: {error.message.name}"


def same(xml: bytes) -> str:
    """The outcome, which is the same for both readers."""
    expected = outcome(lambda: SubmissionXml(xml).read(REPEATS))
    for _ in range(2):  # the second time, the first may have taught it
        assert outcome(lambda: read_submission(xml, REPEATS)) == expected, xml
    return expected


@pytest.fixture(autouse=True)
def fresh() -> None:
    module._reader.cache_clear()


def document(draw: random.Random, between: str = "") -> str:
    """One that a phone could send: questions empty or left out, groups and rows as they come."""

    def question(name: str) -> str:
        text = draw.choice(TEXTS)
        return draw.choice(("", f"<{name}/>", f"<{name} />", *(3 * [f"<{name}>{text}</{name}>"])))

    def several(name: str, inside: Callable[[], str], most: int) -> str:
        return between.join(f"<{name}>{inside()}</{name}>" for _ in range(draw.randint(0, most)))

    def questions(*names: str) -> str:
        return between + between.join(map(question, names)) + between

    def row() -> str:
        return questions("n", "m") + several("t", lambda: questions("k"), 2) + between

    def group() -> str:
        return questions("x", "y") + several("s", lambda: question("z"), 2) + between

    inside = between.join((question("a"), several("g", group, 1), several("r", row, 3), question("b"), META))
    return f"{HEAD}{between}<{ROOT}>{between}{inside}{between}</data>{between}"


@pytest.mark.parametrize("between", ["", "\n  ", "\u00a0"])
def test_documents_of_phones__as_the_parser_reads_them(between: str) -> None:
    draw = random.Random(between)
    for _ in range(300):
        same(document(draw, between).encode())


def test_odd_things_anywhere__as_the_parser_reads_them() -> None:
    draw = random.Random(2)
    refused = 0
    for _ in range(2_000):
        text = document(draw)
        place = draw.randrange(len(text) + 1)
        if draw.random() < 0.8:  # where a tag begins or ends
            place = draw.choice([n + (letter == ">") for n, letter in enumerate(text) if letter in "<>"])
        refused += same((text[:place] + draw.choice(ODD) + text[place:]).encode()).startswith("refused")
    assert 500 < refused < 1_500


def test_damaged_bytes__as_the_parser_reads_them() -> None:
    draw = random.Random(3)
    for _ in range(2_000):
        xml = bytearray(document(draw).encode())
        for _ in range(draw.randint(1, 2)):
            first, number = draw.randrange(len(xml)), draw.choice((0, 1, 1, draw.randint(1, 40)))
            xml[first : first + number] = draw.choice(
                (b"", draw.choice((b"<", b">", b"/", b"\xff", b"\xc3")))
            )
        same(bytes(xml))


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("<x>1</x>", "<x>1>/x<"),  # as many of both, not in turns
        ("<x>1</x><y>2</y>", "<x>1</x>y<2</y>"),
        ("<x>1</x>", "<x>1</x >"),
        ("<g><x>1</x></g>", "<g>\n</g>"),
        ("<g><x>1</x></g>", "<g><x>1</x></g><g></g>"),
        ("<x/>", "<x/>loose"),
        ("<g><x/></g>", "<g><x/>loose</g>"),
        ("<r><n/></r>", "<r>loose</r>"),
        ("<x>1</x>", "<x>1</x><x>2</x>"),
        ("<x/>", "<x/><x/>"),
        ("<x>1</x>", "<x><x>1</x></x>"),
        ("<g><x>1</x></g>", "<g></g><g></g>"),
        ("<!-- x --><b/><a>1</a>", "<b/>"),  # what is no tag shifts the tags behind it
        ("<?p x?><b/><a>1</a>", "<b/>"),
    ],
)
def test_beside_what_is_known__as_the_parser_reads_it(known: str, other: str) -> None:
    same(f"<{ROOT}>{known}{META}</data>".encode())
    same(f"<{ROOT}>{other}{META}</data>".encode())


@pytest.mark.parametrize("odd", ODD)
def test_odd_things_among_what_is_known__as_the_parser_reads_them(odd: str) -> None:
    known = "<a>1</a><b/><g><x>1</x><s><z>1</z></s></g><r><n>1</n></r>"
    same(f"{HEAD}<{ROOT}>{known}{META}</data>".encode())
    text = f"{HEAD}<{ROOT}>{known}{META}</data>"
    for place in [n for n, letter in enumerate(text) if letter == "<"][1:]:
        same((text[:place] + odd + text[place:]).encode())
    same((odd + text).encode())


@pytest.mark.parametrize("tail", ["", "\n", "x", "\u00a0", "<data/>", "<!-- x -->", "\0"])
def test_behind_the_root__as_the_parser_reads_it(tail: str) -> None:
    same(f"<{ROOT}>{META}</data>".encode())
    same(f"<{ROOT}>{META}</data>{tail}".encode())


def test_form_and_version__of_the_root_tag_at_hand() -> None:
    for version in ("1", "2", "1"):
        found = read_submission(f'<data id="f" version="{version}"><a>1</a></data>'.encode(), ())
        assert (found.form_id, found.version) == ("f", version)


def test_usual_document__read_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<a>1</a><b/><g><x>1</x></g><r><n>1</n><t><k/></t></r><r/>"
    read_submission(f"{HEAD}<{ROOT}>{body}{META}</data>".encode(), REPEATS)
    monkeypatch.setattr(module, "_parse", None)
    fewer = "<b/><g></g><r><t><k/></t><t/></r><r><n>Lê</n></r>".replace("<t/>", "<t></t>")
    found = read_submission(f"{HEAD}<{ROOT}>{fewer}{META}</data>".encode(), REPEATS)
    assert found.instance_id == "uuid:1"
    assert found.answers == {
        "b": "",
        "g": "",
        "r": [{"r/t": [{"r/t/k": ""}, {}]}, {"r/n": "Lê"}],
        "meta/instanceID": "uuid:1",
    }


def test_made_up_names__remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PATHS", 30)
    for number in range(100):
        same(f'<data id="f{number}"><q{number}>1</q{number}></data>'.encode())
    shapes = module._reader(REPEATS)._shapes
    assert 0 < sum(len(shape.places) for shape in shapes.values()) <= 30
