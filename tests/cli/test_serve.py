"""`antiphon serve`: it listens, it says so, and it stops when told."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from antiphon.cli.serve import check_folder
from antiphon.cli.sockets import bound, url
from antiphon.errors import BadSetting
from tests.cli.running import antiphon, running


def connected(server_url: str) -> socket.socket:
    """A bare connection to the server."""
    host, _, port = server_url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)))


def everything(connection: socket.socket) -> bytes:
    """What the server sends until it closes; a reset is a way to close."""
    received = b""
    try:
        while data := connection.recv(65_536):
            received += data
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_stop(tmp_path: Path, told: signal.Signals) -> None:
    """It says where it is, is ready, and being told to stop is no failure."""
    with running("--engine", "tone", data=tmp_path) as server:
        with urllib.request.urlopen(f"{server.url}/readyz") as answer:
            assert json.load(answer) == {"status": "ok"}
        server.process.send_signal(told)
        assert server.process.wait() == 0
        assert server.lines == [
            f"Antiphon is listening on {server.url} (Ctrl+C stops it)\n",
            "Antiphon is ready: tone speaks as low, high\n",
        ]
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


def test_calls_in_flight_end_before_it_does(tmp_path: Path) -> None:
    """After SIGTERM a listener still hears the end of what was begun."""
    body = json.dumps({"input": "la " * 400, "voice": "low", "response_format": "pcm"}).encode()
    head = f"POST /v1/audio/speech HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
    with running("--engine", "tone", data=tmp_path) as server:
        with connected(server.url) as connection:
            connection.sendall(head.encode() + body)
            begun = connection.recv(1024)
            server.process.send_signal(signal.SIGTERM)
            heard = begun + everything(connection)
        assert heard.startswith(b"HTTP/1.1 200")
        assert heard.endswith(b"0\r\n\r\n")
        assert server.process.wait() == 0


def test_a_head_without_end_is_refused(tmp_path: Path) -> None:
    """Headers are bounded, so that no client fills the memory with them."""
    with running("--engine", "tone", data=tmp_path) as server:
        with connected(server.url) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\n" + b"x-long: " + b"a" * 200_000)
            assert everything(connection).startswith(b"HTTP/1.1 413")
        with urllib.request.urlopen(f"{server.url}/livez") as answer:
            assert answer.status == 200


def test_a_head_that_does_not_come_is_refused(tmp_path: Path) -> None:
    """A client that connects and says nothing does not hold its connection."""
    flags = ("--engine", "tone", "--request-timeout-s", "0.3")
    with running(*flags, data=tmp_path) as server:
        with connected(server.url) as connection:
            assert everything(connection).startswith(b"HTTP/1.1 408")
        with connected(server.url) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HT")
            received = everything(connection)
        assert received.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 408" in received


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    """The message names the port and what to do; the exit status says "settings"."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = antiphon("serve", "--port", port, "--data", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    told = done.stderr.decode()
    assert told.startswith(f"antiphon: cannot listen on 127.0.0.1:{port}: ")
    assert told.endswith("choose with --host and --port (bad_setting)\n")


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--engine", "tune"), "engine_missing"),
        (("--port", "many"), "bad_setting"),
        (("--fabric-url", "pigeon:"), "bad_setting"),
        (("--config", "missing.toml"), "bad_setting"),
    ],
)
def test_what_cannot_be_is_told_before_it_serves(
    tmp_path: Path, flags: tuple[str, ...], code: str
) -> None:
    """One line, and exit status 2."""
    more = ("--data", str(tmp_path), "--port", "0") if "--port" not in flags else ()
    done = antiphon("serve", *flags, *more, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].endswith(f"({code})")


def test_the_data_folder_is_made(tmp_path: Path) -> None:
    """A first start needs no preparation."""
    check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_data_folder_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadSetting, match=r"taken cannot be written: .*choose another with --data"):
        check_folder(tmp_path / "taken")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 300, "127.0.0.1.1"])
def test_an_address_that_is_not_ours_is_a_clear_error(host: str) -> None:
    """Whatever the resolver says, the situation is a bad setting."""
    with pytest.raises(BadSetting, match="cannot listen on"):
        bound(host, 0)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "localhost"), ("0.0.0.0", "localhost"), ("h", "h")]
)
def test_the_address_shown_is_one_that_can_be_opened(host: str, shown: str) -> None:
    """Nobody can open http://0.0.0.0."""
    with bound("127.0.0.1", 0) as listening:
        assert url(host, listening) == f"http://{shown}:{listening.getsockname()[1]}"


def test_an_ipv6_address_is_bracketed() -> None:
    """As a browser wants it."""
    with bound("127.0.0.1", 0) as listening:
        assert url("2001:db8::1", listening).startswith("http://[2001:db8::1]:")


def test_the_next_head_does_not_cut_an_answer(tmp_path: Path) -> None:
    """Half a head sent during an answer is timed only once that answer has ended."""
    text = b'{"input": "' + b"A sentence. " * 400 + b'", "response_format": "pcm"}'
    head = b"POST /v1/audio/speech HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % len(text)
    with (
        running("--engine", "tone", "--request-timeout-s", "0.3", data=tmp_path) as server,
        connected(server.url) as connection,
    ):
        connection.sendall(head + text + b"GET /livez HTT")
        answer = everything(connection)
    first, _, rest = answer.partition(b"\r\n0\r\n\r\n")
    assert b"200 OK" in first
    assert b"408" not in first
    assert rest.startswith(b"HTTP/1.1 408")


def test_an_idle_connection_is_not_kept_by_empty_lines(tmp_path: Path) -> None:
    """A kept-alive connection on which only a line break comes is closed in time."""
    with (
        running("--engine", "tone", "--request-timeout-s", "0.3", data=tmp_path) as server,
        connected(server.url) as connection,
    ):
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: t\r\n\r\n")
        assert b"200 OK" in connection.recv(4_096)
        connection.sendall(b"\r\n")
        assert b"408" in everything(connection)
