"""How strangers ask for an account, and how a request is decided."""
