"""Results show themselves in notebooks, and the tour shows what its cells give today."""

from __future__ import annotations

import base64
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import symcalc as sc
from symcalc.outcome import Estimate, Outcome, Trust

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "examples" / "tour.ipynb"
RUNNER = runpy.run_path(str(ROOT / "docs" / "run_notebook.py"))

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")

#: What changes from machine to machine: times, and counts of evaluations.
PASSING = re.compile(r"[\d.e-]+ (s\b|evaluations|refits|gradients|Hessians|steps)")


def agree(text: str, stored: str) -> bool:
    """Whether two texts differ in times, counts and last digits only."""
    text, stored = (PASSING.sub(r"# \1", found) for found in (text, stored))
    words, numbers = NUMBER.split(text), [float(n) for n in NUMBER.findall(text)]
    if words != NUMBER.split(stored):
        return False
    pairs = zip(numbers, map(float, NUMBER.findall(stored)), strict=True)
    return all(abs(a - b) <= 1e-4 * max(abs(a), abs(b)) + 1e-12 for a, b in pairs)


def test_the_comparison_of_texts_sees_a_wrong_number_and_a_wrong_word() -> None:
    stored = "fit: b1 = 238.94, gap 9e-17, 34 evaluations, 0.12 s"

    assert agree("fit: b1 = 238.94, gap 3e-17, 35 evaluations, 1e-05 s", stored)
    assert not agree("fit: b1 = 238.99, gap 9e-17, 34 evaluations, 0.12 s", stored)
    assert not agree("fit: b2 = 238.94, gap 9e-17, 34 evaluations, 0.12 s", stored)
    assert not agree("Fit: b1 = 238.94, gap 9e-17, 34 evaluations, 0.12 s", stored)


# -- the tour -----------------------------------------------------------------------------------


def load() -> dict[str, Any]:
    """Return the notebook."""
    notebook: dict[str, Any] = json.loads(TOUR.read_text(encoding="utf-8"))
    return notebook


def test_the_tour_shows_what_its_cells_give_today(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(TOUR.parent)
    notebook = load()
    cells = RUNNER["code_cells"](notebook)
    advice = "run: python docs/run_notebook.py"

    for cell, outputs in zip(cells, RUNNER["run_cells"](notebook), strict=True):
        stored = cell["outputs"]
        assert [o["output_type"] for o in outputs] == [o["output_type"] for o in stored], advice
        for new, old in zip(outputs, stored, strict=True):
            if new["output_type"] == "stream":
                assert agree("".join(new["text"]), "".join(old["text"])), advice
                continue
            assert new["data"].keys() == old["data"].keys(), advice
            for kind in new["data"].keys() - {"image/png"}:
                now, then = "".join(new["data"][kind]), "".join(old["data"][kind])
                assert agree(now, then), f"{advice}\n{now}\n{then}"


def test_the_tour_is_a_valid_notebook_that_was_run_from_top_to_bottom() -> None:
    notebook = load()
    identities = [cell["id"] for cell in notebook["cells"]]
    cells = RUNNER["code_cells"](notebook)

    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len(set(identities)) == len(identities)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in identities)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in notebook["cells"]:
        allowed = {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}
        assert cell.keys() <= allowed
        assert cell["cell_type"] in ("code", "markdown")


def test_the_tour_shows_pictures_formulas_and_tables() -> None:
    kinds: list[str] = []
    for cell in RUNNER["code_cells"](load()):
        for output in cell["outputs"]:
            kinds += output.get("data", {})
            for picture in [output.get("data", {}).get("image/png")]:
                assert picture is None or base64.b64decode(picture).startswith(b"\x89PNG")

    assert kinds.count("image/png") >= 2
    assert kinds.count("text/latex") >= 4
    assert kinds.count("text/html") >= 6


def test_the_tour_names_no_machine() -> None:
    text = TOUR.read_text(encoding="utf-8")

    assert not re.search(r"/(home|tmp|work|root|Users)/", text)


# -- results show themselves --------------------------------------------------------------------


class _Tags(HTMLParser):
    """Checks that tags are closed, and collects them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert not attrs
        self.seen.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> set[str]:
    """Return the tags of a page, all of which must be closed."""
    parser = _Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser.seen


DATA = {"x": [1.0, 2.0, 3.0, 4.0], "y": [1.1, 1.9, 3.2, 3.9]}

RESULTS = {
    "Expression": lambda: sc.parse("x^2*sin(y)"),
    "Derivative": lambda: sc.differentiate("x^2*sin(y)", "x"),
    "Gradient": lambda: sc.gradient("x^2*sin(y)"),
    "Hessian": lambda: sc.hessian("x^2*sin(y)"),
    "Jacobian": lambda: sc.jacobian(["x*y", "x + y"]),
    "DerivativeCheck": lambda: sc.gradient("x^2*sin(y)").check,
    "Estimate": lambda: sc.gradient("x^2").at(x=1)["x"],
    "Optimum": lambda: sc.minimize("x^2", "x=1"),
    "Fit": lambda: sc.fit("a*x", DATA, target="y", start="a=1"),
    "Band": lambda: sc.fit("a*x", DATA, target="y", start="a=1").band(),
    "Profile": lambda: sc.fit("a*x", DATA, target="y", start="a=1").profile(),
    "ResidualChecks": lambda: sc.fit("a*x", DATA, target="y", start="a=1").checks,
    "Trace": lambda: sc.minimize("x^2", "x=1").trace,
    "Estimates": lambda: sc.numeric_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 2.0]),
    "Comparison": lambda: sc.compare("exp(x)*sin(y)", at="x=1, y=2", order=2),
    "Integral": lambda: sc.integrate("x*exp(x)", ("x", 0, 1)),
    "IntegralComparison": lambda: sc.compare("exp(-x^2)", over=("x", 0, 1)),
    "Check": lambda: sc.check("2*x*y + 1", "x^2*y", "x"),
    "Equivalence": lambda: sc.equivalent("sqrt(x^2)", "x"),
    "Explanation": lambda: sc.explain("x^2*sin(x*y)", "x"),
    "Audit": lambda: sc.audit("sqrt(x+1) - sqrt(x)", over="x = 1 … 1e12", points=40),
    "Domain": lambda: sc.domain("log(x)/(x - 1)"),
    "MissingValue": lambda: sc.domain("log(x)/(x - 1)").why(x=-1),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_shows_itself(name: str) -> None:
    result = RESULTS[name]()
    shown = RUNNER["represent"](result)

    assert type(result).__name__ == name
    assert {"text/html", "text/latex"} & shown.keys()
    assert json.dumps(result.to_dict(), allow_nan=False)
    if "text/html" in shown:
        assert tags("".join(shown["text/html"])) <= {
            "p", "b", "i", "table", "caption", "tr", "td", "th"
        }  # fmt: skip
    if "text/latex" in shown:
        latex = "".join(shown["text/latex"])
        assert latex.startswith("$")
        assert latex.endswith("$")
        assert latex.count("{") == latex.count("}")


@pytest.mark.parametrize("verb", ["gradient", "hessian", "jacobian"])
def test_a_formula_shows_its_trust_beside_it(verb: str) -> None:
    shown = getattr(sc, verb)("x^2*sin(y)")._repr_latex_()

    assert r"\text{checked}" in shown


def test_an_estimate_shows_error_trust_and_reason_and_is_escaped() -> None:
    shown = Estimate(
        0.5, 0.01, "a < b", Trust.SUSPECT, Outcome.SUBGRADIENT, "<script>", "0.5"
    )._repr_html_()

    assert tags(shown) == {"b", "i"}
    assert "&lt;script&gt;" in shown
    assert "a &lt; b" in shown
    assert "± 0.01" in shown
    assert "suspect" in shown
    assert Outcome.SUBGRADIENT.value in shown


def test_a_value_without_an_error_shows_none() -> None:
    shown = Estimate(float("nan"), float("nan"), "none", Trust.UNCHECKED, Outcome.UNDEFINED)

    assert "±" not in shown._repr_html_()
    assert "nan" in shown._repr_html_()


def test_a_check_lists_its_first_comparisons() -> None:
    names = [f"x{i}" for i in range(8)]
    check = sc.gradient(" + ".join(f"sin({name})*{name}" for name in names)).check
    shown = check._repr_html_()

    assert shown.count("<tr>") == 21
    assert f"and {len(check.details) - 20} more comparisons" in shown
    assert "∂f/∂x0" in shown
