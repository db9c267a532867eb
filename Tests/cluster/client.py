"""A person's program, which takes no answer on trust."""

import dataclasses
import decimal
import http.client
import itertools
import json
import time

from history import History, Trouble
from programs import Broken

_count = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body, parse_float=decimal.Decimal)

    @property
    def version(self) -> int:
        """The version that the ETag names."""
        return int(self.headers["ETag"].removeprefix("W/").strip('"'))


class Client:
    # Longer than the server may take for anything: who waits for so long was forgotten.
    LONGEST = 20
    # A person tries again, but not for ever.
    PATIENCE = 90

    def __init__(self, port: int, history: History, token: str | None = None, keeps_connection: bool = True):
        self.port, self.history, self.token = port, history, token
        self.keeps_connection = keeps_connection
        self.connection: http.client.HTTPConnection | None = None
        self.trouble: Trouble | None = None
        """The last one."""

    def attempt(self, method: str, path: str, body: dict | None = None, key: str | None = None,
                if_match: int | None = None, expected: tuple[int, ...] = (200, 201)) -> Reply | None:
        """Sends it once. None where it found no answer, which the history then knows."""
        request = f"c-{next(_count)}"
        headers = {"X-Request-Id": request}
        if not self.keeps_connection:
            headers["Connection"] = "close"
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        sent = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.LONGEST)
            self.connection.request(
                method, "/api/v1" + path, json.dumps(body).encode() if body is not None else None, headers)
            answer = self.connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return self.met(Trouble("lost", request, sent, f"{method} {path}: {error!r}"))
        trouble = judge(reply, request, expected)
        if trouble is None:
            self.history.answered()
            return reply
        kind, words = trouble
        return self.met(Trouble(kind, request, sent, f"{method} {path}: {reply.status} {words}"))

    def met(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.history.met(trouble)

    def insist(self, method: str, path: str, body: dict | None = None, key: str | None = None,
               expected: tuple[int, ...] = (200, 201)) -> Reply:
        """Sends it until there is an answer, always the same under the same key."""
        end = time.monotonic() + self.PATIENCE
        while time.monotonic() < end:
            reply = self.attempt(method, path, body, key, expected=expected)
            if reply is not None:
                return reply
            if self.trouble.kind == "wrong":
                raise GaveUp(self.trouble.words)
            # More often than Retry-After asks for, so that what happens meanwhile is seen.
            time.sleep(0.2)
        raise GaveUp(f"{method} {path} found no answer in {self.PATIENCE} s")

    def all(self, path: str) -> list[dict]:
        """The whole of a list, page by page."""
        rows: list[dict] = []
        while path:
            reply = self.insist("GET", path)
            rows += reply.json
            link = reply.headers["Link"] or ""
            path = link[link.find("<") + 1:link.find(">")].removeprefix("/api/v1")
        return rows

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class GaveUp(Broken):
    """Someone tried for long enough, or got what no repetition mends."""


def judge(reply: Reply, request: str, expected: tuple[int, ...]) -> tuple[str, str] | None:
    """What kind of trouble an answer is, in words. None for one that was expected, and is as it should be."""
    if reply.status in (502, 504) and not reply.headers["X-Request-Id"]:
        return "lost", "from the balancer"
    if reply.headers["X-Request-Id"] != request:
        return "wrong", f"names the request {reply.headers['X-Request-Id']!r} and not {request!r}: {reply.body[:300]!r}"
    try:
        content = reply.json
    except ValueError:
        return "wrong", f"is no JSON: {reply.body[:300]!r}"
    if reply.status >= 400:
        if reply.headers["Content-Type"] != "application/problem+json" or content.get("status") != reply.status:
            return "wrong", f"is no problem document: {reply.body[:300]!r}"
        if reply.status == 503:
            if not (reply.headers["Retry-After"] or "").isdecimal():
                return "wrong", "has no Retry-After"
            return "unavailable", content["detail"]
        if reply.status == 507:
            return "full", content["detail"]
    if reply.status not in expected:
        return "wrong", f"wasn't expected: {reply.body[:300]!r}"
    return None
