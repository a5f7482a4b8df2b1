"""Every setting of a site, its meaning and its default: the only place that reads the environment."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
MEBIBYTE = 1024 * 1024
TRUE_WORDS = {"1", "true", "yes", "on", "oui"}
FALSE_WORDS = {"0", "false", "no", "off", "non", ""}
PUBLISHED_KEYS = {"dev", "secret", "changeme", "change-me", "beffroi"}
SHORTEST_SECRET = 16
OIDC_PROFILES = {"generic", "proconnect"}
SHORTEST_JOURNAL, LONGEST_JOURNAL = 6, 12  # months
LONGEST_SEARCH_LOG = 365  # days
SEARCH_ENGINES = {"whoosh", "tantivy", "postgres"}
ROLES = {"admin", "facilitator", "member", "guest"}


class UnsafeSettingError(ValueError):
    """A setting has a value this site must not start with. The message names the variable and what to do."""


def described(default: Any, meaning: str) -> Any:
    """Declare one setting: its default and the sentence shown in the documentation."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings of one site. Field ``database_url`` is read from ``BEFFROI_DATABASE_URL``, and so on."""

    instance: Path = described(ROOT / "instance", "Folder of the site's data: database, index, files, secret key.")
    host: str = described("127.0.0.1", "Address the server listens on.")
    port: int = described(8000, "Port the server listens on.")
    base_url: str = described("", "Public address of the site, used in mails; http://HOST:PORT when empty.")
    site_name: str = described("Réseau des villes", "Name shown in the bar, in titles and in mails.")
    site_tagline: str = described("Sécurité urbaine", "Short line under the name.")
    contact: str = described("contact@reseau.example", "Mail address shown for help and accessibility.")
    database_url: str = described("", "SQLAlchemy address of the database; SQLite in the instance folder when empty.")
    secret_key: str = described("", "Key of the signed tokens; made and kept in the instance folder when empty.")
    timezone: str = described("Europe/Paris", "Time zone used to show dates, unless the person chose another.")
    languages: str = described("fr,en", "Languages offered, the first is the default.")
    demo: str = described("auto", "Demo network: auto (loopback address only), 1 (always), 0 (never).")
    mail_url: str = described(
        "folder:", "Mail: folder: (instance/outbox), or smtp://user:password@host:port (smtps:// too)."
    )
    mail_from: str = described("ne-pas-repondre@reseau.example", "Sender of the mails.")
    trusted_proxies: int = described(0, "Number of proxies whose X-Forwarded-* headers are believed.")
    max_file_mb: int = described(50, "Largest file accepted, in mebibytes.")
    antivirus_url: str = described(
        "",
        "Antivirus (clamd) that files wait for: tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl; none when empty.",
    )
    ocr: str = described("auto", "Scans are read with tesseract: auto (where it is installed), 0 (never).")
    office_pages: str = described(
        "auto", "Office documents are shown page by page with LibreOffice: auto (where it is installed), 0 (never)."
    )
    space_quota_mb: int = described(
        10240, "Place the files of a space may take, in mebibytes, unless it has its own limit; 0: no limit."
    )
    max_request_mb: int = described(600, "Largest request accepted (several files), in mebibytes.")
    search_engine: str = described(
        "whoosh", "Search engine: whoosh, tantivy (large sites), postgres (several machines, on PostgreSQL)."
    )
    session_idle_days: int = described(14, "A session unused for so many days ends.")
    session_days: int = described(60, "A session ends after so many days, used or not.")
    second_factor_for: str = described(
        "admin", "Who must sign in in two steps: admin, facilitator, member, guest, separated by commas; may be empty."
    )
    oidc_issuer: str = described("", "Address of the OpenID Connect provider (single sign-on); none when empty.")
    oidc_client_id: str = described("", "Name of this site at the provider.")
    oidc_client_secret: str = described("", "Secret of this site at the provider.")
    oidc_label: str = described("Connexion unique", "Name of the provider on the sign-in page.")
    oidc_profile: str = described("generic", "How to speak to the provider: generic, proconnect.")
    oidc_scopes: str = described("", "Scopes asked of the provider; those of the profile when empty.")
    fetch_pages: str = described(
        "0",
        "Whether the site may ask other sites for the pages whose address a member gives (press articles): 1 or 0. "
        "It then connects to the internet, directly, on ports 80 and 443.",
    )
    health_token: str = described("", "Secret with which a monitor reads the figures of /healthz; none when empty.")
    web_workers: int = described(2, "Processes of the web server.")
    web_threads: int = described(8, "Threads of each web process.")
    trash_days: int = described(90, "Days a removed resource can be put back before it is erased.")
    journal_months: int = described(12, "Months the journal is kept: 6 to 12 (CNIL, recommendation 2021-122).")
    search_log_days: int = described(
        90, "Days the words searched for are kept, without who searched nor the hour: up to 365; 0: not at all."
    )
    log_level: str = described("INFO", "Level of the log on standard error.")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from ``BEFFROI_*`` variables.

        Raises UnsafeSettingError when a value cannot be read or is unsafe.
        """
        environ = os.environ if environ is None else environ
        given = {}
        for one in fields(cls):
            raw = environ.get(f"BEFFROI_{one.name.upper()}")
            if raw is not None:
                given[one.name] = _convert(one.name, raw, type(one.default))
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse unsafe or impossible values. Raises UnsafeSettingError."""
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UnsafeSettingError(f"BEFFROI_TIMEZONE: unknown time zone {self.timezone!r}") from error
        if self.secret_key and (self.secret_key in PUBLISHED_KEYS or len(self.secret_key) < SHORTEST_SECRET):
            raise UnsafeSettingError("BEFFROI_SECRET_KEY: too short or well known; leave it empty to have one made")
        if self.health_token and len(self.health_token) < SHORTEST_SECRET:
            raise UnsafeSettingError(f"BEFFROI_HEALTH_TOKEN: {SHORTEST_SECRET} characters at least")
        if not SHORTEST_JOURNAL <= self.journal_months <= LONGEST_JOURNAL:
            raise UnsafeSettingError("BEFFROI_JOURNAL_MONTHS: from 6 to 12 months (CNIL, recommendation 2021-122)")
        if self.demo.lower() not in TRUE_WORDS | FALSE_WORDS | {"auto"}:
            raise UnsafeSettingError("BEFFROI_DEMO: one of auto, 1, 0")
        if self.fetch_pages.lower() not in TRUE_WORDS | FALSE_WORDS:
            raise UnsafeSettingError("BEFFROI_FETCH_PAGES: one of 1, 0")
        self._check_files()
        self._check_search()
        self._check_provider()
        if not self.second_factor_roles <= ROLES:
            raise UnsafeSettingError(f"BEFFROI_SECOND_FACTOR_FOR: some of {', '.join(sorted(ROLES))}")

    def _check_files(self) -> None:
        for name in ("ocr", "office_pages"):
            if getattr(self, name).lower() not in FALSE_WORDS | {"auto"}:
                raise UnsafeSettingError(f"BEFFROI_{name.upper()}: one of auto, 0")
        parts = urlsplit(self.antivirus_url)
        named = (parts.scheme == "tcp" and parts.hostname) or (parts.scheme == "unix" and len(parts.path) > 1)
        if self.antivirus_url and not named:
            raise UnsafeSettingError("BEFFROI_ANTIVIRUS_URL: tcp://host:port or unix:///path expected")

    def _check_search(self) -> None:
        if self.search_engine not in SEARCH_ENGINES:
            raise UnsafeSettingError(f"BEFFROI_SEARCH_ENGINE: one of {', '.join(sorted(SEARCH_ENGINES))}")
        if not 0 <= self.search_log_days <= LONGEST_SEARCH_LOG:
            raise UnsafeSettingError("BEFFROI_SEARCH_LOG_DAYS: from 0 (not kept) to 365 days")
        if self.search_engine == "postgres" and not self.sqlalchemy_url.startswith("postgresql"):
            raise UnsafeSettingError(
                "BEFFROI_SEARCH_ENGINE: postgres needs a PostgreSQL database (BEFFROI_DATABASE_URL); "
                "with SQLite, choose whoosh or tantivy"
            )

    def _check_provider(self) -> None:
        if self.oidc_profile not in OIDC_PROFILES:
            raise UnsafeSettingError(f"BEFFROI_OIDC_PROFILE: one of {', '.join(sorted(OIDC_PROFILES))}")
        if not self.oidc_issuer:
            return
        if not (self.oidc_client_id and self.oidc_client_secret):
            raise UnsafeSettingError("BEFFROI_OIDC_CLIENT_ID and BEFFROI_OIDC_CLIENT_SECRET: needed with an issuer")
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
            raise UnsafeSettingError("BEFFROI_OIDC_ISSUER: an https:// address is expected")

    @property
    def is_loopback(self) -> bool:
        """Whether the server listens to this machine only."""
        return _is_loopback(self.host)

    @property
    def is_reached_from_here_only(self) -> bool:
        """Whether nobody outside this machine comes in: it listens to itself, and no proxy stands before it."""
        named = urlsplit(self.base_url).hostname if self.base_url else self.host
        return self.is_loopback and not self.trusted_proxies and _is_loopback(named or "")

    @property
    def demo_allowed(self) -> bool:
        """Whether demo accounts may exist: where only this machine comes in, or said aloud with BEFFROI_DEMO=1."""
        word = self.demo.lower()
        return self.is_reached_from_here_only if word == "auto" else word in TRUE_WORDS

    @property
    def demo_passwords_known(self) -> bool:
        """Whether demo accounts carry the documented password: only where nobody outside can try it."""
        return self.demo_allowed and self.is_reached_from_here_only

    @property
    def public_url(self) -> str:
        """Address of the site without a trailing slash, for links in mails."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def over_https(self) -> bool:
        """Whether people reach the site by https, so that cookies are Secure and HSTS is sent."""
        return self.public_url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        """Database address for SQLAlchemy, with the psycopg 3 driver for PostgreSQL."""
        url = self.database_url or f"sqlite:///{self.instance / 'beffroi.sqlite3'}"
        for old in ("postgres://", "postgresql://"):
            if url.startswith(old):
                return "postgresql+psycopg://" + url.removeprefix(old)
        return url

    @property
    def may_fetch_pages(self) -> bool:
        """Whether pages of other sites may be asked for."""
        return self.fetch_pages.lower() in TRUE_WORDS

    @property
    def second_factor_roles(self) -> set[str]:
        """Roles that must sign in in two steps."""
        return {word.strip().lower() for word in self.second_factor_for.split(",") if word.strip()}

    @property
    def language_codes(self) -> list[str]:
        """Codes of the languages offered, the default first."""
        return [code.strip() for code in self.languages.split(",") if code.strip()]

    def prepare_instance(self) -> None:
        """Create the instance folder, readable by its owner only; one that was opened to others is closed again."""
        self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = self.instance.stat().st_mode
        if mode & 0o077 and self._is_ours:
            self.instance.chmod(0o700)

    @property
    def _is_ours(self) -> bool:
        """Whether the instance folder is this process's, with a site or nothing in it: not a shared one like /tmp."""
        if self.instance.stat().st_uid != os.geteuid():
            return False
        return (self.instance / "secret_key").exists() or not any(self.instance.iterdir())

    def effective_secret_key(self) -> str:
        """Return the secret key, made at first use and kept in ``instance/secret_key`` with mode 0600."""
        if self.secret_key:
            return self.secret_key
        self.prepare_instance()
        path = self.instance / "secret_key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()


def _convert(name: str, raw: str, kind: type) -> Any:
    variable = f"BEFFROI_{name.upper()}"
    if kind is int:
        try:
            return int(raw)
        except ValueError as error:
            raise UnsafeSettingError(f"{variable}: a whole number is expected, not {raw!r}") from error
    if issubclass(kind, Path):
        return Path(raw).expanduser().resolve()
    return raw


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole, so that of several processes starting together exactly one wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def settings_table() -> str:
    """Return the table of all settings for the documentation (a test compares it with ``docs/settings.md``)."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for one in fields(Settings):
        default = (
            "the `instance` folder" if one.name == "instance" else f"`{one.default}`" if one.default != "" else "–"
        )
        lines.append(f"| `BEFFROI_{one.name.upper()}` | {default} | {one.metadata['meaning']} |")
    return "\n".join(lines)
