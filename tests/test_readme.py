"""What the README and the documents show is what happens: their commands are run and compared."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from symcalc.cli import main

ROOT = Path(__file__).resolve().parent.parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `$ symcalc …` of the console blocks with the output that stands under it."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.replace("\\\n", "").partition("\n")
            if command.startswith("symcalc "):
                yield command.partition("  #")[0], output


PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if "\n$ symcalc " in page.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_print_what_stands_there(
    page: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")  # pictures are drawn elsewhere
    monkeypatch.chdir(tmp_path)
    shown = list(commands(page.read_text(encoding="utf-8")))

    for command, output in shown:
        if "--plot" in command:
            pytest.importorskip("matplotlib")
        main(shlex.split(command)[1:])
        captured = capsys.readouterr()
        got = captured.out + captured.err

        assert not output.strip() or doctest.OutputChecker().check_output(output, got, FLAGS), (
            f"{command}\n{got}"
        )

    assert shown


def test_the_readme_names_the_two_commands_that_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    for script in ("./demo", "./check"):
        assert script in text
        assert (ROOT / script).exists()
