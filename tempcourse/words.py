"""How numbers are said, in the summaries, labels and tables of the course."""

__all__ = ["number", "percent", "shares"]


def number(value, digits=6):
    """Return a number as prose shows it: a true minus sign, and ∞.

    Parameters
    ----------
    value : float
    digits : int, default 6
        How many significant digits are shown at most.

    Returns
    -------
    str

    Examples
    --------
    >>> number(-0.5)
    '−0.5'
    """
    return f"{value:.{digits}g}".replace("inf", "∞").replace("-", "−")


def percent(probability):
    """Return a probability in per cent; exactly 0 and 1 are told from what only rounds to them.

    Parameters
    ----------
    probability : float

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.828162), percent(1e-9), percent(0.0)
    ('82.8 %', '<0.1 %', '0 %')
    """
    if probability in (0.0, 1.0):
        return f"{100 * probability:g} %"
    if probability < 0.0005:
        return "<0.1 %"
    return ">99.9 %" if probability >= 0.9995 else f"{100 * probability:.1f} %"


def shares(probabilities):
    """Return a distribution in words.

    Parameters
    ----------
    probabilities : sequence of float
        One a class.

    Returns
    -------
    str

    Examples
    --------
    >>> shares([0.75, 0.25])
    'class 1 75.0 %, class 2 25.0 %'
    """
    return ", ".join(f"class {i} {percent(p)}" for i, p in enumerate(probabilities, 1))
