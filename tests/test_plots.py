"""Plots: what is drawn is what was computed, files are files, and refusals come before work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError, MissingExtraError
from symcalc.present.plots import DRAWERS

pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parent.parent
MISRA = ROOT / "examples" / "data" / "misra1a.csv"
MODEL = "b1*(1 - exp(-b2*x))"


def misra() -> sc.Fit:
    """Fit Misra1a."""
    return sc.fit(MODEL, MISRA, target="y", start="b1=250, b2=5e-4")


def rosenbrock(**more: Any) -> sc.Optimum:
    """Minimize Rosenbrock's function."""
    return sc.minimize("100*(y - x^2)^2 + (1 - x)^2", {"x": -1.2, "y": 1}, method="newton", **more)


def lines(axes: Any) -> dict[str, Any]:
    """Return the lines of a plot by label."""
    return {str(line.get_label()): line for line in axes.get_lines()}


# -- fits ---------------------------------------------------------------------------------------


def test_a_fit_is_data_curve_and_bands_with_the_residuals_below() -> None:
    found = misra()
    upper, lower = sc.plot(found).figure.axes
    drawn = lines(upper)
    grid = drawn["model"].get_xdata()
    band = found.band({"x": grid})

    assert drawn["data"].get_xdata() == pytest.approx(found.columns["x"])
    assert drawn["data"].get_ydata() == pytest.approx(found.observed)
    assert drawn["model"].get_ydata() == pytest.approx(band.value)
    assert {"95% for the model", "95% for a new observation"} <= {
        text.get_text() for text in upper.get_legend().get_texts()
    }
    edges = [area.get_paths()[0].vertices[:, 1] for area in upper.collections]
    assert max(edges[0]) == pytest.approx(max(band.prediction_upper))
    assert max(edges[1]) == pytest.approx(max(band.upper))
    points = next(line for line in lower.get_lines() if len(line.get_xdata()) == 14)
    assert points.get_ydata() == pytest.approx(found.residuals)
    assert (upper.get_ylabel(), lower.get_xlabel(), lower.get_ylabel()) == ("y", "x", "residual")


def test_several_predictors_are_drawn_as_observed_over_predicted() -> None:
    rng = np.random.default_rng(0)
    u, v = rng.uniform(1.0, 2.0, (2, 20))
    y = u * np.exp(0.3 * v) + 0.01 * rng.standard_normal(20)
    found = sc.fit(
        "a*u*exp(b*v)", {"u": u, "v": v, "y": y}, target="y",
        start="a=1, b=0.3",
    )  # fmt: skip
    upper, lower = sc.plot(found).figure.axes

    assert lines(upper)["data"].get_xdata() == pytest.approx(found.fitted)
    assert lines(upper)["data"].get_ydata() == pytest.approx(y)
    assert upper.get_ylabel() == "y, observed"
    assert lower.get_xlabel() == "y, predicted"


def test_names_of_columns_are_no_mathematics() -> None:
    name = "m $a$_1 [µm]"
    found = sc.fit("a*t", {"t": [1, 2, 3], name: [1.0, 2.1, 2.9]}, target=name, start="a=1")
    drawn = sc.plot(found)

    assert drawn.figure.axes[0].get_ylabel() == name
    assert not drawn.figure.axes[0].yaxis.label.get_parse_math()
    assert drawn._repr_png_().startswith(b"\x89PNG")


def test_a_glyph_that_the_font_lacks_is_no_warning() -> None:
    found = sc.fit("a*t", {"t": [1, 2, 3], "値": [1.0, 2.1, 2.9]}, target="値", start="a=1")

    assert sc.plot(found)._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("model", "data", "more"),
    [
        ("c", {"y": [1.0, 2.0, 3.0]}, {}),
        ("c*x", {"x": [1.0, 50.0, 3000.0], "y": [1.0, 2.0, 3000.0]}, {}),
        ("c*x", {"x": [2.0, 2.0], "y": [1.0, 2.0]}, {}),
        ("c*x", {"x": [2.0], "y": [1.0]}, {}),
        ("c*x", {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 2.5]}, {"weights": [1.0, 0.0, 2.0]}),
        ("c*x", {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 6.0]}, {}),
        ("log(-c)*x", {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 6.0]}, {}),
        ("c*x*k", {"x": [1.0, 2.0, 3.0], "k": 2.0, "y": [2.0, 4.0, 6.1]}, {}),
    ],
    ids=["constant", "wide", "one-x", "one-row", "weights", "exact", "not-finite", "constant-k"],
)
def test_every_fit_can_be_drawn(model: str, data: Any, more: Any) -> None:
    found = sc.fit(model, data, target="y", start="c=1", **more)

    assert sc.plot(found)._repr_png_().startswith(b"\x89PNG")


# -- integrals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("integrand", "ends"),
    [
        ("exp(-x^2)", ("-oo", "oo")),
        ("1/(1 + x)^3", (0, "oo")),
        ("exp(x)", ("-oo", 1)),
        ("tanh(1000*(x - 1/3))", (0, 1)),
        ("x^(-9/10)", (0, 1)),
        ("abs(x - 1/3) + floor(3*x)", (0, 1)),
        ("cos(x)/x", (1, "oo")),
        ("cos(x^2)", ("-oo", "oo")),
        ("sin(1/x)", (0, 1)),
        ("1/x^2", (-1, 1)),
        ("sqrt(x)", (-1, 1)),
        ("exp(x)", (1, 0)),
        ("0*x", (0, 1)),
        ("x^300", (0, 1)),
    ],
)
def test_every_integral_in_one_variable_can_be_drawn(integrand: str, ends: Any) -> None:
    found = sc.integrate(integrand, ("x", *ends), method="numeric", throw=False)

    assert sc.plot(found)._repr_png_().startswith(b"\x89PNG")


def test_the_curve_of_an_integral_is_the_integrand_and_its_special_places_are_marked() -> None:
    found = sc.integrate("abs(x - 1/3)", ("x", 0, 1))
    main, strip = sc.plot(found).figure.axes
    curve = max(main.get_lines(), key=lambda line: len(line.get_xdata()))
    x, y = np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())

    assert y == pytest.approx(np.abs(x - 1 / 3), abs=1e-15)
    assert x[0] == pytest.approx(0.0, abs=1e-9)
    assert x[-1] == pytest.approx(1.0)
    assert lines(main)["kink: x = 1/3"].get_xdata() == pytest.approx([1 / 3, 1 / 3])
    assert "panels of quadrature" in strip.get_xlabel()
    assert strip.get_xlim() == main.get_xlim()


def test_the_curve_breaks_at_a_jump_and_the_end_of_a_range_is_no_spike() -> None:
    main = sc.plot(sc.integrate("floor(3*x)", ("x", 0, 1))).figure.axes[0]
    curve = max(main.get_lines(), key=lambda line: len(line.get_xdata()))

    assert np.isnan(curve.get_ydata()).sum() == 2
    assert np.nanmax(curve.get_ydata()) == 2.0


def test_a_singular_place_does_not_flatten_the_rest() -> None:
    main = sc.plot(sc.integrate("x^(-9/10)", ("x", 0, 1))).figure.axes[0]

    assert main.get_ylim()[1] < 50


def test_a_narrow_peak_is_drawn_once_more_from_near() -> None:
    *_, zoom = sc.plot(sc.integrate("1/((x - 0.3)^2 + 1e-8)", ("x", 0, 1))).figure.axes
    (curve,) = (line for line in zoom.get_lines() if len(line.get_xdata()) > 100)

    assert max(curve.get_ydata()) == pytest.approx(1e8)
    assert zoom.get_xlabel() == "x − 3/10"
    assert zoom.get_xlim()[1] < 1e-2


def test_an_infinite_range_ends_at_infinity_and_half_of_the_integral_stands_on_each_half() -> None:
    main = sc.plot(sc.integrate("exp(-x/1000)", ("x", 0, "oo"))).figure.axes[0]
    labels = {text.get_text(): place for text, place in zip(
        main.get_xticklabels(), main.get_xticks(), strict=True
    )}  # fmt: skip

    assert (labels["0"], labels["∞"]) == (0.0, 1.0)
    assert labels["1000"] == pytest.approx(1000 / (1000 + 1000 * np.log(2)), rel=1e-3)


def test_two_variables_are_a_map_and_others_are_refused() -> None:
    drawn = sc.plot(sc.integrate("x*y", ("y", 0, "x^2"), ("x", 0, 1))).figure.axes[0]

    assert (drawn.get_xlabel(), drawn.get_ylabel()) == ("x", "y")
    with pytest.raises(ArgumentError, match="no range to draw"):
        sc.plot(sc.integrate("x", "x"))
    with pytest.raises(ArgumentError, match="depends on a"):
        sc.plot(sc.integrate("a*x", ("x", 0, 1)))
    with pytest.raises(ArgumentError, match="3 ranges"):
        sc.plot(sc.integrate("1", ("x", 0, 1), ("y", 0, 1), ("z", 0, 1)))


def test_a_comparison_of_an_integral_has_the_digits_of_each_method_as_bars() -> None:
    found = sc.compare("exp(-x^2)", over="x = 0 … 1")
    bars = sc.plot(found).figure.subfigs[1].axes[0]

    widths = [bar.get_width() for bar in bars.patches][::-1]
    assert widths == pytest.approx([result.digits for result in found.results])
    assert sc.plot(sc.compare("1/x", over="x = 0 … 1"))._repr_png_()
    assert sc.plot(sc.compare("x*y", over="x = 0 … 1, y = 0 … 1"))._repr_png_()


# -- races ------


def test_runs_that_reach_the_least_value_end_on_a_line_of_zeros() -> None:
    found = sc.race("(x - 1)^2 + 5", "x=0", "linear_solve, adam", max_steps=20)
    panel = sc.plot(found).figure.axes[0]
    ends = [line for line in panel.get_lines() if line.get_markersize() == 9]

    assert "0" in {text.get_text() for text in panel.texts}
    assert [list(line.get_xdata()) for line in ends] == [[2.0]]
    assert ends[0].get_ydata()[0] < min(panel.get_lines()[1].get_ydata())


def test_thirty_runs_look_different_and_their_names_fit() -> None:
    runs = {
        f"run {i} with a name of more than forty letters": {"method": "adam", "rate": 0.1}
        for i in range(30)
    }
    figure = sc.plot(sc.race("x^4 + y^2", "x=-1.2, y=1", runs, max_steps=2)).figure
    lines = figure.axes[0].get_lines()[:30]
    looks = {(line.get_color(), line.get_marker()) for line in lines}

    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    assert len(looks) == 30
    assert legend.x0 >= 0.0
    assert legend.x1 <= figure.bbox.x1
    assert figure.axes[0].get_position().width > 0.15


# -- optima -------------------------------------------------------------------------------------


def test_what_constraints_and_bounds_forbid_is_hatched_and_equations_are_lines() -> None:
    held = sc.minimize("x + y", "x=0, y=0", constraints=["x^2 + y^2 <= 1", "x == 2*y"])
    bounded = sc.minimize("sum((w - 3)**2)", {"w": np.zeros(2)}, bounds={"w": (-1, 1)})
    free = sc.minimize("sum((w - 3)**2)", {"w": np.zeros(2)})

    allowed, equations = held.surface.gaps([-1.0, -1.0], [1.0, 1.0])[2:]
    assert allowed[50, 50] == pytest.approx(1.0)
    assert allowed[0, 0] == pytest.approx(-1.0)
    assert np.abs(equations[0][:, 50]) == pytest.approx(2.0 * np.abs(np.linspace(-1, 1, 101)))
    assert bounded.surface.gaps([0.0, 0.0], [2.0, 2.0])[2][-1, 0] == pytest.approx(-1.0)
    assert free.surface.gaps([0.0, 0.0], [2.0, 2.0])[2:] == (None, None)
    upper, *_, plane = sc.plot(held).figure.axes
    assert any(getattr(layer, "hatches", None) == ["///"] for layer in plane.collections)
    assert upper.get_ylabel().startswith("|f + 1.34164")
    assert sc.plot(bounded)._repr_png_()


def test_an_optimum_is_its_trace_on_logarithmic_axes() -> None:
    best = rosenbrock()
    upper, lower, lengths, plane = sc.plot(best).figure.axes

    assert {axes.get_yscale() for axes in (upper, lower, lengths)} == {"log"}
    values = upper.get_lines()[0].get_ydata()
    assert values == pytest.approx(best.trace.value[best.trace.value > 0.0])
    norms = best.trace.gradient_norm
    assert lower.get_lines()[0].get_ydata() == pytest.approx(norms[norms > 0.0])
    assert lengths.get_lines()[0].get_ydata() == pytest.approx(best.trace.step_length[1:])
    assert [axes.get_ylabel() for axes in (upper, lower, lengths)] == [
        "f", "gradient norm", "step length",
    ]  # fmt: skip
    assert lengths.get_xlabel() == "step"
    path = lines(plane)["path"]
    assert np.column_stack(path.get_data()) == pytest.approx(best.trace.points)
    assert np.ravel(lines(plane)["best point"].get_data()) == pytest.approx([1.0, 1.0])
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("x", "y")
    assert len(plane.collections) >= 2  # contours, filled and as lines


def test_the_contours_are_those_of_the_objective_with_its_data() -> None:
    data = {"u": [0.0, 1.0, 2.0], "v": [1.0, 3.1, 4.9]}
    best = sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=data, method="newton")
    across, up, values = best.surface.grid([0.0, -1.0], [4.0, 3.0])
    u, v = np.array(data["u"]), np.array(data["v"])
    expected = [[np.mean((a * u + b - v) ** 2) for a in across] for b in up]

    assert best.surface.names == ("a", "b")
    assert values == pytest.approx(np.array(expected))
    array = sc.minimize("sum((X@w - y)**2)", "w=zeros", method="newton",
                        data={"X": np.column_stack([u, np.ones(3)]), "y": v})  # fmt: skip
    assert array.surface.grid([0.0, -1.0], [4.0, 3.0])[2] == pytest.approx(3 * np.array(expected))
    assert array.plot()._repr_png_()


def test_a_run_on_batches_has_contours_of_the_whole_objective_unless_it_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = {"X": np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), "y": [1.0, 3.0, 5.0]}
    arguments: dict[str, Any] = {"data": data, "method": "sgd", "batch_size": 2, "passes": 3}
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", **arguments)
    across, up, values = best.surface.grid([0.0, 0.0], [2.0, 2.0])

    assert values[-1, 0] == pytest.approx(np.mean((2.0 * np.arange(3) - [1.0, 3.0, 5.0]) ** 2))
    assert (across[0], up[-1]) == (0.0, 2.0)
    plane = best.plot().figure.axes[3]
    assert plane.get_xlabel() == best.surface.names[0]
    monkeypatch.setattr("symcalc.calculus.surface.TOO_MANY", 5)
    large = sc.minimize("mean((X@w - y)**2)", "w=zeros", **arguments)
    assert large.surface is None
    assert large.plot().figure.axes[3].get_title("left") == "path, 3 steps"


def test_a_region_without_values_stays_empty_and_one_variable_has_no_plane() -> None:
    best = sc.minimize("x - log(x) + y^2", "x=3, y=1", method="newton")
    *_, values = best.surface.grid([-1.0, -1.0], [1.0, 1.0])

    assert np.isnan(values[0, 0])
    assert np.isfinite(values[0, -1])
    assert best.plot()._repr_png_()
    assert len(sc.minimize("cosh(x)", "x=2", method="newton").plot().figure.axes) == 3
    under = sc.minimize("x + y", "x=0, y=0", constraints=["x^2 + y^2 <= 1"])
    assert under.plot()._repr_png_()


def test_a_long_run_keeps_its_dips_in_the_picture() -> None:
    best = sc.minimize("x^2 + 50*y^2", "x=1, y=1", method="adam", rate=0.01, max_steps=9000,
                       tolerance=1e-300)  # fmt: skip
    norms = best.trace.gradient_norm
    drawn = best.plot().figure.axes[1].get_lines()[0].get_ydata()

    assert len(drawn) <= 2000
    assert min(drawn) == norms[norms > 0.0].min()
    assert max(drawn) == norms.max()


def test_a_minimum_that_is_not_zero_is_taken_off() -> None:
    best = sc.minimize("cosh(x) + 4", "x=2", method="newton")
    upper = sc.plot(best).figure.axes[0]

    assert upper.get_ylabel() == "f − 5"
    assert upper.get_lines()[0].get_ydata()[0] == pytest.approx(np.cosh(2.0) - 1.0)


# -- races --------------------------------------------------------------------------------------


def test_a_race_is_a_line_a_method_and_a_path_each() -> None:
    found = sc.race("100*(y - x^2)^2 + (1 - x)^2", "x=-1.2, y=1", "momentum,newton", max_steps=80)
    counts, seconds, plane = found.plot().figure.axes

    assert set(found) <= set(lines(counts))
    assert counts.get_title("left") == "large marker: converged"
    assert (counts.get_xlabel(), counts.get_ylabel()) == ("evaluations", "f")
    assert seconds.get_xlabel() == "seconds since the first evaluation"
    for name, run in found.runs.items():
        drawn = lines(counts)[name]
        assert drawn.get_xdata() == pytest.approx(run.trace.n_evaluations)
        assert drawn.get_ydata() == pytest.approx(run.trace.value)
        path = np.column_stack(lines(plane)[name].get_data())
        assert path == pytest.approx(run.trace.points)
    looks = {(line.get_color(), line.get_linestyle()) for line in lines(counts).values()}
    assert len({color for color, _ in looks}) == 2
    (legend,) = found.plot().figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["momentum", "newton"]
    assert found.plot()._repr_png_().startswith(b"\x89PNG")
    assert len(sc.race("x^2", "x=1", "gd,newton").plot().figure.axes) == 2


@pytest.mark.parametrize("start", ["x=0", "x=3"])
def test_a_run_without_steps_or_without_a_gradient_can_be_drawn(start: str) -> None:
    for method in ("newton", "Nelder-Mead"):
        best = sc.minimize("x^2", start, method=method)
        assert sc.plot(best)._repr_png_().startswith(b"\x89PNG")


# -- files and refusals -------------------------------------------------------------------------

MAGIC = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml", ".PNG": b"\x89PNG"}


@pytest.mark.parametrize("ending", MAGIC)
def test_the_ending_says_the_format(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"fit{ending}"
    drawn = sc.plot(misra(), path)

    assert path.read_bytes().startswith(MAGIC[ending])
    assert drawn.path == path
    assert drawn.to_dict() == {"kind": "Fit", "path": str(path)}
    assert repr(drawn) == f"Plot of a Fit, saved to {path}"


@pytest.mark.parametrize(
    ("path", "message"),
    [("fit.bmp", "must be one of .png, .pdf, .svg"), ("fit", "its ending says the format"),
     ("no/such/fit.png", "There is no folder 'no/such'"), (7, "is a int")],
)  # fmt: skip
def test_a_path_that_cannot_be_written_is_refused(
    path: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=message):
        sc.plot(misra(), path)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ArgumentError, match="cannot be written"):
        sc.plot(misra(), "folder.png")


def test_what_has_no_plot_is_told_what_has() -> None:
    with pytest.raises(ArgumentError, match="no plot of Expression; there are plots of .*Fit"):
        sc.plot(sc.parse("x"))
    assert {"Fit", "Optimum"} <= set(DRAWERS)


def test_settings_of_matplotlib_stay_as_they_were_and_no_window_is_prepared() -> None:
    code = (
        "import sys, matplotlib, symcalc as sc\n"
        "names = set(matplotlib.rcParams) - {'backend'}  # reading that one loads pyplot\n"
        "read = lambda: {name: matplotlib.rcParams[name] for name in names}\n"
        "before = read()\n"
        "best = sc.minimize('x^2', 'x=3')\n"
        "sc.plot(best)._repr_png_()\n"
        "assert read() == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-800:]


def test_without_matplotlib_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'symcalc\[plot\]'"):
        sc.plot(rosenbrock())


# -- the command --------------------------------------------------------------------------------


def command(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "symcalc", "fit", MODEL, str(MISRA), "--target", "y", "--start",
         "b1=250,b2=0.0005", *words],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
        env={"PYTHONIOENCODING": "utf-8", "PATH": ""},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_the_command_draws_and_profiles(tmp_path: Path) -> None:
    path = tmp_path / "fit.png"
    code, out, err = command("--plot", str(path), "--profile", "--level", "0.9")

    assert (code, err) == (0, "")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert "profile limits at 0.9" in out
    assert f"saved to {path}" in out


def test_the_command_tells_plot_and_profile_in_json(tmp_path: Path) -> None:
    path = tmp_path / "fit.svg"
    code, out, _ = command("--plot", str(path), "--profile", "--json")
    told = json.loads(out)

    assert code == 0
    assert told["plot"] == {"kind": "Fit", "path": str(path)}
    low, high = told["profile"]["intervals"]["b1"]
    assert low < told["parameters"]["b1"] < high


@pytest.mark.parametrize(
    "words", [("--plot", "fit.doc"), ("--plot", "no/such/fit.png"), ("--level", "95")]
)
def test_the_command_refuses_before_it_fits(words: tuple[str, ...]) -> None:
    code, out, err = command(*words)

    assert code == 2
    assert out == ""
    assert len(err.splitlines()) <= 2
