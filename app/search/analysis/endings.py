"""How words go on: what is tried after a beginning, because an index keeps stems and not words."""

_FRENCH = """
a age al ale ance ant ante ation aux ce e ee ement en ence ent er es eur euse ice if ion ique ir isme iste ite
ive ment n nce nt ntion on ons ont r re rice s t te tion tique trice ture ure x
"""
_ENGLISH = """
al e ed er es ing ion ity ly ment ness s tion y ies
"""

FRENCH_ENDINGS = ("", *_FRENCH.split())
ENGLISH_ENDINGS = ("", *_ENGLISH.split())
