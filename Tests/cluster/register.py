"""What was read and written of one thing whose writes have an order, and when: whether it behaved as one register that
everyone shares, however many servers there are (linearizability, as in Register.swift)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Operation:
    what: str
    is_write: bool
    place: int
    """Of the write in the order of writes, from 1; of a read that of the write it saw."""
    start: float
    end: float


def disorder(operations: list[Operation]) -> list[str]:
    """What began after something else had ended and yet comes before it. As the order is known, pairs are enough."""
    faults: list[str] = []
    latest: Operation | None = None
    ended = iter(sorted(operations, key=lambda operation: operation.end))
    upcoming = next(ended, None)
    for operation in sorted(operations, key=lambda operation: operation.start):
        while upcoming and upcoming.end < operation.start:
            if latest is None or upcoming.place > latest.place:
                latest = upcoming
            upcoming = next(ended, None)
        if latest and (operation.place <= latest.place if operation.is_write else operation.place < latest.place):
            faults.append(
                f"{operation.what} is at {operation.place}, and {latest.what}, which had ended "
                f"{operation.start - latest.end:.3f} s before, at {latest.place}")
    return faults
