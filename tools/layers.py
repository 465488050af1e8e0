# SPDX-License-Identifier: Apache-2.0
"""Reads src/LAYERS: the one description of the modules, for list-sources and check-layers."""

import re
from pathlib import Path
from typing import NamedTuple

LINE = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*):(?P<uses>[^|>]*)(\|(?P<packages>[^>]*))?(>\s*(?P<program>\S+)\s*)?"
)


class Module(NamedTuple):
    name: str
    uses: list
    packages: list
    program: str
    line: int


class LayersError(Exception):
    """The file says something that cannot hold; the text is for the user."""


def read_layers(path):
    """The modules by name, lowest first."""
    modules = {}
    for number, text in enumerate(Path(path).read_text().splitlines(), 1):
        text = text.partition("#")[0].strip()
        if not text:
            continue
        match = LINE.fullmatch(text)
        if not match:
            raise LayersError(
                f"src/LAYERS:{number}: expected 'module: modules [| packages] [> program]', found '{text}'"
            )
        name, uses = match["name"], match["uses"].split()
        if name in modules:
            raise LayersError(
                f"src/LAYERS:{number}: {name} has a line already (src/LAYERS:{modules[name].line})"
            )
        for use in uses:
            if use not in modules:
                raise LayersError(
                    f"src/LAYERS:{number}: {name} uses {use}, but no line above it is {use}'s"
                )
        modules[name] = Module(
            name, uses, (match["packages"] or "").split(), match["program"] or "", number
        )
    return modules
