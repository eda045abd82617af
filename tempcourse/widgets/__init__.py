"""The course's explorables: sliders and pictures that answer at once, with a kernel and without one."""

from .compare_temperatures import compare_temperatures
from .explorable import Explorable
from .explore_softmax import explore_softmax
from .explore_temperature import explore_temperature
from .quiz import quiz

__all__ = ["Explorable", "compare_temperatures", "explore_softmax", "explore_temperature", "quiz"]
