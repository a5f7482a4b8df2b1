"""Records side by side: two to four, chosen in the library, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for

from app.core.access import person, signed_in
from app.library.comparing import FEWEST, MOST, compare
from app.library.kinds import KINDS, kind_of
from app.library.paper import form_names
from app.library.queries import resources_beside
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

MOST_ASKED, ID_LENGTH = 12, 10
#: Under which name the address of a list and of the comparison hold the records chosen.
CHOSEN = "id"


def chosen_ids() -> list[str]:
    """Return the records chosen in the address, each once; more than can be compared only to say so."""
    asked = request.args.getlist(CHOSEN)[: MOST_ASKED * 2]
    return list(dict.fromkeys(one for one in asked if len(one) == ID_LENGTH))[:MOST_ASKED]


@library.get("/ressources/comparer")
@signed_in
def compare_page() -> ResponseReturnValue:
    """Show the chosen records side by side; with fewer than two, say how to choose them."""
    found = resources_beside(person(), chosen_ids())
    kind = kind_of(found[0].kind) if found else next(one for one in KINDS.values() if one.compares_places)
    kept = [one.public_id for one in found[:MOST]]
    choose = url_for("library.resources_page", type=kind.key, id=kept)
    if len(found) < FEWEST:
        return render_template("library/compare_choose.html", kind=kind, chosen=found, choose=choose)
    table = compare(found[:MOST])
    less = {
        one: url_for("library.compare_page", id=[other for other in kept if other != one]) if len(kept) > FEWEST else ""
        for one in kept
    }
    return render_template(
        "library/compare.html",
        kind=kind,
        table=table,
        choose=choose,
        less=less,
        left_out=len(found) - len(kept),
        give=url_for("library.give_comparison", id=kept),
        forms=form_names(),
    )
