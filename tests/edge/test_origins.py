"""Origins: whose web page may use a house without keys, and which names it goes by."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from antiphon.claims import ForeignOrigin
from antiphon.edge.origins import Origins
from antiphon.settings import Settings, load
from tests.edge.voicing import CONSENTS, VOICES, Voicing, sample, voicing

EVIL = "https://evil.example"
OURS = Settings(allowed_hosts=("tts.example.org", "https://desk.lan:8443"))
BROWSER = {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
MACHINE = socket.gethostname().lower()


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("localhost:7860", {}),
        ("LOCALHOST.", {}),
        ("studio.localhost:7860", {}),
        ("127.0.0.1:7860", {"origin": "http://127.0.0.1:7860"}),
        ("127.0.0.1:7860", BROWSER),
        ("[::1]:7860", {"origin": "http://[::1]:7860"}),
        ("192.168.1.20:7860", {"origin": "http://192.168.1.20:7860"}),
        ("[fdaa::3]:8080", {}),
        ("172.19.0.7:8080", {}),
        (f"{MACHINE}.local:7860", {"origin": f"http://{MACHINE}.local:7860"}),
        ("", {}),
        ("tts.example.org", {"origin": "https://tts.example.org"}),
        ("desk.lan:8443", {}),
        ("127.0.0.1:7860", {"origin": "https://tts.example.org", "sec-fetch-site": "same-origin"}),
        ("127.0.0.1:7860", {"origin": "https://tts.example.org"}),
        ("tts.example.org", {"origin": "https://desk.lan:8443", "sec-fetch-site": "cross-site"}),
        ("localhost:7860", {"sec-fetch-site": "none"}),
        ("localhost:7860", {"origin": "null", "sec-fetch-site": "same-origin"}),
    ],
)
def test_our_own_pages_and_programs_are_answered(host: str, sent: Mapping[str, str]) -> None:
    """By every address, by the names of this machine, and by those that the operator allows."""
    Origins(OURS).check(_headers(host, sent))


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("evil.example:7860", {}),
        ("evil.example:7860", {"origin": "http://evil.example:7860"}),
        ("evil.example:7860", {"origin": "http://evil.example:7860", **BROWSER}),
        ("localhost.evil.example", {}),
        ("127.0.0.1.evil.example", {}),
        ("2130706433", {}),
        ("[::1", {}),
        ("127.0.0.1:7860", {"origin": EVIL}),
        ("127.0.0.1:7860", {"origin": EVIL, "sec-fetch-site": "cross-site"}),
        ("127.0.0.1:7860", {"origin": "null"}),
        ("127.0.0.1:7860", {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"}),
        ("localhost:7860", {"origin": "http://localhost:3000"}),
        ("localhost:7860", {"sec-fetch-site": "cross-site"}),
        ("localhost:7860", {"sec-fetch-site": "same-site"}),
        ("", {"origin": EVIL}),
        ("", {"origin": "null"}),
    ],
)
def test_pages_of_others_are_not_answered(host: str, sent: Mapping[str, str]) -> None:
    """Whether they come from elsewhere or had their name bound to our address."""
    with pytest.raises(ForeignOrigin, match="antiphon keys create"):
        Origins(OURS).check(_headers(host, sent))


def test_programs_may_speak_by_any_name() -> None:
    """A POST that names no page is no browser's; one that names one is looked at."""
    Origins(Settings()).check(_headers("antiphon:7860", {}), programs_by_any_name=True)
    for sent in ({"origin": EVIL}, {"sec-fetch-site": "same-origin"}):
        with pytest.raises(ForeignOrigin):
            Origins(Settings()).check(_headers("antiphon:7860", sent), programs_by_any_name=True)


def test_the_refusal_names_what_the_operator_allows() -> None:
    """The name alone, as the setting takes it; none where there is none."""
    with pytest.raises(ForeignOrigin, match=r"allowed_hosts` to 'app\.lan'"):
        Origins(Settings()).check(_headers("app.lan:80", {}))
    with pytest.raises(ForeignOrigin) as refused:
        Origins(Settings()).check(_headers("localhost", {"origin": "null"}))
    assert "allowed_hosts" not in str(refused.value)


def test_allowed_hosts_are_written_with_commas(tmp_path: Path) -> None:
    """In the environment and on the command line; a file takes a list."""
    file = tmp_path / "antiphon.toml"
    file.write_text('allowed_hosts = ["a.lan"]', encoding="utf-8")
    assert load({}, {}, file).allowed_hosts == ("a.lan",)
    environ = {"ANTIPHON_ALLOWED_HOSTS": "a.lan, b.lan,"}
    assert load({}, environ, file).allowed_hosts == ("a.lan", "b.lan")
    assert load({"allowed_hosts": "c.lan"}, environ, file).allowed_hosts == ("c.lan",)


@pytest.mark.anyio
async def test_a_page_of_another_address_can_neither_plant_nor_take_a_voice(
    tmp_path: Path,
) -> None:
    """Nor read or change anything else of an open house; what is public stays so."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        voice = {"data": {"name": "berta", "consent": "true"}, "files": sample(2)}
        consent = {"data": {"name": "A", "language": "en"}, "files": sample(field="recording")}
        dictionaries = "/v1/audio/pronunciation-dictionaries"
        for method, path, sent in (
            ("GET", f"{VOICES}/anna/export", {}),
            ("GET", VOICES, {}),
            ("POST", VOICES, voice),
            ("GET", f"{VOICES}/anna", {}),
            ("POST", f"{VOICES}/anna", {"json": {"shared": True}}),
            ("DELETE", f"{VOICES}/anna", {}),
            ("POST", CONSENTS, consent),
            ("GET", dictionaries, {}),
            ("POST", f"{dictionaries}?name=x", {"content": "a\tb"}),
            ("POST", f"{dictionaries}/explain", {"json": {"input": "a"}}),
            ("POST", "/v1/audio/speech", {"json": {"input": "Hello."}}),
        ):
            await _is_foreign(at, method, path, {"origin": EVIL}, sent)
            await _is_foreign(at, method, path, {"sec-fetch-site": "cross-site"}, sent)
            if not path.endswith("speech"):
                await _is_foreign(at, method, path, {"host": "evil.example:7914"}, sent)
        for path in ("/", "/livez", "/readyz", "/openapi.json", "/v1/models", "/metrics"):
            answer = await at.http.get(path, headers={"host": "evil.example", "origin": EVIL})
            assert answer.status_code == 200
        assert (await at.http.get(VOICES, headers=BROWSER)).status_code == 200
        assert len((await at.http.get(VOICES)).json()["uploaded_voices"]) == 1
        at.http.headers["host"] = "antiphon:7860"
        assert (await at.speak("anna")).status_code == 200


@pytest.mark.anyio
async def test_a_house_with_keys_goes_by_any_name(tmp_path: Path) -> None:
    """No browser adds a key by itself, so who has one is no page of somebody else's."""
    async with voicing(tmp_path) as at:
        named = {**await at.key("local"), "host": "tts.example", "origin": EVIL}
        data = {"name": "anna", "consent": "true"}
        made = await at.http.post(VOICES, data=data, files=sample(), headers=named)
        assert made.status_code == 200
        assert (await at.http.get(f"{VOICES}/anna/export", headers=named)).status_code == 200
        await _is_refused(at, "GET", f"{VOICES}/anna/export", {"origin": EVIL}, {}, 401)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "a/json"])
async def test_a_change_says_that_it_is_json(tmp_path: Path, kind: str) -> None:
    """What a form in any page can send is not taken for JSON."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        headers = {"content-type": kind}
        answer = await at.http.post(f"{VOICES}/anna", content='{"shared": true}', headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
        assert "application/json" in answer.json()["error"]["message"]
        assert not (await at.http.get(f"{VOICES}/anna")).json()["shared"]


async def _is_foreign(
    at: Voicing, method: str, path: str, headers: Mapping[str, str], sent: Mapping[str, object]
) -> None:
    body = await _is_refused(at, method, path, headers, sent, 403)
    assert body["code"] == "foreign_origin"


async def _is_refused(
    at: Voicing,
    method: str,
    path: str,
    headers: Mapping[str, str],
    sent: Mapping[str, object],
    status: int,
) -> dict[str, str]:
    answer = await at.http.request(method, path, headers=headers, **sent)  # type: ignore[arg-type]
    assert answer.status_code == status, (method, path, headers)
    error: dict[str, str] = answer.json()["error"]
    return error


def _headers(host: str, sent: Mapping[str, str]) -> Headers:
    return Headers({"host": host, **sent} if host else dict(sent))
