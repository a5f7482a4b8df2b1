"""Files that arrive in pieces and survive a cut line: the server of tus 1.0.0 (docs/decisions/0025)."""
