"""Dictionaries over HTTP: sent, read, changed, compared, removed, and spoken with."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from antiphon.settings import Settings
from antiphon.staircase import Staircase, memory, staircase
from tests.edge.serving import Served, serving_in_thread

PATH = "/v1/audio/pronunciation-dictionaries"
SPEECH = "/v1/audio/speech"


@asynccontextmanager
async def forgetful(settings: Settings) -> AsyncIterator[Staircase]:
    """The whole staircase, but for what is kept."""
    async with staircase(settings) as stairs:
        yield replace(stairs, memory=None)


@pytest.fixture(scope="module", params=[forgetful, staircase], ids=["memory", "database"])
def http(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a server that keeps dictionaries in memory, and of one with a database."""
    data, aliases = tmp_path_factory.mktemp("data"), {"loud": "high"}
    settings = Settings(engine="tone", data=data, voice_aliases=aliases)
    with serving_in_thread(settings, request.param) as served, client(served) as http:
        yield http


@pytest.fixture(autouse=True)
def emptied(http: httpx.Client) -> Iterator[None]:
    """No dictionary outlives its test."""
    yield
    for each in http.get(PATH).json()["data"]:
        assert http.delete(f"{PATH}/{each['id']}").json()["deleted"]


def made(http: httpx.Client, **fields: Any) -> dict[str, Any]:
    """A dictionary, as the answer describes it."""
    reply = http.post(PATH, json={"name": "mine", "rules": {"GIF": "jif"}, **fields})
    assert reply.status_code == 200, reply.text
    whole: dict[str, Any] = reply.json()
    return whole


def pcm(http: httpx.Client, text: str, **fields: Any) -> bytes:
    """The samples for a text; the tone engine's are as long as the text it is given."""
    reply = http.post(SPEECH, json={"input": text, "response_format": "pcm", **fields})
    assert reply.status_code == 200, reply.text
    return reply.content


def refused(reply: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of an error."""
    error = reply.json()["error"]
    return reply.status_code, error["code"], error["message"]


def test_rules_are_kept_and_read_back(http: httpx.Client) -> None:
    """By id and by name, with the version, and in the list without the rules."""
    one = made(http, rules=[{"word": "重庆", "say": "chong2 qing4"}, {"word": "GIF", "say": "jif"}])
    assert (one["name"], one["words"], len(one["version"])) == ("mine", 2, 16)
    assert one["versions"] == [one["version"]]
    for name in (one["id"], "mine"):
        assert http.get(f"{PATH}/{name}").json() == one
    (entry,) = http.get(PATH).json()["data"]
    assert "rules" not in entry
    assert entry["id"] == one["id"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ('{"重庆": "<|CH|><|ONG2|><|Q|><|ING4|>"}\n', 1),
        ('{"origin": "噢", "new": "哦"}\n{"origin": "欸", "new": "诶"}\n', 2),
        ("重庆\tchong2 qing4\nGIF\tjif\n", 2),
    ],
)
def test_files_are_taken_as_they_are(http: httpx.Client, file: str, words: int) -> None:
    """As a form or as the body itself, the same rules are the same version."""
    form = http.post(PATH, data={"name": "form"}, files={"file": ("a.jsonl", file)}).json()
    raw = http.post(
        f"{PATH}?name=raw", content=file.encode(), headers={"content-type": "text/plain"}
    )
    assert form["words"] == raw.json()["words"] == words
    assert form["version"] == raw.json()["version"]


def test_versions_stay_and_are_compared(http: httpx.Client) -> None:
    """Each change makes one; an old one is still there; what lies between is told."""
    one = made(http, rules={"a": "x", "b": "y"})
    two = http.patch(f"{PATH}/mine", json={"rules": {"b": "z", "c": "w"}, "remove": ["a"]}).json()
    assert {rule["word"]: rule["say"] for rule in two["rules"]} == {"b": "z", "c": "w"}
    assert two["versions"] == [one["version"], two["version"]]
    old = http.get(f"{PATH}/mine", params={"version": one["version"]}).json()
    assert old["rules"] == one["rules"]
    changes = http.get(f"{PATH}/mine/changes", params={"before": one["version"]}).json()
    assert changes["added"] == [{"word": "c", "say": "w"}]
    assert changes["removed"] == [{"word": "a", "say": "x"}]
    assert changes["changed"] == [{"word": "b", "before": "y", "after": "z"}]
    back = http.put(f"{PATH}/mine", json={"rules": {"a": "x", "b": "y"}}).json()
    assert back["version"] == one["version"]
    assert back["versions"] == [two["version"], one["version"]]


def test_a_request_names_its_dictionaries(http: httpx.Client) -> None:
    """Named, it is spoken with; not named, the sound is as it was."""
    made(http, rules={"GIF": "graphics interchange format"})
    plain = pcm(http, "The GIF.")
    told = pcm(http, "The GIF.", pronunciation_dictionaries=["mine"])
    assert len(told) > len(plain)
    assert pcm(http, "The gift.", pronunciation_dictionaries=["mine"]) == pcm(http, "The gift.")
    assert pcm(http, "The GIF.") == plain


def test_attached_dictionaries_need_not_be_named(http: httpx.Client) -> None:
    """To all of an owner's speech or to a voice; naming others, or none, leaves them out."""
    rules = {"GIF": "graphics interchange format"}
    plain = pcm(http, "The GIF.", voice="low")
    made(http, rules=rules, default=True)
    assert len(pcm(http, "The GIF.", voice="low")) > len(plain)
    assert pcm(http, "The GIF.", voice="low", pronunciation_dictionaries=[]) == plain
    http.patch(f"{PATH}/mine", json={"default": False, "voices": ["high"]})
    assert pcm(http, "The GIF.", voice="low") == plain
    high = pcm(http, "The GIF.", voice="high", pronunciation_dictionaries=[])
    assert len(pcm(http, "The GIF.", voice="high")) > len(high)


@pytest.mark.parametrize(
    "rules", [{"GIF": "graphics format"}, [{"word": "GIF", "say": "graphics format"}]]
)
def test_a_request_brings_its_own(http: httpx.Client, rules: object) -> None:
    """And they count before any dictionary."""
    made(http, rules={"GIF": "x"}, default=True)
    assert pcm(http, "The GIF.", pronunciations=rules) == pcm(http, "The graphics format.")
    assert pcm(http, "The GIF.") == pcm(http, "The x.")


def test_it_is_explained_whose_word_counts(http: httpx.Client) -> None:
    """Each word with its place, its dictionary, and what else was said of it."""
    made(http, name="one", rules={"GIF": "jif"})
    made(http, name="two", rules={"GIF": "giff", "GIFs": "jifs"})
    asked = {"input": "GIF, GIFs", "pronunciation_dictionaries": ["one", "two"]}
    first, second = http.post(f"{PATH}/explain", json=asked).json()["words"]
    assert (first["start"], first["end"], first["say"], first["dictionary"]) == (0, 3, "jif", "one")
    assert first["why"] == "'two' says 'giff', but 'one' comes first"
    assert (second["word"], second["dictionary"]) == ("GIFs", "two")


@pytest.mark.parametrize("named", [{"voice": "loud"}, {"voice": "high"}, {}])
def test_what_is_explained_is_what_is_spoken(http: httpx.Client, named: dict[str, str]) -> None:
    """With the dictionaries of the voice that an alias leads to, or that speaks unnamed."""
    first = http.get("/v1/audio/voices").json()["voices"][0]["id"]
    made(http, voices=["high", first])
    words = http.post(f"{PATH}/explain", json={"input": "GIF", **named}).json()["words"]
    assert [each["say"] for each in words] == ["jif"]
    assert pcm(http, "GIF", **named) == pcm(http, "jif", **named)


def test_half_a_character_is_refused(http: httpx.Client) -> None:
    """Wherever it stands, with the field that holds it."""
    for path, sent, told in (
        ("", rb'{"name": "a", "rules": {"a": "b"}, "voices": ["\ud800"]}', "voices"),
        ("/explain", rb'{"input": "a", "voice": "\ud800"}', "voice"),
        ("/explain", rb'{"input": "\ud800"}', "input"),
    ):
        json = {"content-type": "application/json"}
        answer = http.post(PATH + path, content=sent, headers=json)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, told)


def test_notes_tell_what_to_know(http: httpx.Client) -> None:
    """A word that is there twice, and a reading that cannot be told to every voice."""
    file = "重\tchong2\n重\tzhong4\n卡住\tqia3 zhu4\n"
    notes = http.post(PATH, data={"name": "n"}, files={"file": file.encode()}).json()["notes"]
    assert "the later one counts" in notes[0]
    assert "qia3" in notes[1]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "/none", None, (404, "unknown_dictionary", "known: mine")),
        ("GET", "/mine?version=0", None, (404, "unknown_dictionary", "version 0")),
        ("PATCH", "/mnie", {}, (404, "unknown_dictionary", "did you mean 'mine'?")),
        ("DELETE", "/none", None, (404, "unknown_dictionary", "none")),
        ("POST", "", {"name": "mine", "rules": {"a": "b"}}, (400, "invalid_request", "or PATCH")),
        ("POST", "", {"name": "other"}, (400, "invalid_request", "no rules")),
        ("POST", "", {"rules": {"a": "b"}}, (400, "invalid_request", "name has")),
        ("POST", "", {"name": "a/b", "rules": {"a": "b"}}, (400, "invalid_request", "name has")),
        ("POST", "", {"name": "x", "rules": {"重": "x5 y1"}}, (400, "bad_dictionary", "no pinyin")),
        ("POST", "", {"name": "x", "rules": [{"word": "a"}]}, (400, "invalid_request", "say")),
        ("PUT", "/mine", {}, (400, "invalid_request", "PATCH")),
        ("PATCH", "/mine", {"remove": ["GIF"]}, (400, "invalid_request", "DELETE")),
        ("PATCH", "/mine", {"voices": ["v"] * 33}, (400, "invalid_request", "voices")),
        ("POST", "/explain", {"input": "x" * 5_001}, (400, "invalid_request", "at most")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    http: httpx.Client, method: str, path: str, body: Any, told: tuple[int, str, str]
) -> None:
    """With what to do instead."""
    made(http)
    status, code, message = refused(http.request(method, PATH + path, json=body))
    assert (status, code) == told[:2]
    assert told[2] in message


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        ({"pronunciation_dictionaries": ["none"]}, "unknown_dictionary", "'none'"),
        ({"pronunciation_dictionaries": ["mine"] * 17}, "invalid_request", "at most 16"),
        ({"pronunciations": {f"w{n}": "x" for n in range(501)}}, "invalid_request", "at most 500"),
        ({"pronunciations": {"a": "/ə/"}}, "bad_dictionary", "IPA"),
        ({"pronunciations": "GIF"}, "invalid_request", "Expected"),
    ],
)
def test_a_bad_pronunciation_stops_a_request(
    http: httpx.Client, fields: dict[str, Any], code: str, told: str
) -> None:
    """Before anything is spoken, with the field named."""
    reply = http.post(SPEECH, json={"input": "One.", **fields})
    assert refused(reply)[1] == code
    assert told in refused(reply)[2]
    assert reply.json()["error"]["param"] == next(iter(fields))


def test_a_form_that_is_none_is_refused(http: httpx.Client) -> None:
    """Without a boundary, without a file, or with a file that cannot be read."""
    head = {"content-type": "multipart/form-data; boundary=x"}
    assert refused(http.post(PATH, content=b"nothing", headers=head))[1] == "invalid_request"
    body = b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\na\r\n--x--\r\n'
    assert "no file" in refused(http.post(PATH, content=body, headers=head))[2]
    told = refused(http.post(PATH, data={"name": "a"}, files={"file": b"\xff\xfe"}))
    assert told[1] == "bad_dictionary"


def test_a_database_keeps_them_for_the_next_start(tmp_path: Path) -> None:
    """With their versions and what they are attached to."""
    settings = Settings(engine="tone", data=tmp_path)
    with serving_in_thread(settings, staircase) as served, client(served) as http:
        made(http, voices=["high"])
        kept = http.patch(f"{PATH}/mine", json={"rules": {"a": "b"}}).json()
    with serving_in_thread(settings, staircase) as served, client(served) as http:
        assert http.get(f"{PATH}/mine").json() == kept
    assert (len(kept["versions"]), kept["voices"]) == (2, ["high"])


def test_an_owner_sees_none_of_another_s(tmp_path: Path) -> None:
    """Nor speaks with them; a key that is not known is refused."""
    settings = Settings(engine="tone", data=tmp_path)
    one, two = ({"authorization": f"Bearer {key}"} for key in anyio.run(two_keys, settings))
    with serving_in_thread(settings, staircase) as served, client(served) as http:
        http.headers.update(one)
        made(http, default=True)
        assert len(http.get(PATH).json()["data"]) == 1
        http.headers.update(two)
        assert http.get(PATH).json()["data"] == []
        assert refused(http.get(f"{PATH}/mine"))[1] == "unknown_dictionary"
        made(http)
        assert refused(http.get(PATH, headers={"authorization": "Bearer ak_none"}))[0] == 401
        del http.headers["authorization"]
        assert refused(http.get(PATH))[1] == "key_required"


async def two_keys(settings: Settings) -> list[str]:
    """The secrets of two owners."""
    async with memory(settings) as kept:
        return [(await kept.keys.create(owner))[1] for owner in ("one", "two")]


def client(served: Served) -> httpx.Client:
    """Of one server."""
    return httpx.Client(base_url=served.url, trust_env=False, timeout=15)


def test_requests_are_counted_however_they_end(http: httpx.Client) -> None:
    """As those for speech and for voices are."""
    made(http, name="counted")
    http.get(f"{PATH}/nothing")
    told = http.get("/metrics").text
    for outcome in ("complete", "unknown_dictionary"):
        assert re.search(rf'requests_total{{.*"{outcome}".*"dictionaries".*}} [1-9]', told)


def test_the_description_tells_how_a_dictionary_may_be_sent(http: httpx.Client) -> None:
    """As JSON, in a form or as the file itself; and what a query may name."""
    paths = http.get("/openapi.json").json()["paths"]
    sent = paths[PATH]["post"]["requestBody"]["content"].keys()
    assert sent == {"application/json", "multipart/form-data", "text/plain"}
    queries = {
        (path, method): {one["name"] for one in asked["parameters"] if one["in"] == "query"}
        for path, methods in paths.items()
        for method, asked in methods.items()
        if "parameters" in asked
    }
    assert queries[PATH, "post"] == {"name"}
    assert queries[f"{PATH}/{{name}}", "get"] == {"version"}
    assert queries[f"{PATH}/{{name}}/changes", "get"] == {"before", "after"}
