"""What filters keep of twentieths, by arithmetic without rounding: their sums, ratios and distances often tie."""

from fractions import Fraction

import mpmath

PARTS = 20
LIMITS = [Fraction(i, PARTS) for i in range(1, PARTS)]


def _partitions(total, largest):
    """Yield the ways to write a whole number as a sum, largest part first."""
    if total == 0:
        yield ()
    for part in range(min(total, largest), 0, -1):
        for rest in _partitions(total - part, part):
            yield (part, *rest)


#: All distributions in twentieths, most likely first.
DISTRIBUTIONS = [[Fraction(part, PARTS) for part in parts] for parts in _partitions(PARTS, PARTS)]


def _until(order, shares, p):
    """Return the beginning of an order, sorted, that sums to p."""
    count = next(i for i in range(1, len(order) + 1) if sum(shares[j] for j in order[:i]) >= p)
    return sorted(order[:count])


def top_p(shares, p):
    """Return which are kept."""
    return _until(range(len(shares)), shares, p)


def min_p(shares, p):
    """Return which are kept."""
    return [i for i, share in enumerate(shares) if share >= p * max(shares)]


def typical_p(shares, p):
    """Return which are kept; the distances have 40 digits, of which 30 tell what is equal."""
    with mpmath.workdps(40):
        weights = [mpmath.mpf(share.numerator) / share.denominator for share in shares]
        surprises = [-mpmath.log(weight) for weight in weights]
        entropy = mpmath.fdot(weights, surprises)
        distances = [mpmath.nint(abs(surprise - entropy) * 10**30) for surprise in surprises]
    return _until(sorted(range(len(shares)), key=distances.__getitem__), shares, p)


KEPT = {"top_p": top_p, "min_p": min_p, "typical_p": typical_p}
