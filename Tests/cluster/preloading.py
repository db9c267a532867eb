"""Parts in C that are loaded before a program, to stand between it and the system."""

import pathlib
import shutil
import subprocess

from programs import expect


def compiled(source: str, folder: pathlib.Path) -> pathlib.Path:
    library = (folder / source).with_suffix(".so")
    made = subprocess.run(
        # Swift brings a compiler along where the system has none.
        [shutil.which("cc") or "clang", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library),
         str(pathlib.Path(__file__).with_name(source)), "-ldl"],
        capture_output=True, text=True)
    expect(made.returncode == 0, f"{source} can't be compiled: {made.stderr}")
    return library
