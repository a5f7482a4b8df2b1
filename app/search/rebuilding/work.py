"""The whole rebuild. Each step is committed in the new index, then noted; done twice, a step changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import enqueue
from app.extensions import db
from app.search.engine import IndexUnavailableError, SearchEngine
from app.search.indexing import TooMuchChangedError, changed_since, reindex
from app.search.models import audience_version
from app.search.rebuilding.plan import Plan
from app.search.rebuilding.reading import Reader
from app.search.sources import sources
from app.search.words import forget_unmet, noting, remember

ROUNDS = 5

Told = Callable[[Plan], None]


def rebuild(engine: SearchEngine, told: Told = lambda _plan: None) -> None:
    """Make the whole index anew from the database; the one in use answers until the new one is whole.

    Goes on with what another process left unfinished. What changes meanwhile is replayed before the swap; what changes
    in the very moment of the swap is queued again. ``told`` hears of every step. One at a time: the caller holds the
    lease. Raises OSError and IndexUnavailableError when the place takes no index: nothing is left there then.
    """
    db.session.rollback()
    plan = _left_unfinished(engine) or _begun(engine)
    try:
        if engine.in_use() != plan.generation:
            plan = _caught_up(engine, _filled(engine, plan, told))
            engine.use(plan.generation)
        _queue_again(plan.version)
    except (OSError, IndexUnavailableError, TooMuchChangedError):
        _give_up(engine, plan)
        raise
    forget_unmet(plan.number)
    plan.ended()


def is_left_unfinished() -> bool:
    """Tell whether a rebuild was begun and not brought to its end."""
    plan = Plan.kept()
    return plan is not None and plan.is_under_way


def _left_unfinished(engine: SearchEngine) -> Plan | None:
    """Return the plan to go on with; what cannot be gone on with is cleared away."""
    plan = Plan.kept()
    if plan is None or not plan.is_under_way:
        return None
    if _can_be_gone_on_with(engine, plan):
        return plan
    _give_up(engine, plan)
    return None


def _can_be_gone_on_with(engine: SearchEngine, plan: Plan) -> bool:
    """Tell whether what was begun is there, made as it would be now, and what changed since is known."""
    try:
        engine.beside(plan.generation)
        changed_since(plan.version)
    except (IndexUnavailableError, TooMuchChangedError):
        return False
    return plan.made_with == _made_with(engine)


def _begun(engine: SearchEngine) -> Plan:
    before, version = Plan.kept(), audience_version()
    number = before.number + 1 if before else 1
    return Plan(number, engine.begin(), _made_with(engine), version, now()).moved()


def _made_with(engine: SearchEngine) -> str:
    return f"{engine.made_with} {' '.join(sorted(source.type for source in sources()))}"


def _give_up(engine: SearchEngine, plan: Plan) -> None:
    if engine.in_use() != plan.generation:
        engine.drop(plan.generation)
    with suppress(Exception):  # a database that cannot be written now: the plan is found unusable the next time
        plan.given_up()


def _filled(engine: SearchEngine, plan: Plan, told: Told) -> Plan:
    """Index everything that is not in yet, step by step."""
    beside, reader = engine.beside(plan.generation), Reader(plan)
    # What a killed process committed last may not have been noted: the first step replaces, the next ones only add.
    put = beside.index
    told(reader.plan.moved())
    while not reader.is_done:
        words: set[str] = set()
        put(noting(reader.step(), words))
        put = beside.add
        db.session.rollback()
        remember(words, met_by=plan.number)
        told(reader.plan.moved())
    return reader.plan


def _caught_up(engine: SearchEngine, plan: Plan) -> Plan:
    """Replay what changed since the rebuild began, until nothing did meanwhile or often enough."""
    beside = engine.beside(plan.generation)
    for _ in range(ROUNDS):
        db.session.rollback()
        reached = audience_version()
        things = changed_since(plan.version)
        if things:
            reindex(beside, things, met_by=plan.number)
        done = reached == plan.version
        plan = plan.moved(version=reached)
        if done:
            break
    return plan


def _queue_again(version: int) -> None:
    with transaction():
        for type_, number in changed_since(version):
            enqueue("search.index", {"type": type_, "id": number}, key=f"search.index:{type_}:{number}")
