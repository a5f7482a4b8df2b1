"""Permissions that can be read aloud: one ``Rule`` answers for one thing, as SQL for a whole list, and says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, not_, or_

from app.core.db import cache_of_transaction, is_writing
from app.core.errors import NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l

#: How many conditions a transaction keeps: a page needs some dozens, a job may speak of thousands of people.
MOST_CONDITIONS = 500

Test = Callable[[Any, Any], bool]
Clause = Callable[[Any], ColumnElement[bool]]
Explanation = Callable[[Any, Any], "Why"]


@dataclass(frozen=True)
class Fact:
    """What one simple rule found for a person and a thing."""

    rule: Rule
    holds: bool

    @property
    def words(self) -> str:
        """The fact as it is: « la personne ne participe pas à l'espace »."""
        if self.holds:
            return str(self.rule.sentence)
        return str(self.rule.denied())


@dataclass(frozen=True)
class Why:
    """The answer of a rule with the facts that decided it: enough of them to give the same answer."""

    holds: bool
    facts: tuple[Fact, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The facts that tell something: when the rule holds, those about the person if there are any."""
        telling = [fact for fact in self.facts if not (self.holds and fact.rule.of_thing)] or self.facts
        return tuple(dict.fromkeys(fact.words for fact in telling))


@dataclass(frozen=True)
class Rule:
    """A named permission.

    ``test(person, thing)`` says whether one person may, for one thing; ``clause(person)`` is the same as an SQL
    condition over all things. Rules compose with ``&``, ``|`` and ``~``, and both answers compose together, so that a
    page, a list, a count and a search never disagree; ``why`` follows the same composition down to the simple rules.

    ``sentence`` says what holds when the rule does; ``otherwise`` is the same denied. ``of_thing`` marks a rule that
    looks at the thing alone, whoever asks. ``said`` is what a page tells who is stopped by this rule alone: whole
    sentences, for somebody who may know of the thing. A composed rule keeps its ``parts``; given a sentence of its own
    by ``called`` it keeps in ``behind`` what it is made of, and may have a ``title``, the act it allows, for the page
    that lists the rules. ``joined`` is the word that joins its sentence, « and » or « or », empty when it says one
    thing: inside a longer sentence it then stands in brackets.
    """

    name: str
    sentence: str | LazyString
    test: Test
    clause: Clause
    otherwise: str | LazyString | None = None
    of_thing: bool = False
    said: str | LazyString = ""
    explain: Explanation | None = None
    behind: Rule | None = None
    title: str | LazyString | None = None
    joined: str = ""
    parts: tuple[Rule, ...] = ()

    @property
    def definition(self) -> str | LazyString | None:
        """What a rule with a sentence of its own is made of, in words; None for the others."""
        return self.behind.sentence if self.behind is not None else None

    def __call__(self, person: Any, thing: Any) -> bool:
        """Tell whether this person may, for this thing."""
        return self.test(person, thing)

    def where(self, person: Any) -> ColumnElement[bool]:
        """Return the condition that keeps the things for which this person may.

        Made once a transaction: a page asks the same rules about many things, and long ones are made of short ones.
        While something is written, who may can change: the condition is then made anew each time.
        """
        if is_writing():
            return self.clause(person)
        made = cache_of_transaction().setdefault("conditions", {})
        key = id(self), id(person)
        if key not in made:
            if len(made) >= MOST_CONDITIONS:
                made.clear()
            made[key] = self.clause(person), self, person  # both stay alive as long as their ids stand for them
        condition: ColumnElement[bool] = made[key][0]
        return condition

    def why(self, person: Any, thing: Any) -> Why:
        """Return whether this person may, for this thing, and the facts that decide it."""
        if self.explain is not None:
            return self.explain(person, thing)
        holds = bool(self(person, thing))
        return Why(holds, (Fact(self, holds),))

    def require(self, person: Any, thing: Any, *, hidden: bool = False) -> None:
        """Raise RefusedError (or NotFoundError when ``hidden``) unless this person may."""
        if not self(person, thing):
            if hidden:
                raise NotFoundError
            raise RefusedError(self._refusal(person, thing))

    def _refusal(self, person: Any, thing: Any) -> str | LazyString:
        """Return what is said to who may not, when nothing stands in their way but rules that have words for it."""
        facts = self.why(person, thing).facts
        said = [fact.rule.said for fact in facts if not fact.holds]
        return said[0] if said and len(said) == len(facts) and all(said) else ""

    def called(self, sentence: str | LazyString, title: str | LazyString | None = None) -> Rule:
        """Return the same rule under a sentence of its own, by which other rules name it."""
        return replace(self, sentence=sentence, behind=self, title=title, joined="", parts=())

    def asked_of(self, name: str, test: Test, clause: Clause, explain: Explanation) -> Rule:
        """Return this rule asked of another kind of thing, with the same words."""
        return replace(self, name=name, test=test, clause=clause, explain=explain)

    def __and__(self, other: Rule) -> Rule:
        one, two = self.test, other.test
        return Rule(
            f"{self.name} & {other.name}",
            _l("%(one)s et %(other)s", one=self.inside("and"), other=other.inside("and")),
            lambda person, thing: one(person, thing) and two(person, thing),
            lambda person: and_(self.where(person), other.where(person)),
            explain=_deciding(all, self, other),
            joined="and",
            parts=(*self.joined_by("and"), *other.joined_by("and")),
        )

    def __or__(self, other: Rule) -> Rule:
        one, two = self.test, other.test
        return Rule(
            f"{self.name} | {other.name}",
            _l("%(one)s ou %(other)s", one=self.inside("or"), other=other.inside("or")),
            lambda person, thing: one(person, thing) or two(person, thing),
            lambda person: or_(self.where(person), other.where(person)),
            explain=_deciding(any, self, other),
            joined="or",
            parts=(*self.joined_by("or"), *other.joined_by("or")),
        )

    def __invert__(self) -> Rule:
        def explain(person: Any, thing: Any) -> Why:
            why = self.why(person, thing)
            return Why(not why.holds, why.facts)

        return Rule(
            f"not {self.name}",
            self.denied(),
            lambda person, thing: not self(person, thing),
            lambda person: not_(self.where(person)),
            otherwise=self.sentence,
            explain=explain,
        )

    def denied(self) -> str | LazyString:
        """Return the sentence that holds when the rule does not."""
        if self.otherwise is not None:
            return self.otherwise
        return _l("il est faux que %(sentence)s", sentence=self.inside("not"))

    def joined_by(self, word: str) -> tuple[Rule, ...]:
        """Return the rules this one joins by a word, itself when it joins none so."""
        return self.parts if self.parts and self.joined == word else (self,)

    def inside(self, joined: str) -> str | LazyString:
        """Return the sentence as it stands inside a longer one, in brackets where it would be read in two ways."""
        return self.sentence if self.joined in {"", joined} else LazyString("({})".format, self.sentence)


def _deciding(outcome: Callable[[tuple[bool, ...]], bool], *parts: Rule) -> Explanation:
    """Return the explanation of a composed rule: the parts whose answer is its own decide it."""

    def explain(person: Any, thing: Any) -> Why:
        whys = [part.why(person, thing) for part in parts]
        holds = outcome(tuple(why.holds for why in whys))
        return Why(holds, tuple(fact for why in whys if why.holds == holds for fact in why.facts))

    return explain
