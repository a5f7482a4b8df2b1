"""Compounds that people write in three ways: "vidéo-protection", "vidéoprotection", "vidéo protection"."""

import re

# Combining forms of French that also stand before a hyphen; what follows must itself look like a word.
_FORMS = (
    "agro|anti|archi|audio|auto|avant|bio|centre|co|contre|cyber|demi|demo|eco|electro|entre|euro|ex|extra|franco|geo|"
    "hyper|infra|inter|intra|macro|mega|mi|micro|mini|mono|multi|neo|neuro|non|para|photo|pluri|poly|post|pre|"
    "pro|proto|pseudo|psycho|quasi|radio|retro|semi|socio|sous|super|supra|sur|techno|tele|toxico|trans|tri|ultra|uni|"
    "vice|video"
)
_COMBINED = re.compile(rf"\b({_FORMS})([a-z]{{4,}})\b")


def split_combined(folded: str) -> str | None:
    """Cut folded words after their combining form ("videoprotection": "video protection"); None if there is none."""
    apart = _COMBINED.sub(r"\1 \2", folded)
    return apart if apart != folded else None
