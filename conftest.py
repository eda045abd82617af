"""Of what a cell shows, nbval compares the text: HTML says the same in other marks, and notebooks do not hold it."""


def pytest_collectstart(collector):
    """Leave HTML out of the comparison, as nbval leaves out pictures."""
    if collector.path and collector.path.suffix == ".ipynb":
        collector.skip_compare += ("text/html",)
