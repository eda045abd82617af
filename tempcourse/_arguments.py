"""How arguments are read, and refused where a function cannot take them: "`name` must be ..., got ...".

What is read comes back as numbers to compute with; what is only checked comes back not at all. Numbers are never text,
nor one of True and False where a single number or a temperature is asked for.
"""

import math
import reprlib
import sys
from decimal import Decimal
from numbers import Integral, Real

import numpy as np

COMPUTED_IN = (np.dtype(np.float64), np.dtype(np.float32))
FLOAT32_MIN, FLOAT32_MAX = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max)


def is_whole(value):
    """Tell whether a value is one whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_whole(value, name, least, most=sys.maxsize):
    """Refuse what is not one whole number of this range."""
    if not is_whole(value) or not least <= value <= most:
        open_ended = most == sys.maxsize and not (is_whole(value) and value > most)
        allowed = f"of at least {least}" if open_ended else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {allowed}, got {reprlib.repr(value)}")


def check_flag(value, name):
    """Refuse what is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, got {reprlib.repr(value)}")


def read_number(value, name, least=0, most=math.inf, *, above=False, finite=False, where=""):
    """Return one number from `least`, or only above it, to `most` as a float; `where` says when that is allowed."""
    number, held = _to_float(value)
    finite = finite or not held
    if not least <= number <= most or (above and number == least) or (finite and number == math.inf):
        low = f"{'above' if above else 'at least'} {least}"
        closed = f"{low} and at most {most}" if above else f"from {least} to {most}"
        allowed = closed if most < math.inf else f"{low} and finite" if finite else low
        raise ValueError(f"{name} must be {allowed}{where}, got {reprlib.repr(value)}")
    return number + 0.0  # no −0


def read_signed(value, name):
    """Return one finite number of either sign as a float."""
    number, _ = _to_float(value)
    if not abs(number) < math.inf:
        raise ValueError(f"{name} must be finite, got {reprlib.repr(value)}")
    return number


def _to_float(value):
    """Return one real number as a float, nan for what is none, and whether a float can hold it."""
    try:
        return (float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan), True
    except OverflowError:
        return math.inf, False


def check_rng(rng):
    """Refuse what is no source of randomness."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy.random.Generator, got {reprlib.repr(rng)}")


def read_array(values, name):
    """Return values as an array, of whatever type; never a masked one, whose masks would be lost."""
    rows = values if isinstance(values, list | tuple) else ()
    if any(isinstance(each, np.ma.MaskedArray) for each in (values, *rows)):
        raise ValueError(f"{name} must have no masks of NumPy's (in logits, −∞ is one), got a masked array")
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got {reprlib.repr(values)}") from None


def read_list(values, name, of):
    """Return what can be gone through as a list; a text counts as one thing, and goes through no further."""
    try:
        if isinstance(values, str | bytes):
            raise TypeError
        return list(values)
    except TypeError:
        raise ValueError(f"{name} must be a sequence of {of}, got {reprlib.repr(values)}") from None


def read_real(values, name, kinds="biu"):
    """Return values as a floating array to compute with, and the dtype that the result will have.

    `kinds` are the other kinds of NumPy's types that count as numbers: True and False do unless it says otherwise.
    """
    array = values if type(values) is np.ndarray else read_array(values, name)
    if array.dtype in COMPUTED_IN:
        return array, array.dtype
    if array.dtype.kind == "O" and all(isinstance(value, Real | Decimal) for value in array.flat):
        try:
            array = array.astype(np.float64)
        except (OverflowError, ValueError):  # a signalling NaN of Decimal's
            raise ValueError(f"{name} must be numbers that a float can hold, got {reprlib.repr(values)}") from None
    if array.dtype.kind in kinds:
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    dtype = array.dtype.newbyteorder("=")
    return array.astype(np.float32 if dtype == np.float16 else dtype, copy=False), dtype


def refuse(values, refused, name, allowed):
    """Refuse an array if any of its values are, naming the first of these."""
    values = values[refused]
    if values.size:
        raise ValueError(f"{name} must be {allowed}, got {values[0]}")


def read_finite(values, name, kinds="biu", *, above=-math.inf):
    """Return finite numbers, at least one, as a floating array."""
    array = read_real(values, name, kinds)[0]
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    low = "" if above == -math.inf else f"above {above} and "
    refuse(array, ~((array > above) & (array < math.inf)), name, f"{low}finite")
    return array


def read_temperatures(temperature, name="temperature"):
    """Return one temperature as a float, several as an array: at least 0, and ∞ is one."""
    # The common cases need no array; a larger whole number might not fit a float.
    common = isinstance(temperature, float) or (type(temperature) is int and temperature < FLOAT32_MAX)
    if common and temperature >= 0:
        return abs(float(temperature))  # −0 is 0
    tau = read_real(temperature, name, kinds="iu")[0]
    refuse(tau, ~(tau >= 0), name, "at least 0")
    return np.abs(tau) if tau.ndim else abs(float(tau))


def read_temperature(temperature, name="temperature"):
    """Return one temperature as a float: at least 0, and ∞ is one."""
    tau = read_temperatures(temperature, name)
    if not isinstance(tau, float):
        raise ValueError(f"{name} must be one number, got shape {tau.shape}")
    return tau


def read_rows(logits, temperature, axis):
    """Return logits with the axis last and their temperatures; the axis from the end; the dtype of the result."""
    z, dtype = read_real(logits, "logits")
    tau = read_temperatures(temperature)
    axis = axis_from_the_end(axis, z.ndim, "logits")
    if z.shape[axis] == 0:
        raise ValueError(f"logits must have at least one entry along the axis, got shape {z.shape}")
    if not isinstance(tau, float):
        z, tau = _broadcast(z, tau, axis)
    if z.itemsize == 4 and not _held_in_float32(tau):
        z = z.astype(np.float64)
    if not isinstance(tau, float):
        tau = axis_moved(tau, axis, -1).astype(z.dtype)
    return axis_moved(z, axis, -1), tau, axis, dtype


def read_logits(logits):
    """Return logits as a floating array and the type of what is made of them; refuse rows of nan or of −∞ only."""
    z, dtype = read_real(logits, "logits")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"logits must have at least one entry along the last axis, got shape {z.shape}")
    largest = z.max(axis=-1)
    if np.isnan(largest).any():
        raise ValueError("logits must not be nan, got nan")
    if (largest == -math.inf).any():
        raise ValueError("logits must not all be masked, got a row of -inf only")
    return z, dtype


def read_tokens(values, name, z):
    """Return tokens, none or more, each an index into rows of logits, as an array of whole numbers."""
    tokens = np.array([values]) if is_whole(values) else read_array(values, name)
    return read_labels(tokens if tokens.size else tokens.astype(np.intp), z.shape[-1], name)


def _broadcast(z, tau, axis):
    """Return both with as many rows; a row has one temperature."""
    tau = tau.reshape((1,) * (z.ndim - tau.ndim) + tau.shape)
    if tau.shape[axis] != 1:
        raise ValueError(f"temperature must have length 1 along the axis, got shape {tau.shape}")
    try:
        z, spread = np.broadcast_arrays(z, tau)
    except ValueError:
        shapes = f"logits of shape {z.shape}, got {tau.shape}"
        raise ValueError(f"temperature must broadcast with {shapes}") from None
    return z, np.take(spread, [0], axis=axis)


def _held_in_float32(tau):
    """Tell whether every temperature keeps its digits in float32."""
    held = (tau == 0) | (tau >= FLOAT32_MIN) & (tau <= FLOAT32_MAX) | (tau == math.inf)
    return held if isinstance(tau, float) else held.all()


def axis_from_the_end(axis, ndim, name):
    """Return an axis as a negative number."""
    if ndim == 0:
        raise ValueError(f"{name} must have at least one axis, got a single number")
    if not (type(axis) is int or is_whole(axis)) or not -ndim <= axis < ndim:
        raise ValueError(f"axis must be from {-ndim} to {ndim - 1} for these {name}, got {axis!r}")
    return axis if axis < 0 else axis - ndim


def axis_moved(array, source, destination):
    """Return the array with an axis at another place."""
    return array if source == destination else np.moveaxis(array, source, destination)


@np.errstate(all="ignore")
def read_distributions(values, name, axis=-1):
    """Return probabilities with the axis last, and the dtype that the result will have."""
    p, dtype = read_real(values, name)
    p = axis_moved(p, axis_from_the_end(axis, p.ndim, name), -1)
    refuse(p, ~(p >= 0), name, "at least 0")
    total = p.sum(axis=-1)
    far_off = total[~(abs(total - 1) <= math.sqrt(np.finfo(dtype).eps))]
    if far_off.size:
        raise ValueError(f"{name} must sum to 1 along the axis, got a sum of {float(far_off[0]):.9g}")
    return p, dtype


def read_two_distributions(p, q, axis=-1):
    """Return the probabilities p and q with the axis last, broadcast, and the dtype that the result will have."""
    p, p_dtype = read_distributions(p, "p", axis)
    q, q_dtype = read_distributions(q, "q", axis)
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"q must be as long as p along the axis, {p.shape[-1]}, got {q.shape[-1]}")
    try:
        return *np.broadcast_arrays(p, q), np.result_type(p_dtype, q_dtype)
    except ValueError:
        raise ValueError(f"q must broadcast with p of shape {p.shape}, got {q.shape}") from None


def read_labels(labels, classes, name="labels"):
    """Return the indices of classes as an array."""
    y = read_array(labels, name)
    if y.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, got {y.dtype}")
    refuse(y, (y < 0) | (y >= classes), name, f"from 0 to {classes - 1}")
    return y.astype(np.intp)


def read_energies(energies, axis=-1):
    """Return energies in float64 and the axis from the end."""
    E = read_real(energies, "energies")[0].astype(np.float64)
    axis = axis_from_the_end(axis, E.ndim, "energies")
    if E.shape[axis] == 0:
        raise ValueError(f"energies must have at least one entry along the axis, got shape {E.shape}")
    refuse(E, ~(E > -math.inf), "energies", "finite, or inf for a forbidden state")
    if (E.min(axis=axis) == math.inf).any():
        raise ValueError("energies must not all be forbidden, got a row of inf only")
    return E, axis


def read_couplings(couplings):
    """Return the couplings of spins as a square, symmetric matrix in float64."""
    J = read_real(couplings, "couplings")[0].astype(np.float64)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or J.size == 0:
        raise ValueError(f"couplings must be a square matrix, got shape {J.shape}")
    refuse(J, ~np.isfinite(J), "couplings", "finite")
    if (J != J.T).any():
        i, j = np.argwhere(J != J.T)[0]
        raise ValueError(f"couplings must be symmetric, got {J[i, j]} at ({i}, {j}) and {J[j, i]} at ({j}, {i})")
    if J.diagonal().any():
        raise ValueError(f"couplings must have zeros on the diagonal, got {J.diagonal()[J.diagonal() != 0][0]}")
    return J
