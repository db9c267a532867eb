"""Bodies whose texts were made to cost more than their length."""

import http.client
import json
import statistics
import time

from processes import BenchError, Server

BYTES = 250_000

FAMILIES = {
    "marks of one class": ("M", "\u0301"),
    "marks of two classes": ("M", "\u0301\u0316"),
    "as many marks as may be": ("", "M" + "\u0301\u0316" * 15),
    "escaped marks": ("M", "\\u0301\\u0316"),
    "escaped letters": ("", "\\u00e4"),
    "Hangul's first letters": ("", "\u1100"),
    "Hangul syllables": ("", "\u1100\u1161\u11a8"),
    "flags": ("", "\U0001f1e9\U0001f1ea"),
    "joined emoji": ("\U0001f469", "\u200d\U0001f469"),
    "conjuncts": ("", "\u0915\u094d"),
}
PLACES = {
    "a value": ("/api/v1/auth/register", '{"language":"%s"}'),
    "a name": ("/api/v1/auth/signin", '{"%s":1}'),
}


def text(start: str, unit: str) -> str:
    return start + unit * (BYTES // len(unit.encode()))


class Worst:
    """The family that cost most in a place, against plain text: milliseconds of each round."""

    def __init__(self, server: Server, place: str, rounds: int):
        self.server = server
        self.path, self.body = PLACES[place]
        self.plain = [self.cost(text("", "M")) for _ in range(rounds)]
        costs = {name: [self.cost(text(*family)) for _ in range(rounds)] for name, family in FAMILIES.items()}
        self.name = max(costs, key=lambda name: statistics.median(costs[name]))
        self.values = costs[self.name]

    def cost(self, text: str) -> float:
        body = (self.body % text).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        connection.connect()
        began = time.perf_counter()
        connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        connection.close()
        if answer.status != 400 or "code" not in json.loads(content):
            raise BenchError(f"POST {self.path} answered {answer.status}: {content[:200]!r}")
        return took
