"""A small book of widgets, for the tests of `book/_ext/static_widgets`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "book" / "_ext"))

project = "Widgets"
extensions = ["myst_nb", "static_widgets"]
html_theme = "basic"
html_theme_options = {"body_min_width": 0}
html_sidebars = {"**": []}
html_static_path = ["theme"]
html_css_files = ["theme.css"]
exclude_patterns = ["_build"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
