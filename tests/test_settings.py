"""The settings: where they come from, which wins, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.errors import BadSetting, UnknownSetting
from antiphon.settings import NAMES, OPENAI_VOICES, PREFIX, Settings, load


def write(folder: Path, text: str) -> Path:
    """A file of settings."""
    path = folder / "antiphon.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_given_is_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file, variables or flags every setting has its default."""
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Settings()


def test_a_file_in_the_current_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`antiphon.toml` needs no naming."""
    write(tmp_path, "port = 1234")
    monkeypatch.chdir(tmp_path)
    assert load(environ={}).port == 1234


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    """A later source wins over an earlier one."""
    file = write(tmp_path, 'port = 1\nhost = "file"\nengine = "file"')
    environ = {"ANTIPHON_HOST": "environ", "ANTIPHON_ENGINE": "environ"}
    settings = load({"engine": "flag"}, environ, file)
    assert (settings.port, settings.host, settings.engine) == (1, "environ", "flag")


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    """None means not given."""
    assert load({"port": None}, {"ANTIPHON_PORT": "5"}, write(tmp_path, "")).port == 5


def test_an_empty_variable_was_not_given(tmp_path: Path) -> None:
    """A compose file passes on variables that nobody has set."""
    settings = load({}, {"ANTIPHON_MODEL": "", "ANTIPHON_WORKERS": ""}, write(tmp_path, ""))
    assert settings.model is None
    assert settings.workers is None


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    """`ANTIPHON_CONFIG` is where the file is, and no setting itself."""
    file = write(tmp_path, "port = 77")
    assert load({}, {"ANTIPHON_CONFIG": str(file)}).port == 77


def test_a_named_file_wins_over_the_environments(tmp_path: Path) -> None:
    """`--config` is nearer than `ANTIPHON_CONFIG`."""
    assert load({}, {"ANTIPHON_CONFIG": "/nowhere"}, write(tmp_path, "port = 8")).port == 8


def test_text_becomes_the_type_of_the_setting(tmp_path: Path) -> None:
    """The environment and the command line know only text."""
    flags = {"data": "/srv/voices", "stall_timeout_s": "2.5", "workers": "3"}
    settings = load(flags, {}, write(tmp_path, 'model = "~/glm"'))
    assert settings.data == Path("/srv/voices")
    assert settings.stall_timeout_s == 2.5
    assert settings.workers == 3
    assert settings.model == Path.home() / "glm"


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "told"),
    [
        ({}, {}, "prot = 1", "'prot' in .*antiphon.toml; did you mean 'port'"),
        ({}, {"ANTIPHON_ENGIN": "x"}, "", "'ANTIPHON_ENGIN' in the environment; .*ANTIPHON_ENGINE"),
        ({"modle": "x"}, {}, "", "'modle' in the command line; did you mean 'model'"),
        ({}, {"ANTIPHON_QQQ": ""}, "", "'ANTIPHON_QQQ' in the environment"),
    ],
)
def test_a_setting_that_does_not_exist_is_told_with_the_nearest_that_does(
    tmp_path: Path, flags: dict[str, str], environ: dict[str, str], toml: str, told: str
) -> None:
    """A typo is refused wherever it is made, with its source and the right name."""
    with pytest.raises(UnknownSetting, match=told):
        load(flags, environ, write(tmp_path, toml))


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"port": "abc"}, "port cannot be 'abc': Expected `int`"),
        ({"port": "65536"}, "port cannot be '65536'"),
        ({"max_streams": "0"}, "max_streams cannot be '0'"),
        ({"stall_timeout_s": "nan"}, "stall_timeout_s cannot be 'nan'"),
        ({"stall_timeout_s": "inf"}, "stall_timeout_s cannot be 'inf'"),
        ({"model": 5}, "model cannot be 5: Expected `path`"),
        ({"voice_aliases": "alloy"}, "voice_aliases cannot be 'alloy'"),
        ({"voice_aliases": {"alloy": 3}}, "voice_aliases cannot be"),
        ({"log_level": "loud"}, "log_level cannot be 'loud'"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_name(
    tmp_path: Path, flags: dict[str, object], told: str
) -> None:
    """The message names the setting, what was given and why it cannot be."""
    with pytest.raises(BadSetting, match=told):
        load(flags, {}, write(tmp_path, ""))


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_broken_file_is_told_with_its_name(tmp_path: Path, content: bytes) -> None:
    """A file that is no TOML, or no UTF-8, is a bad setting."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(BadSetting, match=r"broken\.toml"):
        load({}, {}, path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """Only the unnamed `antiphon.toml` may be missing."""
    with pytest.raises(BadSetting, match=r"missing\.toml"):
        load({}, {}, tmp_path / "missing.toml")


def test_aliases_from_every_source_add_up(tmp_path: Path) -> None:
    """A new alias leaves those of earlier sources, and of OpenAI, where they are."""
    file = write(tmp_path, 'voice_aliases = {teacher = "alto", alloy = "bass"}')
    aliases = load({}, {"ANTIPHON_VOICE_ALIASES": "host=tenor, guest=bass"}, file).voice_aliases
    changed = {"teacher": "alto", "alloy": "bass", "host": "tenor", "guest": "bass"}
    assert aliases == OPENAI_VOICES | changed


def test_aliases_without_a_value_are_refused(tmp_path: Path) -> None:
    """In the environment aliases are written as name=value,name=value."""
    with pytest.raises(BadSetting, match="ANTIPHON_VOICE_ALIASES is written as name=value"):
        load({}, {"ANTIPHON_VOICE_ALIASES": "host"}, write(tmp_path, ""))


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("_aliases")])
def test_every_setting_can_be_given_in_the_environment(tmp_path: Path, name: str) -> None:
    """Each default, written as text, is read back as itself."""
    default = getattr(Settings(), name)
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    environ = {PREFIX + name.upper(): "" if default is None else text}
    assert getattr(load({}, environ, write(tmp_path, "")), name) == default
