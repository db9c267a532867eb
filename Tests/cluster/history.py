"""What the server promised, and what the clients met otherwise."""

import dataclasses
import decimal
import threading
import time

from register import Operation


@dataclasses.dataclass(frozen=True)
class Trouble:
    """A request without the answer that was hoped for."""

    kind: str
    """lost: the connection broke before there was one; unavailable: 503 with Retry-After; full: 507; wrong: a fault."""
    request: str
    """Its X-Request-Id."""
    sent: float
    """By the monotonic clock."""
    words: str


@dataclasses.dataclass(frozen=True)
class Taking:
    """An adjust-quantity that was acknowledged."""

    material: str
    delta: decimal.Decimal
    amount_after: decimal.Decimal
    answer: bytes
    sent: float
    """By the monotonic clock, when it was asked for first."""
    answered: float


@dataclasses.dataclass
class Visit:
    """A check-in that was acknowledged, and its check-out."""

    id: str
    came: str
    left: str | None = None


class History:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers = 0
        self.last_answer = 0.0
        self.troubles: list[Trouble] = []
        self.sent: dict[str, tuple[str, decimal.Decimal]] = {}
        """By key, all that was ever asked for: the material and the delta."""
        self.taken: dict[str, Taking] = {}
        self.refused: set[str] = set()
        """Keys that were answered with: there isn't so much left."""
        self.visits: dict[str, list[Visit]] = {}
        """By person."""
        self.edits: dict[int, str] = {}
        """By the version that the edit made: the notes."""
        self.unsure: list[str] = []
        """Notes of edits without an answer: they have no key, so no one knows."""
        self.reads: list[tuple[str, str, float, float]] = []
        """The material, its newest movement as someone saw it, and when that was asked for and answered."""
        self.versions: list[Operation] = []
        """Of the site: those that were read, and those that edits made."""
        self.faults: list[str] = []

    def answered(self) -> None:
        with self.lock:
            self.answers += 1
            self.last_answer = time.monotonic()

    def met(self, trouble: Trouble) -> None:
        with self.lock:
            self.troubles.append(trouble)
            if trouble.kind == "wrong":
                self.faults.append(f"an answer is wrong: {trouble.words}")

    def fault(self, sentence: str) -> None:
        with self.lock:
            self.faults.append(sentence)

    def will_take(self, key: str, material: str, delta: decimal.Decimal) -> None:
        with self.lock:
            self.sent[key] = (material, delta)

    def took(self, key: str, taking: Taking) -> None:
        with self.lock:
            before = self.taken.setdefault(key, taking)
        if before.answer != taking.answer:
            self.fault(f"the same key got another answer: {before.answer!r}, then {taking.answer!r}")

    def was_refused(self, key: str) -> None:
        with self.lock:
            self.refused.add(key)

    def may_have_edited(self, notes: str) -> None:
        with self.lock:
            self.unsure.append(notes)

    def edited(self, version: int, notes: str) -> None:
        with self.lock:
            if version in self.edits:
                self.faults.append(f"two edits were told that they made version {version}")
            self.edits[version] = notes

    def read(self, material: str, movement: str, sent: float) -> None:
        with self.lock:
            self.reads.append((material, movement, sent, time.monotonic()))

    def saw_version(self, version: int, sent: float, made: bool = False) -> None:
        with self.lock:
            what = "an edit" if made else "a read of the site"
            self.versions.append(Operation(what, made, version, sent, time.monotonic()))

    def since(self, moment: float) -> list[Trouble]:
        """What went wrong with requests that were sent after then."""
        with self.lock:
            return [trouble for trouble in self.troubles if trouble.sent > moment]
