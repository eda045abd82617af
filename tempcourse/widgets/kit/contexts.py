"""The contexts whose next tokens are shown: recorded ones of a real model, and what a reader pastes."""

import traitlets

#: What a reader has pasted at first.
NOTHING_PASTED = {"own": "", "returned": 1.0, "others": True}


class ContextTraits(traitlets.HasTraits):
    """What a view has of contexts; ``kit/contexts.js`` reads them."""

    contexts = traitlets.List(help="texts that come before").tag(sync=True)
    recorded = traitlets.List(help="of a real model, one each of the last contexts").tag(sync=True)
    width = traitlets.Float(help="of a bin of the counts").tag(sync=True)
    context = traitlets.Int(0, help="an index into contexts; beyond them, what the reader pastes").tag(sync=True)
    own = traitlets.Unicode("", help="what the reader pastes").tag(sync=True)
    returned = traitlets.Float(1.0, help="the temperature at which the service returned it").tag(sync=True)
    others = traitlets.Bool(True, help="count what is missing in it as one entry").tag(sync=True)


def recorded_labels(recorded):
    """Return how recorded contexts are called in a list to choose from."""
    return [f"SmolLM2: {record['text']} …".replace("\n", " ↵ ") for record in recorded]
