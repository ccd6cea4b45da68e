import secrets
import string
from dataclasses import replace
from typing import Any

import pytest

from portal.config import Settings
from tests.conftest import SETTINGS

WHOLE = {
    "DATABASE_URL": "postgresql://portal:pw@db.example.com/portal",
    "SECRET_KEY": secrets.token_hex(32),
    "PORTAL_URL": "https://support.example.com",
    "STORAGE_URL": "s3://files?region=eu-north-1",
}


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_environment(
        WHOLE | {"TRUSTED_PROXIES": "1", "METRICS_TOKEN": "t", "MAIL_FROM": ""}
    )
    assert settings.database_url == WHOLE["DATABASE_URL"]
    assert settings.trusted_proxies == 1
    assert settings.mail_from
    assert not settings.demo


def test_a_process_of_our_own_gets_the_same_settings() -> None:
    settings = Settings.from_environment(WHOLE | {"TRUSTED_PROXIES": "2", "DEMO": "1"})
    assert Settings.from_environment(settings.to_environment()) == settings
    plain = Settings.from_environment(WHOLE)
    assert Settings.from_environment(plain.to_environment()) == plain


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SystemExit, match=r"^Set SECRET_KEY, STORAGE_URL in the environment\.$"):
        Settings.from_environment({**WHOLE, "SECRET_KEY": "", "STORAGE_URL": ""})


@pytest.mark.parametrize(
    ("key", "weakness"),
    [
        ("short-5f2c09be71a4", "shorter"),
        ("x" * 64, "repeats"),
        ("0123456789abcdeX" * 4, "repeats"),
        ("abababab" * 8, "repeats"),
        ("hunter2" * 5 + "x", "repeats"),
        ("x1" + "fjordhest" * 4, "repeats"),
        ("kvikklunsj-kvikklunsj_kvikklunsj.kv", "repeats"),
        ("changeme-9f1b6ad04c27e835a2d98e0b", "guessed"),
        ("please-Change_Me-before-production-2026", "guessed"),
        ("my-super-secret-key-for-the-portal-2026", "guessed"),
        (string.ascii_lowercase + string.digits, "guessed"),
    ],
)
def test_weak_keys_are_refused_in_a_sentence(key: str, weakness: str) -> None:
    with pytest.raises(SystemExit, match=weakness) as refused:
        Settings.from_environment(WHOLE | {"SECRET_KEY": key})
    assert key not in str(refused.value)


def test_random_keys_are_taken() -> None:
    for made in (secrets.token_hex, secrets.token_urlsafe):
        for _ in range(500):
            Settings.from_environment(WHOLE | {"SECRET_KEY": made(32)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://portal@db/portal"),
        ("DATABASE_URL", "postgresql://portal@db:port/portal"),
        ("DATABASE_URL", "postgresql+psycopg2://a/b"),
        ("DATABASE_URL", "postgresql+asyncpg://a/b"),
        ("DATABASE_URL", "sqlite+foo:////tmp/x.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite+pysqlite:///file:a?mode=memory&uri=true"),
        ("PORTAL_URL", "support.example.com"),
        ("PORTAL_URL", "http://[::1"),
        ("PORTAL_URL", "https://"),
        ("PORTAL_URL", "https:///path"),
        ("PORTAL_URL", "https://support.example.com:0"),
        ("SMTP_URL", "smtp://mail.example.com:abc"),
        ("SMTP_URL", "smtp://:25"),
        ("SMTP_URL", "smtps://user:password@"),
        ("MAIL_IN", "imaps:///INBOX"),
        ("CLAMD_URL", "tcp://:3310"),
        ("REDIS_URL", "redis://[::1"),
        ("STORAGE_URL", "/var/files"),
        ("STORAGE_URL", "s3://"),
        ("REDIS_URL", "localhost:6379"),
        ("SMTP_URL", "mail.example.com:25"),
        ("TRUSTED_PROXIES", "all"),
    ],
)
def test_what_cannot_work_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SystemExit, match=f"^{name} "):
        Settings.from_environment(WHOLE | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql+psycopg://portal@db/portal"),
        ("DATABASE_URL", "sqlite:////var/lib/portal/portal.sqlite"),
        ("DATABASE_URL", "sqlite:///portal.sqlite"),
        ("PORTAL_URL", "http://[::1]:8000"),
        ("SMTP_URL", "smtp+starttls://user:pa%23ss@mail.example.com"),
        ("MAIL_IN", "imaps://user:password@mail.example.com/INBOX"),
        ("CLAMD_URL", "unix:///run/clamd.sock"),
        ("REDIS_URL", "unix:///run/redis.sock"),
    ],
)
def test_what_can_work_is_taken(name: str, value: str) -> None:
    Settings.from_environment(WHOLE | {name: value})


def test_over_https_the_cookie_is_bound_to_this_host() -> None:
    settings = Settings.from_environment(WHOLE)
    assert settings.secure_cookies
    assert settings.cookie_name == "__Host-session"
    assert settings.trusted_hosts == ["support.example.com"]
    plain = Settings.from_environment(WHOLE | {"PORTAL_URL": "http://127.0.0.1:8000"})
    assert not plain.secure_cookies
    assert plain.cookie_name == "session"


def test_staff_and_partners_need_a_second_factor_unless_it_is_switched_off() -> None:
    assert Settings.from_environment(WHOLE).second_factor_required is True
    off = Settings.from_environment(WHOLE | {"SECOND_FACTOR_REQUIRED": "0"})
    assert off.second_factor_required is False
    assert Settings.from_environment(off.to_environment()) == off


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"send_files": "apache"}, "SEND_FILES is nginx:/a/location or bucket"),
        ({"send_files": "nginx:"}, "SEND_FILES is nginx:/a/location or bucket"),
        ({"send_files": "bucket"}, "needs a STORAGE_URL s3://"),
        ({"send_files": "nginx:/x", "storage_url": "s3://portal"}, "needs a STORAGE_URL file:///"),
        ({"signing_key": "a" * 64}, "SIGNING_KEY is 64 random hexadecimal digits"),
        ({"signing_key": "short"}, "SIGNING_KEY is 64 random hexadecimal digits"),
    ],
)
def test_how_software_is_sent_and_signed_must_be_possible(told: dict[str, Any], says: str) -> None:
    with pytest.raises(SystemExit, match=says):
        replace(SETTINGS, **told)
