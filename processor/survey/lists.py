"""The lists of a form (choices, CSV files) as nodes that filters walk over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Listed:
    """A node of a secondary instance: static, always relevant."""

    __slots__ = ("chain", "kids", "name", "parent", "position", "relevant", "value")

    def __init__(self, name: str, value: str, parent: Listed | None, position: int = 1) -> None:
        self.name, self.value, self.parent, self.position = name, value, parent, position
        self.chain: tuple[Listed, ...] = (*(parent.chain if parent else ()), self)
        self.kids: dict[str, list[Listed]] = {}
        self.relevant = True

    def children(self, name: str) -> Sequence[Listed]:
        """Children of that name in order."""
        return [k for kids in self.kids.values() for k in kids] if name == "*" else self.kids.get(name, ())


def listed(items: Sequence[Mapping[str, str]]) -> Listed:
    """The document of a secondary instance: root/item."""
    document = Listed("", "", None)
    root = Listed("root", "", document)
    document.kids["root"] = [root]
    root.kids["item"] = [Listed("item", "", root, i) for i in range(1, len(items) + 1)]
    for node, item in zip(root.kids["item"], items, strict=True):
        node.kids = {name: [Listed(name, value, node)] for name, value in item.items()}
    return document


Lists = dict[tuple[str, "tuple[str, str] | None"], Listed]
"""Lists kept between interviews: name, and the one code it was narrowed to."""
