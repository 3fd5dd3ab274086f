"""Commands whose arguments are formulas, which may begin with a minus or stand on a pipe."""

from __future__ import annotations

import difflib
import re
import sys

import click

__all__ = ["FormulaCommand", "from_argument"]

#: A mistyped option rather than a formula: two dashes and a word.
_WORD = re.compile(r"--[A-Za-z][A-Za-z-]+(=.*)?", re.DOTALL)

#: Longer first sentences are cut in the list of commands.
MAX_SENTENCE = 200
#: Characters read from a pipe; the reader's own limit is far below.
_MAX_PIPED = 10_000_000


class FormulaCommand(click.Command):
    """A command that takes `-x^2`, `-1` and `-oo` as what they are: formulas.

    A token that begins with a dash is an option when the command has an option of that name;
    two dashes and a word are a mistyped option; anything else is a formula. Behind `--`
    everything is.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the formulas behind a `--` of their own, then parse as usual."""
        return super().parse_args(ctx, self._set_apart(ctx, args))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence, whole: the list of commands wraps it."""
        return super().get_short_help_str(max(limit, MAX_SENTENCE))

    def _set_apart(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the options with their values, then `--`, then everything else."""
        takes_value = {
            name: not option.is_flag and not option.count
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        }
        options: list[str] = []
        formulas: list[str] = []
        waiting = list(reversed(args))
        while waiting:
            token = waiting.pop()
            name, equals, _ = token.partition("=")
            if token == "--":
                formulas += reversed(waiting)
                break
            if name in takes_value and (token == name or name.startswith("--")):
                options.append(token)
                if takes_value[name] and not equals and waiting:
                    options.append(waiting.pop())
            elif _WORD.fullmatch(token):
                near = difflib.get_close_matches(name, takes_value, n=1)
                raise click.NoSuchOption(name, possibilities=near, ctx=ctx)
            else:
                formulas.append(token)
        return [*options, "--", *formulas]


def from_argument(text: str) -> str:
    """Return the formula that an argument is; `-` alone is read from standard input."""
    return sys.stdin.read(_MAX_PIPED).strip() if text == "-" else text
