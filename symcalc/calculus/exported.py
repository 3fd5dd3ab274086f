"""The result of `export`: files of source, and how to build and run the check."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..errors import DataError
from ..expression import Expression

__all__ = ["Export"]


@dataclass(frozen=True, slots=True)
class Export:
    """A formula and its gradient as source in a language.

    Attributes
    ----------
    language, name : str
    files : dict of str to str
        Texts by file name: the functions first, then the program that checks them.
    run : str
        The command that builds and runs that program; "" where there is none.
    expression : Expression
    wrt : tuple of str
        What the gradient is taken in, in its order.
    """

    language: str
    name: str
    files: dict[str, str]
    run: str
    expression: Expression
    wrt: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file with the functions."""
        return next(iter(self.files.values()))

    def write(self, folder: str | Path = ".") -> list[Path]:
        """Write the files into a folder, which is made where it is missing; return their paths.

        Raises
        ------
        DataError
            When the system does not let them be written.
        """
        place = Path(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
            for name, text in self.files.items():
                (place / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise DataError(f"The files cannot be written to {str(folder)!r}: {error}") from None
        return [place / name for name in self.files]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "language": self.language,
            "name": self.name,
            "expression": self.expression.text,
            "wrt": list(self.wrt),
            "run": self.run,
            "files": dict(self.files),
        }

    def __repr__(self) -> str:
        return self.text.rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the source for notebooks."""
        return f"<pre>{escape(self.text)}</pre>"
