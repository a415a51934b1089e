"""The names of files as other tools know them: from the folder in which the command runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from reconciler.model.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class Places:
    """`folder` is where the project is; `home` is the file that stands for all of it."""

    folder: str
    home: str

    def file(self, name: str) -> str:
        """A file of the project, from where the command runs."""
        return (PurePosixPath(self.folder) / name).as_posix()

    def of(self, found: Diagnostic) -> str:
        """The file of a diagnostic; what is in none is the project's."""
        if found.position is not None:
            return self.file(found.position.file)
        return self.file(found.origin.file if found.origin else self.home)
