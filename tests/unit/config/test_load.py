"""Reading the configuration: what is wrong is told with file, line, key and remedy; which place comes before which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailroom.config import Settings, load
from mailroom.errors import BadConfiguration

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting from the environment of whoever runs the tests."""
    for name in ("MAILROOM_CONFIG", "MAILROOM_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(source: str) -> Path:
        file = tmp_path / "mailroom.toml"
        file.write_text(source, "utf-8")
        return file

    return write


def complaint(file: Path) -> str:
    with pytest.raises(BadConfiguration) as failure:
        load(file)
    return str(failure.value).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("[smtp]\n\nlissen = 'x'", "FILE:3: unknown key smtp.lissen; config/mailroom.toml lists every key"),
        ("nonsense = 1", "FILE:1: unknown key nonsense; config/mailroom.toml lists every key"),
        ("\n[smpt]\nlisten = 'x'", "FILE:2: unknown key smpt; config/mailroom.toml lists every key"),
        ("# c\nsmtp.lissen = 'x'", "FILE:2: unknown key smtp.lissen; config/mailroom.toml lists every key"),
        ("\nsmtp = { lissen = 'x' }", "FILE:2: unknown key smtp.lissen; config/mailroom.toml lists every key"),
        ("[smtp]\n\"lissen\" = 'x'", "FILE:2: unknown key smtp.lissen; config/mailroom.toml lists every key"),
        (
            "[smtp]\nlisten = 'x'\n[smtp.more]\na = 1",
            "FILE:3: unknown key smtp.more; config/mailroom.toml lists every key",
        ),
        (
            "[[folders]]\npath = '/a'\n[[folders]]\npath = '/b'\npaht = 1",
            "FILE:5: unknown key folders.1.paht; config/mailroom.toml lists every key",
        ),
        ("[web]\nlisten='a'\n[smtp]\nweb='a'", "FILE:4: unknown key smtp.web; config/mailroom.toml lists every key"),
    ],
)
def test_an_unknown_key_is_told_with_its_line(write: Write, source: str, said: str) -> None:
    assert complaint(write(source)) == said


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("[reading]\ndpi = 'much'", "FILE:2: reading.dpi: ", "integer"),
        ("[reading]\n\n\ndpi = 99", "FILE:4: reading.dpi: ", "greater than or equal to 100"),
        ("[reading]\nocr = 'abbyy'", "FILE:2: reading.ocr: ", "'auto', 'tesserocr' or 'pytesseract'"),
        ("[smtp]\nlisten = 25", "FILE:2: smtp.listen: ", "string"),
        ("[smtp]\nhostname='x'\ntrusted_peers = ['a', 5]", "FILE:3: smtp.trusted_peers.1: ", "string"),
        ("[box]\nwall_seconds = 0", "FILE:2: box.wall_seconds: ", "greater than 0"),
        ("\nsmtp = 5", "FILE:2: smtp: ", ""),
        ("data = 5", "FILE:1: data: ", "path"),
        ("[[imap]]\nhost = 'h'\nuser = 'u'\naccount = 'a'", "FILE:1: imap.0: ", "either password_file or oauth2"),
        ("[[imap]]\nhost = 'h'\nuser = 'u'\npassword_file = 'p'", "FILE:1: imap.0: ", "account or address_header"),
        (
            "[[imap]]\nhost='h'\nuser='u'\npassword_file='p'\naccount='a'\nsecurity='none'",
            "FILE:1: imap.0: ",
            "loopback",
        ),
        ("[[imap]]\nhost = 'h'\nuser = 'u'\nafter = 'delete'", "FILE:4: imap.0.after: ", "flag"),
        ("[archive]\nundo_minutes = nan", "FILE:2: archive.undo_minutes: ", ""),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_its_line_and_what_fits(
    write: Write, source: str, place: str, words: str
) -> None:
    said = complaint(write(source))
    assert said.startswith(place)
    assert words in said


@pytest.mark.parametrize(
    "line",
    ['hostname = "mx\\r\\n250 x"', 'hostname = ""', 'import_domain = "exa mple"', 'import_domain = "@import.example"'],
)
def test_a_name_that_no_mail_server_can_have_is_refused(write: Write, line: str) -> None:
    assert complaint(write(f"[smtp]\n{line}")).startswith(f"FILE:2: smtp.{line.split(maxsplit=1)[0]}")


def test_every_mistake_is_told_at_once(write: Write) -> None:
    said = complaint(write("[smtp]\nlissen = 'x'\n[reading]\ndpi = 1\n")).splitlines()
    assert [line.partition(": ")[0] for line in said] == ["FILE:2", "FILE:4"]


def test_what_is_no_toml_is_told_with_its_line(write: Write) -> None:
    said = complaint(write("[smtp]\nlisten = \n"))
    assert said.startswith("FILE: is not TOML: ")
    assert "line 2" in said


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mailroom.toml"
    file.write_bytes(b"[smtp]\nhostname = '\xff'\n")
    assert complaint(file) == "FILE: is not UTF-8"


def test_a_file_that_is_not_there_is_told_with_a_remedy(tmp_path: Path) -> None:
    said = complaint(tmp_path / "none.toml")
    assert said == "FILE: cannot be read (No such file or directory); check the path and its permissions"
    assert "Is a directory" in complaint(tmp_path)


def test_without_a_file_all_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load() == Settings(data=tmp_path / "data")


def test_the_environment_names_the_file_and_the_folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("data = '/from/file'\n[web]\nsession_days = 3\n")
    monkeypatch.setenv("MAILROOM_CONFIG", str(file))
    assert (load().web.session_days, load().data) == (3, Path("/from/file"))
    monkeypatch.setenv("MAILROOM_DATA", "/from/environment")
    assert load().data == Path("/from/environment")
    assert load(data=Path("/from/option")).data == Path("/from/option")


def test_a_named_file_comes_before_the_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILROOM_CONFIG", "/nowhere.toml")
    assert load(write("[web]\nsession_days = 3\n")).web.session_days == 3
    with pytest.raises(BadConfiguration, match=r"/nowhere\.toml: cannot be read"):
        load()


def test_empty_variables_say_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILROOM_CONFIG", "")
    monkeypatch.setenv("MAILROOM_DATA", "")
    monkeypatch.chdir(tmp_path)
    assert load().data == tmp_path / "data"


def test_the_folder_is_absolute_and_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(data=Path("~/mail")).data == tmp_path / "mail"
    monkeypatch.chdir(tmp_path)
    assert load(data=Path("mail")).data == tmp_path / "mail"


def test_settings_do_not_change_under_the_rooms() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().smtp.listen = "elsewhere"  # type: ignore[misc]  # what must not work
