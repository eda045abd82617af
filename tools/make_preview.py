"""Draw `book/images/preview.png`, the picture that goes with a shared link: the same scores at four temperatures."""

from pathlib import Path

import matplotlib.pyplot as plt

from tempcourse.plots import STYLE, temperature_colour
from tempcourse.softmax import softmax

TARGET = Path(__file__).parents[1] / "book" / "images" / "preview.png"
LOGITS = [2.0, 1.0, 0.5, 0.1]
STOPS = {"0": 0.0, "½": 0.5, "1": 1.0, "∞": float("inf")}
SUBTITLE = "the one number in softmax(z / τ): a course whose every slider works"
PIXELS = 1200, 630  # the shape that those who show previews ask for
INK, QUIET, LINE, PAPER = "#1f2430", "#5a6270", "#cfd2d8", "#faf9f6"


def draw_stop(ax, name, temperature):
    """Draw the probabilities at one temperature as bars."""
    probabilities = softmax(LOGITS, temperature)
    ax.bar(range(len(LOGITS)), probabilities, width=0.78, color=temperature_colour(temperature))
    ax.set(xlim=(-0.6, len(LOGITS) - 0.4), ylim=(0, 1), xticks=[], yticks=[])
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set(color=LINE, linewidth=2)
    ax.set_xlabel(f"τ = {name}", fontsize=25, color=temperature_colour(temperature), labelpad=10, weight="bold")


def main():
    """Draw the picture and store it."""
    with plt.style.context([STYLE, {"figure.constrained_layout.use": False}]):
        figure = plt.figure(figsize=(PIXELS[0] / 100, PIXELS[1] / 100), dpi=100, facecolor=PAPER)
        figure.text(0.06, 0.80, "Temperature", fontsize=58, weight="bold", color=INK)
        figure.text(0.06, 0.69, SUBTITLE, fontsize=21.5, color=QUIET)
        axes = figure.subplots(1, len(STOPS), gridspec_kw={"left": 0.06, "right": 0.94, "bottom": 0.14, "top": 0.6})
        for ax, (name, temperature) in zip(axes, STOPS.items(), strict=True):
            draw_stop(ax, name, temperature)
        figure.savefig(TARGET, facecolor=PAPER, metadata={"Software": None})
        plt.close(figure)


if __name__ == "__main__":
    main()
