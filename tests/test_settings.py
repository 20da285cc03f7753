"""The environment, read once and judged as a whole."""

from pathlib import Path

import pytest

from chatserver.errors import SettingsError
from chatserver.settings import is_loopback, load_settings

SECRET = "a-test-secret-0123456789-abcdefghijklm"


def test_every_problem_is_reported_together() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(
            {
                "PORT": "eight",
                "SECRET_KEY": "short",
                "LOG_LEVEL": "loud",
                "CHATSERVER_LOG_FORMAT": "xml",
                "CHATSERVER_LEASE_S": "999",
                "CHATSERVER_PUBLIC_URL": "chat.example/path",
            }
        )
    text = " ".join(raised.value.problems)
    for name in ("PORT", "SECRET_KEY", "LOG_LEVEL", "LOG_FORMAT", "LEASE_S", "PUBLIC_URL"):
        assert name in text
    assert "short" not in text.split("SECRET_KEY")[0]


def test_a_public_address_needs_a_secret() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY is required"):
        load_settings({"HOST": "0.0.0.0"})
    assert load_settings({"HOST": "0.0.0.0", "SECRET_KEY": SECRET}).secret_key == SECRET


@pytest.mark.parametrize("weak", ["changeme", "x" * 40, "ab" * 30, "12345678" * 5])
def test_a_weak_secret_is_refused_even_at_home(weak: str) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY") as raised:
        load_settings({"SECRET_KEY": weak})
    assert weak not in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"PORT": "8001"}, "http://127.0.0.1:8001"),
        ({"CHATSERVER_PUBLIC_URL": "https://chat.example/"}, "https://chat.example"),
        ({"HOST": "0.0.0.0", "SECRET_KEY": "Vq7-kzR2mX9wL4tB8nJ5cH3fD6gS1aPy"}, ""),
    ],
)
def test_t13_mails_link_to_what_the_settings_say(environ: dict[str, str], origin: str) -> None:
    assert load_settings(environ).mail_origin == origin


def test_on_loopback_a_secret_is_made_each_time() -> None:
    first, second = load_settings({}), load_settings({})
    assert len(first.secret_key) >= 32
    assert first.secret_key != second.secret_key


def test_secrets_may_stand_in_files(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{SECRET}\n", encoding="utf-8")
    assert load_settings({"SECRET_KEY_FILE": str(key)}).secret_key == SECRET
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE can't be read"):
        load_settings({"SECRET_KEY_FILE": str(tmp_path / "none")})


def test_a_commands_options_win() -> None:
    settings = load_settings({"PORT": "9000", "HOST": "127.0.0.1"}, port=9001)
    assert settings.port == 9001
    assert load_settings({"PORT": "9000"}).port == 9000


def test_the_embedded_database_lies_in_the_data_directory(tmp_path: Path) -> None:
    settings = load_settings({"CHATSERVER_DATA_DIR": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path / 'chat.sqlite3'}"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("chat.example", False),
    ],
)
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
