"""What the documents show is what happens: their code runs, their links lead somewhere.

The sessions of README.md are run by pytest itself, the commands of all pages by `test_readme.py`.
"""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import law
import pytest
from test_readme import FLAGS

import symcalc as sc
from symcalc.functions import NAMES
from symcalc.language import grammar
from symcalc.language.definitions import DEFINITIONS

ROOT = Path(__file__).resolve().parent.parent


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SESSIONS = [page for page in PAGES if page.name != "README.md" and "```pycon" in read(page)]


def name_of(page: Path) -> str:
    """Return what a test's name shows of a page."""
    return str(page.relative_to(ROOT))


def sessions(text: str) -> str:
    """Return the interactive sessions of a page, blank lines between them."""
    return "\n".join(re.findall(r"```pycon\n(.*?)```", text, re.DOTALL))


@pytest.mark.parametrize("page", SESSIONS, ids=name_of)
def test_python_sessions_of_a_page_print_what_stands_there(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    known = set(DEFINITIONS)
    test = doctest.DocTestParser().get_doctest(sessions(read(page)), {}, page.name, str(page), 0)
    report: list[str] = []

    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    for name in set(DEFINITIONS) - known:
        DEFINITIONS.remove(name)

    assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_a_page_lead_to_files_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", read(page))
    missing = [
        link
        for link in links
        if not link.startswith(("https://", "http://")) and not (page.parent / link).exists()
    ]

    assert missing == []


def test_the_page_of_functions_is_the_one_that_the_table_makes() -> None:
    make_page = runpy.run_path(str(ROOT / "docs" / "make_functions.py"))["make_page"]
    text = read(ROOT / "docs" / "functions.md")

    assert text == make_page(), "run: python docs/make_functions.py"
    for name in NAMES:
        assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text), name


def test_the_grammar_in_the_documents_is_the_one_in_the_code() -> None:
    block = (grammar.__doc__ or "").split("::\n\n")[1].split("\n\n")[0]
    lines = [line.strip() for line in block.splitlines()]

    (shown,) = re.findall(r"```text\n(formula .*?)```", read(ROOT / "docs/language.md"), re.DOTALL)

    assert [line.strip() for line in shown.strip().splitlines()] == lines


def test_the_rooms_of_the_architecture_are_those_of_the_law_in_their_order() -> None:
    text = read(ROOT / "ARCHITECTURE.md")

    assert re.findall(r"^\| `([a-z]+)(?:\.py|/)` \|", text, re.MULTILINE) == list(law.ROOMS)


@pytest.mark.parametrize("page", [ROOT / "ARCHITECTURE.md", *DECISIONS], ids=name_of)
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md))[`:]", read(page))
    roots = (ROOT, ROOT / "symcalc")
    missing = [name for name in named if not any((root / name).exists() for root in roots)]

    assert missing == []


def test_decisions_are_numbered_and_listed() -> None:
    text = read(ROOT / "docs" / "decisions" / "README.md")

    assert DECISIONS
    for number, page in enumerate(DECISIONS, 1):
        assert page.name.startswith(f"{number:04}-")
        assert f"]({page.name})" in text
        assert read(page).startswith(f"# {page.name[:4]}. ")


def test_the_code_that_the_architecture_shows_is_the_code_that_is_generated() -> None:
    source = sc.compile("100*(y - x^2)^2 + (1 - x)^2", order=1).source

    assert f"```text\n{source.strip()}\n```" in read(ROOT / "ARCHITECTURE.md")


def test_the_page_on_checking_lists_every_verdict_in_its_words() -> None:
    text = read(ROOT / "docs" / "checking.md")

    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", text, re.MULTILINE)

    assert rows == [(verdict.name, verdict.value) for verdict in sc.Verdict]
