"""The XML of submissions: exact texts, nothing lost, nothing that attacks gets through."""

from __future__ import annotations

import pytest

from processor.errors import Message
from processor.forms import answers as module
from processor.forms.answers import XmlError, named_files, read_submission

META = "<meta><instanceID>uuid:1</instanceID></meta>"


def read(body: str, repeats: tuple[str, ...] = ()) -> dict:
    found = read_submission(f'<data id="f" version="1">{body}</data>'.encode(), repeats).answers
    found.pop("meta/instanceID", None)
    return found


def test_identity__plain_and_namespaced_meta__same_keys() -> None:
    plain = read_submission(f'<data id="f" version="2">{META}</data>'.encode(), ())
    other = read_submission(
        b'<f:data xmlns:f="urn:f" xmlns:orx="http://openrosa.org/xforms" id="f" version="2"><orx:meta>'
        b"<orx:instanceID>uuid:2</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID>"
        b"</orx:meta></f:data>",
        (),
    )
    assert (plain.form_id, plain.version, plain.instance_id, plain.deprecated_id) == ("f", "2", "uuid:1", "")
    assert (other.instance_id, other.deprecated_id) == ("uuid:2", "uuid:1")
    assert other.answers == {"meta/instanceID": "uuid:2", "meta/deprecatedID": "uuid:1"}


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("<a>  hai  trắng </a>", "  hai  trắng "),
        ("<a>\n\t</a>", "\n\t"),
        ("<a/>", ""),
        ("<a><![CDATA[<b> & ]]>x</a>", "<b> & x"),
        ("<a>mot<!-- ghi chu -->hai</a>", "mothai"),
        ("<a>Tie\u0302\u0301ng Vie\u0323\u0302t 😀\u2028</a>", "Tie\u0302\u0301ng Vie\u0323\u0302t 😀\u2028"),
        ("<a>007&amp;&#x1F600;</a>", "007&😀"),
        ("<a><![CDATA[<!DOCTYPE html>]]></a>", "<!DOCTYPE html>"),
    ],
)
def test_text__any_form__exactly_as_received(element: str, text: str) -> None:
    assert read(element) == {"a": text}


def test_repeats__nested_and_in_groups__ordered_lists_with_full_paths() -> None:
    body = "<g><r><n>1</n><h><x>a</x></h><s><k>p</k></s><s><k>q</k></s></r><r/><r><n>3</n></r></g><after>z</after>"
    assert read(body, ("g/r", "g/r/s")) == {
        "g/r": [
            {"g/r/n": "1", "g/r/h/x": "a", "g/r/s": [{"g/r/s/k": "p"}, {"g/r/s/k": "q"}]},
            {},
            {"g/r/n": "3"},
        ],
        "after": "z",
    }


def test_repeat__one_row__still_a_list() -> None:
    assert read("<r><n>1</n></r>", ("r",)) == {"r": [{"r/n": "1"}]}


def test_repeat__template_only__empty_list() -> None:
    body = '<r xmlns:jr="http://openrosa.org/javarosa" jr:template=""><n>x</n></r>'
    assert read(body, ("r",)) == {"r": []}


def test_unknown__twice_attributes_loose_text__nothing_is_lost() -> None:
    body = '<a>1</a><a>2</a><a>3</a><b unit="m">4</b><g>loose<x>5</x>tail</g><g><x>6</x></g>'
    assert read(body) == {
        "a": "1",
        "a[2]": "2",
        "a[3]": "3",
        "b": "4",
        "b/@unit": "m",
        "g": "loosetail",
        "g/x": "5",
        "g/x[2]": "6",
    }


def test_paths__more_names_than_are_remembered__all_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PATHS", 3)
    module._reader.cache_clear()
    for _ in range(2):
        assert read("".join(f"<q{n}>{n}</q{n}>" for n in range(50))) == {f"q{n}": str(n) for n in range(50)}
    assert sum(map(len, module._reader(frozenset())._places.values())) == 3
    module._reader.cache_clear()


BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><data id="f">&b;</data>'


@pytest.mark.parametrize(
    "document",
    [
        BOMB.encode(),
        BOMB.encode("utf-16"),
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><data id="f"/>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="f">&x;</data>',
        b"<!DOCTYPE data><data/>",
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE d><data/>',
        b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE d><data/>".encode("cp037"),
    ],
)
def test_dtd__any_kind_and_encoding__refused(document: bytes) -> None:
    with pytest.raises(XmlError) as error:
        read_submission(document, ())
    assert error.value.message in (Message.XML_DTD, Message.XML_SYNTAX)


def test_dtd__utf8__says_so() -> None:
    with pytest.raises(XmlError) as error:
        read_submission(BOMB.encode(), ())
    assert error.value.message is Message.XML_DTD


@pytest.mark.parametrize(
    "document", [b"", b"hello", b"<data>", b"<data>\xff</data>", b"<a/><b/>", b"<a>&b;</a>", b"\0"]
)
def test_xml__not_well_formed__refused(document: bytes) -> None:
    with pytest.raises(XmlError) as error:
        read_submission(document, ())
    assert error.value.message is Message.XML_SYNTAX


def test_xml__other_encoding__read() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?><data id="f"><a>Nghệ An</a></data>'.encode("utf-16")
    assert read_submission(document, ()).answers == {"a": "Nghệ An"}


def test_depth__bound_and_one_more__taken_and_refused() -> None:
    def nested(levels: int) -> str:
        return "<a>" * levels + "x" + "</a>" * levels

    assert list(read(nested(module.MAX_DEPTH)).values()) == ["x"]
    with pytest.raises(XmlError) as error:
        read(nested(module.MAX_DEPTH + 1))
    assert error.value.message is Message.XML_DEEP


def test_depth__a_million_levels__refused_without_harm() -> None:
    with pytest.raises(XmlError) as error:
        read("<a>" * 600_000 + "</a>" * 600_000)
    assert error.value.message is Message.XML_DEEP


def test_size__over_the_limit__refused_before_parsing() -> None:
    with pytest.raises(XmlError) as error:
        read_submission(b"<" * (module.MAX_BYTES + 1), ())
    assert error.value.message is Message.XML_LARGE


def test_named_files__root_and_rows__in_order_without_empty_ones() -> None:
    answers = {
        "p": "a.jpg",
        "q": "no.jpg",
        "r": [{"r/p": "b.jpg"}, {"r/p": ""}, {"r/s": [{"r/s/p": "c.jpg"}]}],
    }
    assert list(named_files(answers, {"p", "r/p", "r/s/p"})) == ["a.jpg", "b.jpg", "c.jpg"]
