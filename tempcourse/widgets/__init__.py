"""The course's explorables: sliders and pictures that answer at once, with a kernel and without one."""

from .compare_temperatures import compare_temperatures
from .decoding_lab import decoding_lab
from .diagnostic import diagnostic
from .explore_annealing import explore_annealing
from .explore_bandit import explore_bandit
from .explore_calibration import explore_calibration
from .explore_dark_knowledge import explore_dark_knowledge
from .explore_distillation import explore_distillation
from .explore_ising import explore_ising
from .explore_levels import explore_levels
from .explore_pass_at_k import explore_pass_at_k
from .explore_softmax import explore_softmax
from .explore_speculative import explore_speculative
from .explore_temperature import explore_temperature
from .kit.explorable import Explorable
from .language_model import language_model
from .quiz import quiz
from .review import review
from .sequence_tree import sequence_tree
from .settings_converter import settings_converter
from .story_writer import story_writer
from .your_calibration import your_calibration

__all__ = [
    "Explorable",
    "compare_temperatures",
    "decoding_lab",
    "diagnostic",
    "explore_annealing",
    "explore_bandit",
    "explore_calibration",
    "explore_dark_knowledge",
    "explore_distillation",
    "explore_ising",
    "explore_levels",
    "explore_pass_at_k",
    "explore_softmax",
    "explore_speculative",
    "explore_temperature",
    "language_model",
    "quiz",
    "review",
    "sequence_tree",
    "settings_converter",
    "story_writer",
    "your_calibration",
]
