"""A folder on a disk that may lose its power: what of its files is certainly there, and what only may be.

The model is ext4's and XFS's, as in the driver's tests (PowerDisk.swift): writes reach the disk at any moment, in any
order, in whole calls or torn into sectors; names are durable once their folder is synced, and before that in their order;
a sync that fails leaves pages clean that never reached the disk."""

import dataclasses
import os
import pathlib
import random
import shutil
import struct

SYNC, WRITE, READ, OPEN, TRUNCATE, SYNC_FOLDER, UNLINK, RENAME, FAILED_SYNC, CREATE = range(1, 11)
CALLS = {
    "sync": SYNC, "write": WRITE, "read": READ, "open": OPEN, "truncate": TRUNCATE, "sync of the folder": SYNC_FOLDER,
    "unlink": UNLINK, "rename": RENAME}
DIES, FAILS_AND_DIES = -1, -2
"""What happens in a call, instead of an error number: see power.c."""
LOSSES = ("everything", "nothing", "all but the first", "calls", "sectors")
PAGE, SECTOR = 4096, 512
RECORD = struct.Struct("<IIIIQQQ")
CONTROL = struct.Struct("<5i")


@dataclasses.dataclass
class File:
    cache: bytearray = dataclasses.field(default_factory=bytearray)
    disk: bytearray = dataclasses.field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = dataclasses.field(default_factory=list)
    """Whole pages and where they begin, or None and a size."""

    def write(self, offset: int, data: bytes) -> None:
        put(self.cache, offset, data)
        start = offset // PAGE * PAGE
        end = -(-(offset + len(data)) // PAGE) * PAGE
        self.pending.append((start, bytes(self.cache[start:end])))

    def truncate(self, size: int) -> None:
        resize(self.cache, size)
        self.pending.append((size, None))

    def settle(self, loss: str) -> None:
        """Lets of what waits reach the disk what the loss leaves."""
        pending, self.pending = self.pending, []
        if loss == "everything":
            return
        if loss == "all but the first":
            pending = pending[:random.randint(0, len(pending))]
        for offset, data in pending:
            if loss == "calls" and random.random() < 0.5:
                continue
            if data is None:
                resize(self.disk, offset)
            elif loss == "sectors":
                for start in range(0, len(data), SECTOR):
                    if random.random() < 0.5:
                        put(self.disk, offset + start, data[start:start + SECTOR])
            else:
                put(self.disk, offset, data)
        if loss != "nothing" and len(self.disk) < len(self.cache) and random.random() < 0.5:
            resize(self.disk, len(self.cache))


def put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        resize(content, offset)
    content[offset:offset + len(data)] = data


def resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


class PowerDisk:
    def __init__(self, folder: pathlib.Path, library: pathlib.Path, name: str = "disk"):
        self.folder = folder / name
        self.folder.mkdir()
        self.library = library
        self.log = folder / f"{name}.log"
        self.control = folder / f"{name}.control"
        self.lies = False
        self.mend()
        self.begin()

    def settings(self) -> dict[str, str]:
        """For a program whose files are on this disk."""
        return {
            "LD_PRELOAD": str(self.library), "POWER_FOLDER": str(self.folder), "POWER_LOG": str(self.log),
            "POWER_CONTROL": str(self.control)}

    def begin(self) -> None:
        """All that is in the folder is durable from now on."""
        shutil.rmtree(self.log, ignore_errors=True)
        self.log.mkdir()
        self.files: dict[int, File] = {}
        self.names: dict[str, File] = {}
        for path in self.folder.iterdir():
            content = path.read_bytes()
            file = File(bytearray(content), bytearray(content))
            self.files[path.stat().st_ino] = self.names[path.name] = file

    def arrange(self, call: int, count: int, action: int) -> None:
        """In the n-th call of a kind from now on something happens: an error number, or see above."""
        self.set(call, count, action, 0)

    def mend(self) -> None:
        self.set(0, 0, 0, 0)

    def set(self, *numbers: int) -> None:
        # In place: the programs have it in their memory.
        file = os.open(self.control, os.O_CREAT | os.O_WRONLY, 0o600)
        os.pwrite(file, CONTROL.pack(*numbers, self.lies), 0)
        os.close(file)

    @property
    def met(self) -> bool:
        return CONTROL.unpack(self.control.read_bytes())[3] != 0

    def cut_power(self, loss: str | None = None) -> str:
        """Leaves in the folder what is there after the power was gone. Every program must have ended."""
        loss = loss or random.choice(LOSSES)
        durable, changes = dict(self.names), []
        for path in sorted(self.log.iterdir()):
            self.replay(path.read_bytes(), durable, changes)
        kept = {"everything": 0, "nothing": len(changes)}.get(loss, random.randint(0, len(changes)))
        for change in changes[:kept]:
            rename(durable, *change)
        for path in list(self.folder.iterdir()):
            path.unlink()
        settled = set()
        for name, file in durable.items():
            if id(file) not in settled:
                file.settle(loss)
                settled.add(id(file))
            (self.folder / name).write_bytes(file.disk)
            (self.folder / name).chmod(0o600)
        self.begin()
        return loss

    def replay(self, log: bytes, durable: dict[str, File], changes: list) -> None:
        place = 0
        while place + RECORD.size <= len(log):
            call, name_size, other_size, is_whole, inode, offset, length = RECORD.unpack_from(log, place)
            place += RECORD.size
            size = name_size + other_size + (length if is_whole else 0)
            if place + size > len(log):
                # The process was killed while it wrote this down, and did nothing after it.
                return
            name = log[place:place + name_size].decode()
            other = log[place + name_size:place + name_size + other_size].decode()
            data = log[place + name_size + other_size:place + size]
            place += size
            if call == CREATE:
                self.files[inode] = file = File()
                changes.append((name, file))
            elif call == WRITE:
                self.files[inode].write(offset, data)
            elif call == TRUNCATE:
                self.files[inode].truncate(offset)
            elif call == SYNC:
                self.files[inode].settle("nothing")
            elif call == FAILED_SYNC:
                self.files[inode].settle(random.choice(["everything", "calls", "sectors"]))
            elif call == UNLINK:
                changes.append((name, None))
            elif call == RENAME:
                changes.append((name, other))
            elif call == SYNC_FOLDER:
                for change in changes:
                    rename(durable, *change)
                changes.clear()


def rename(names: dict[str, File], name: str, to: "File | str | None") -> None:
    if isinstance(to, File):
        names[name] = to
        return
    file = names.pop(name, None)
    if isinstance(to, str) and file is not None:
        names[to] = file
