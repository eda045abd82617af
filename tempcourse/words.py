"""How numbers are said, in the summaries, labels and tables of the course."""

import math

from tempcourse._arguments import check_whole, read_number, read_real

__all__ = ["number", "percent", "shares"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits=6):
    """Return a number as prose shows it: a true minus sign, ∞, and powers of ten for the very large and small.

    Parameters
    ----------
    value : float
    digits : int, default 6
        How many significant digits are shown at most.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If `value` is not one number, or `digits` not a whole number from 1 to 17.

    Examples
    --------
    >>> number(-0.5), number(6.02214e23, 3)
    ('−0.5', '6.02 × 10²³')
    """
    check_whole(digits, "digits", 1, 17)
    value = read_number(value, "value", -math.inf)
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")  # + 0.0, which makes -0.0 a plain 0
    plain = mantissa.replace("inf", "∞").replace("-", "−")
    return f"{plain} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}" if exponent else plain


def percent(probability):
    """Return a probability in per cent; exactly 0 and 1 are told from what only rounds to them.

    Parameters
    ----------
    probability : float

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If `probability` is not one number from 0 to 1.

    Examples
    --------
    >>> percent(0.828162), percent(1e-9), percent(0.0)
    ('82.8 %', '<0.1 %', '0 %')
    """
    probability = read_number(probability, "probability", 0, 1)
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

    Raises
    ------
    ValueError
        If `probabilities` is not one row of such numbers.
    TypeError
        If it is not real numbers.

    Examples
    --------
    >>> shares([0.75, 0.25])
    'class 1 75.0 %, class 2 25.0 %'
    """
    p = read_real(probabilities, "probabilities")[0]
    if p.ndim != 1:
        raise ValueError(f"probabilities must be one row, got shape {p.shape}")
    return ", ".join(f"class {i} {percent(share)}" for i, share in enumerate(p, 1))
