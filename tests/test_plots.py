"""The drawing functions: what a figure shows is held against the numbers it was handed."""

import doctest
import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from nbclient import NotebookClient

from tempcourse import plots
from tempcourse.sweep import sweep

INF = float("inf")
SKETCH = np.array([0.575, 0.211, 0.128, 0.086])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def draw_bars(ax=None):
    return plots.plot_bars(SKETCH, temperature=0.5, ax=ax)


def draw_curves(ax=None):
    return plots.plot_curves([0.1, 1, 10], np.eye(3), ["a", "b", "c"], mark=1, ax=ax)


def draw_simplex(ax=None):
    return plots.plot_simplex(np.eye(3), {"middle": [1 / 3] * 3}, temperatures=[0.1, 1, 10], ax=ax)


def draw_lattices(ax=None):
    return plots.plot_lattices([[[1, -1], [-1, -1]]], [1], axes=None if ax is None else [ax])[0]


def draw_regrets(ax=None):
    return plots.plot_regrets(np.eye(3).cumsum(axis=1), 0.1, ax=ax)



def draw_reliability(ax=None):
    return plots.plot_reliability([0.35, 0.9], [0.4, 0.6], [50, 200], temperature=2, title="hot", ax=ax)


def swept():
    """Return a sweep over 2, 0 and ∞, in which 0 is best, ∞ is told from it, and 2 is not."""
    right = {0: range(12), 2: range(1, 12), INF: range(2)}
    return sweep(
        lambda prompt, temperature, seed: prompt in right[temperature],
        range(12),
        [2, 0, INF],
        lambda prompt, answer: answer,
        rng=np.random.default_rng(0),
        resamples=500,
    )


def draw_sweep(ax=None):
    return plots.plot_sweep(swept(), ylabel="right", ax=ax)


DRAWINGS = [draw_bars, draw_curves, draw_simplex, draw_lattices, draw_regrets, draw_reliability, draw_sweep]


# Colours


def test_temperature_colour_at_the_anchors_and_between_them():
    assert plots.temperature_colour(0) == "#2166ac"
    assert plots.temperature_colour(1) == "#7f5a9c"
    assert plots.temperature_colour(INF) == "#c8372d"
    # u = 1/4 lies half-way between #2166ac and #7f5a9c in each channel: 0x50, 0x60, 0xa4.
    assert plots.temperature_colour(1 / 3) == "#5060a4"


def test_temperature_colour_gets_redder_all_the_way():
    reds = [int(plots.temperature_colour(t)[1:3], 16) for t in (0, 0.01, 0.1, 0.5, 1, 2, 10, 100, INF)]
    assert reds == sorted(reds)
    assert len(set(reds)) >= 8


@pytest.mark.parametrize("temperature", [-1, -0.001, float("nan")])
def test_temperature_colour_refuses_what_is_no_temperature(temperature):
    with pytest.raises(ValueError, match="temperature must be at least 0"):
        plots.temperature_colour(temperature)


# Bars


def test_bars_have_the_heights_the_colour_and_the_words():
    ax = plots.plot_bars(SKETCH, list("abcd"), temperature=0.5, title="cold")
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], SKETCH)
    colours = {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches}
    assert colours == {plots.temperature_colour(0.5)}
    assert [text.get_text() for text in ax.texts] == ["57.5 %", "21.1 %", "12.8 %", "8.6 %"]
    assert [text.get_text() for text in ax.get_xticklabels()] == list("abcd")
    assert ax.get_title(loc="left") == "cold"


def test_bars_with_equal_labels_stay_apart():
    ax = plots.plot_bars([0.5, 0.5], ["same", "same"])
    assert len({bar.get_x() for bar in ax.patches}) == 2


def test_only_exact_certainty_reads_nought_or_a_hundred():
    ax = plots.plot_bars([1 - 1e-9, 1e-9, 0.0, 1.0])
    assert [text.get_text() for text in ax.texts] == [">99.9 %", "<0.1 %", "0 %", "100 %"]


# Curves


def test_curves_are_the_columns_and_are_named_at_their_ends():
    temperatures = np.array([0.1, 1.0, 10.0])
    curves = np.array([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]])
    ax = plots.plot_curves(temperatures, curves, ["first", "second"], ylabel="probability")
    for line, column in zip(ax.lines, curves.T, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), temperatures)
        np.testing.assert_array_equal(line.get_ydata(), column)
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "temperature τ (logarithmic)"
    assert ax.get_ylabel() == "probability"
    assert [text.get_text() for text in ax.texts] == ["first", "second"]


def test_a_linear_axis_starts_at_nought_and_does_not_call_itself_logarithmic():
    ax = plots.plot_curves([0, 2, 4], [0.0, 0.5, 1.0], log=False)
    assert ax.get_xscale() == "linear"
    assert ax.get_xlim() == (0, 4)
    assert ax.get_xlabel() == "temperature τ"
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 2, 4])


def test_another_quantity_than_the_temperature_may_run_along_the_axis():
    assert plots.plot_curves([0, 4], [0, 1], xlabel="gap", log=False).get_xlabel() == "gap"
    assert plots.plot_curves([1, 4], [0, 1], xlabel="gap").get_xlabel() == "gap (logarithmic)"


def test_labels_of_lines_that_end_together_do_not_overlap():
    ax = plots.plot_curves([0.1, 10], np.full((2, 4), 0.25), list("abcd"))
    heights = np.sort([text.xy[1] for text in ax.texts])
    assert np.diff(heights).min() > 0.05 * ax.get_ylim()[1]
    assert heights.mean() == pytest.approx(0.25)


def test_one_curve_may_be_a_plain_list():
    ax = plots.plot_curves([0.1, 1, 10], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.0, 0.5, 1.0])


@pytest.mark.parametrize(("mark", "place"), [(0, 0.1), (1, 1), (INF, 10)])
def test_the_cursor_stands_at_its_temperature_or_at_the_end(mark, place):
    ax = plots.plot_curves([0.1, 1, 10], np.eye(3), mark=mark)
    assert ax.lines[-1].get_xdata()[0] == place
    assert ax.texts[-1].get_text() == ("τ = ∞" if mark == INF else f"τ = {mark}")


# Comparison


def test_comparison_shows_each_distribution_and_only_what_was_claimed():
    distributions = np.array([[0.8, 0.2], [0.6, 0.4]])
    claimed = [[0.73, np.nan], [np.nan, np.nan]]
    axes = plots.plot_comparison(distributions, [0.5, INF], ["x", "y"], claimed=claimed)
    for ax, row in zip(axes, distributions, strict=True):
        np.testing.assert_allclose([bar.get_height() for bar in ax.patches], row)
    assert [text.get_text() for text in axes[0].get_xticklabels()] == ["x\n80.0", "y\n20.0"]
    assert [ax.get_title(loc="left") for ax in axes] == ["τ = 0.5", "τ = ∞"]
    np.testing.assert_array_equal(axes[0].lines[0].get_data(), [[0], [0.73]])
    assert not axes[1].lines


def test_comparison_needs_as_many_temperatures_as_rows():
    with pytest.raises(ValueError, match="temperatures must be 1, one for each, got 2"):
        plots.plot_comparison([[0.5, 0.5]], [1, 2])


# Simplex


def test_simplex_puts_certainty_in_the_corners_and_uniform_in_the_middle():
    ax = plots.plot_simplex(np.eye(3), {"middle": [1 / 3] * 3}, labels=["x", "y", "z"])
    start, end = ax.collections[0].get_segments()
    height = np.sqrt(3) / 2
    np.testing.assert_allclose([*start, end[1]], [[0, 0], [1, 0], [0.5, height]])
    middle = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(np.ravel(middle.get_data()), [0.5, height / 3])
    assert {"x", "y", "z", "middle"} == {text.get_text() for text in ax.texts}


def test_simplex_lines_lie_where_one_class_has_its_level():
    ax = plots.plot_simplex(np.eye(3))
    levels = [line.get_ydata() for line in ax.lines if line.get_ydata()[0] == line.get_ydata()[1]]
    np.testing.assert_allclose(sorted(y[0] / np.sqrt(0.75) for y in levels), [0.25, 0.5, 0.75])


# All of them


@pytest.mark.parametrize("draw", DRAWINGS)
def test_drawing_uses_the_axes_it_is_given_and_opens_nothing(draw):
    ax = Figure().subplots()
    assert draw(ax) is ax
    assert plt.get_fignums() == []


@pytest.mark.parametrize("draw", DRAWINGS)
def test_drawing_leaves_the_settings_of_matplotlib_alone(draw):
    before = dict(matplotlib.rcParams)
    draw()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_arrays_make_the_same_picture(draw):
    assert png(draw().figure) == png(draw().figure)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_figures_are_transparent_and_at_most_640_pixels_wide(draw):
    figure = draw().figure
    assert figure.get_facecolor()[3] == 0
    assert figure.get_figwidth() * 100 <= 640


def test_a_notebook_shows_every_figure_once_and_not_only_the_first():
    sources = ["from tempcourse.plots import plot_bars", *["ax = plot_bars([0.5, 0.5])"] * 3]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    pictures = [["image/png" in output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]
    assert pictures == [[], [True], [True], [True]]


def test_inputs_are_not_changed():
    handed = [SKETCH.copy(), np.eye(3)]
    for array in handed:
        array.setflags(write=False)
    plots.plot_bars(handed[0])
    plots.plot_curves([0.1, 1, 10], handed[1], list("abc"))
    plots.plot_simplex(handed[1])


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(plots).failed == 0
    assert doctest.testmod(plots).attempted > 0


# Lattices, and the temperature of physics


def test_a_lattice_shows_up_light_and_down_in_its_temperatures_colour():
    (image,) = draw_lattices().images
    assert image.get_array().tolist() == [[1, -1], [-1, -1]]
    up, down = image.cmap(image.norm([1, -1]))
    assert min(up[:3]) > 0.9 and to_hex(down) == plots.temperature_colour(1)
    assert draw_lattices().get_title(loc="left") == "T = 1"


def test_physics_writes_t():
    ax = plots.plot_curves([0.1, 1, 10], np.eye(3), mark=1, symbol="T")
    assert ax.get_xlabel() == "temperature T (logarithmic)"
    assert [text.get_text() for text in ax.texts] == ["T = 1"]


# Regret


def test_regrets_are_drawn_singly_and_by_their_mean_and_median():
    regrets = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 2.0], [0.5, 1.0, 9.0]])
    ax = plots.plot_regrets(regrets, 0.1, singles=2)
    first, second, mean, median = (line.get_ydata().tolist() for line in ax.lines)
    assert [first, second] == regrets[:2].tolist()
    assert mean == pytest.approx([1 / 6, 1, 4]) and median == [0, 1, 2]
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert to_hex(ax.lines[2].get_color()) == plots.temperature_colour(0.1)
    assert [text.get_text() for text in ax.texts] == ["mean", "median"]
    assert ax.get_ylim()[1] > 9, "a run that is not drawn singly has its room, too"


# Reliability


def test_a_reliability_diagram_has_a_dot_and_a_gap_for_each_bin():
    ax = draw_reliability()
    gaps, dots = ax.collections
    np.testing.assert_allclose(dots.get_offsets(), [[0.35, 0.4], [0.9, 0.6]])
    np.testing.assert_allclose(gaps.get_segments(), [[[0.35, 0.35], [0.35, 0.4]], [[0.9, 0.9], [0.9, 0.6]]])
    small, large = dots.get_sizes()
    assert large == 4 * small
    for drawn in (dots.get_facecolor(), gaps.get_edgecolor()):
        assert matplotlib.colors.to_hex(drawn[0]) == plots.temperature_colour(2)
    assert ax.get_title(loc="left") == "hot"


def test_the_diagonal_is_where_confidence_and_accuracy_agree():
    ax = draw_reliability()
    (diagonal,) = ax.lines
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("confidence", "accuracy")
    below = next(text for text in ax.texts if text.get_text() == "too sure")
    confidence, accuracy = below.get_position()
    assert confidence > accuracy


# Sweep


def test_a_sweep_has_a_dot_and_an_interval_for_each_temperature_and_the_coldest_first():
    ax, found = draw_sweep(), swept()
    order = [1, 0, 2]
    bars, dots = ax.lines[::2], ax.lines[1::2]
    assert [dot.get_ydata()[0] for dot in dots] == found.means[order].tolist() == pytest.approx([1, 11 / 12, 1 / 6])
    assert [list(bar.get_ydata()) for bar in bars] == found.intervals[order].tolist()
    assert [list(bar.get_xdata()) for bar in bars] == [[0, 0], [1, 1], [2, 2]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "2", "∞"]
    colours = [plots.temperature_colour(tau) for tau in (0, 2, INF)]
    assert [dot.get_color() for dot in dots] == [bar.get_color() for bar in bars] == colours
    assert ax.get_ylabel() == "right"


def test_in_a_sweep_hollow_is_what_is_told_from_the_baseline():
    faces = [line.get_markerfacecolor() for line in draw_sweep().lines[1::2]]
    assert [face == "white" for face in faces] == [False, False, True]
    assert draw_sweep().get_xlabel() == "temperature τ (hollow: told from τ = 0)"


def test_what_is_no_sweep_is_not_drawn():
    with pytest.raises(ValueError, match=r"result must be what sweep returns, got \[1, 2\]"):
        plots.plot_sweep([1, 2])


# Digits


def test_a_digit_is_drawn_with_its_ink_dark():
    (ax,) = plots.plot_digits([[0.0, 1.0, 0.5, 0.0]], ["a digit"])
    (image,) = ax.images
    assert image.get_array().tolist() == [[0.0, 1.0], [0.5, 0.0]]
    assert image.cmap(image.norm(1.0))[0] < 0.1 and image.cmap(image.norm(0.0))[0] > 0.9
    assert ax.get_title(loc="left") == "a digit"
