"""Most answers are as they should be: which questions are not, seen without making nodes; pure.

All submissions of a page are looked at together (`clean`), those that are not clean then each by itself (`look`):
where a group is not asked, it is enough that nothing in it is answered. That a question is clean is certain; of all
others the rules themselves say what there is to tell (`derived_rules.py`). Answers that are not asked are empty to expressions: a submission that has some is looked
at again without them, until there are no others. Calculations are taken as they arrived, as if all were right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from processor.survey.checks.derived_asked import Asked
from processor.survey.checks.derived_at import ZONE
from processor.survey.checks.derived_columns import Columns
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_question import Lookout
from processor.survey.checks.derived_reads import Reader
from processor.survey.checks.derived_rows import Layout, Seen
from processor.survey.checks.derived_sight import Sight
from processor.survey.checks.derived_words import RELEVANT
from processor.survey.page import Page
from processor.survey.records import Document
from processor.survey.xform import Blueprint
from processor.survey.xpath_terms import FAILURES, Names, refused

_LOOKS = 20
"""So often answers that are not asked are taken away, before a submission is left to the rules."""

Where = tuple[str, tuple[int, ...]]
"""A row: the path of its repeat, its numbers."""
Rules = Mapping[str, Collection[str]]
"""The rules of each question that are understood, by path."""


class QuickForm:
    """One form version. `rules` are those of its questions, `arrived` and `unjudged` as in `derived.py`."""

    def __init__(self, model: FormModel, rules: Rules, arrived: Reader, unjudged: Collection[str]) -> None:
        self._model, self._rules = model, rules
        self._root = Layout(model, "", None)
        self._layouts = {layout.path: layout for layout in self._root.all()}
        self._groups = {(path, ""): Asked() for path in self._layouts}
        self._watched: dict[str, bool] = {}
        self._opened: set[str] = set()
        names = Names()
        self._sights = {
            path: Sight(model, unjudged, it, self._is_watched, names) for path, it in self._layouts.items()
        }
        self._lookouts = {
            path: Lookout(model, it, self._sights[path], arrived) for path, it in self._layouts.items()
        }
        self.questions = frozenset(self._add_all())
        """Paths of the questions that are looked at; of the others it is never known that they are clean."""
        self._gates = {path: self._groups[(path, "")].settle() for path in self._layouts}
        self._around = {inner.key: it.key for it in self._layouts.values() for inner in it.inside}

    def clean(self, page: Page) -> Collection[int]:
        """The places of submissions of which nothing is to be told of any question."""
        if any(page.around.get(inner) != it for inner, it in self._around.items()):
            page = Page(page.documents, self._around)
        try:
            columns = Columns(self._root, page)
            odd = {place for it in columns.all() for place in it.odd()}
            return self._clean(columns) if not odd else self._clean_but(page, odd)
        except FAILURES:
            return ()  # not as any server gives it

    def _clean_but(self, page: Page, odd: Collection[int]) -> Collection[int]:
        """The others by themselves, where some are not as `read_submission` gives them."""
        others = [place for place in range(len(page.documents)) if place not in odd]
        rest = Page([page.documents[place] for place in others], self._around)
        return {others[place] for place in self._clean(Columns(self._root, rest))}

    def _clean(self, columns: Columns) -> Collection[int]:
        told = set()
        for it in columns.all():
            rows = it.rows.roots
            told.update([rows[n] for n in self._gates[it.layout.path].failing(it.at, len(rows))])
        return set(columns.rows.roots) - told

    def look(self, document: Document) -> Mapping[Where, Collection[str]]:
        """The questions that may have something to tell, by row. One of FAILURES where it cannot be said."""
        root, now = self._root.see(document.answers), [document.received_at.astimezone(ZONE)]
        blank: dict[Seen, set[int]] = {}
        root.fill(now)
        for _ in range(_LOOKS):
            found: dict[Where, set[str]] = {}
            empty: dict[Seen, set[int]] = {}
            self._look(root, (), found, empty)
            if empty == blank:
                return found
            blank = empty
            root.fill(now, blank)
        raise refused(document.submission_id)

    def _look(
        self, seen: Seen, numbers: tuple[int, ...], found: dict[Where, set[str]], empty: dict[Seen, set[int]]
    ) -> None:
        path = seen.layout.path
        told, places = self._groups[(path, "")].look(seen)
        if told:
            found[(path, numbers)] = told
        if places:
            empty[seen] = places
        for rows in seen.inside:
            for row in rows:
                self._look(row, (*numbers, int(row.number)), found, empty)

    def _add_all(self) -> Iterator[str]:
        for path, rules in self._rules.items():
            blueprint = self._model.xform.by_path[path]
            try:
                self._is_watched(path)
                self._add(blueprint, rules)
            except FAILURES:
                continue
            yield path

    def _add(self, blueprint: Blueprint, rules: Collection[str]) -> None:
        row = self._model.reader.row(blueprint.path.rpartition("/")[0])
        lookout, group = self._lookouts[row], self._group(blueprint.path, row)
        if lookout.is_needed(blueprint, rules):
            group.needed.append((self._layouts[row].answer(blueprint.path), blueprint.path))
        elif (clean := lookout.question(blueprint, rules)) is not None:
            group.questions.append((clean, blueprint.path))

    def _is_watched(self, path: str) -> bool:
        """Whether it is looked at that the question is answered only where it is asked."""
        row = self._model.reader.row(path)
        if RELEVANT not in self._rules.get(path, ()) or path in self._opened:
            return False
        if path in self._watched:
            return self._watched[path]
        self._opened.add(path)
        try:
            self._group(path, row).watch((self._layouts[row].answer(path), path))
        except FAILURES:
            self._watched[path] = False
        else:
            self._watched[path] = True
        self._opened.remove(path)
        return self._watched[path]

    def _group(self, path: str, row: str) -> Asked:
        """The questions that are asked where the node is, in rows of that repeat."""
        if (row, path) in self._groups:
            return self._groups[(row, path)]
        around, relevant = path.rpartition("/")[0], self._model.xform.by_path[path].bind.relevant
        group = self._group(around, row)
        if relevant is not None:
            key = (row, f"{around}[{relevant.text}]")
            if key not in self._groups:
                self._groups[key] = Asked(self._lookouts[row].condition(path, relevant), group)
            group = self._groups[key]
        self._groups[(row, path)] = group
        return group
