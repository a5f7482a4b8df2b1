"""Single sign-on: the person proves elsewhere who they are (OpenID Connect Core 1.0)."""
