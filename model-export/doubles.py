"""The float64 numbers as an ordered sequence, so that a rounding step can be undone by bisection."""
import ctypes
import math
import struct
import sys

LARGEST = sys.float_info.max


def float32(x):
    """Rounds to the nearest float32, to infinity beyond its range."""
    # not struct, which raises beyond the range
    return ctypes.c_float(x).value


def same_bits(a, b):
    """Whether two numbers are the same double: unlike `==`, -0.0 is not 0.0."""
    return struct.pack('<d', a) == struct.pack('<d', b)


def next_up(x):
    """The next double above."""
    return from_ordinal(ordinal(x) + 1)


def next_down(x):
    """The next double below."""
    return from_ordinal(ordinal(x) - 1)


def largest(holds, low, high):
    """The largest double from `low` to `high` for which `holds` is true, given that it holds at `low` and, once false, stays false."""
    low, end = ordinal(low), ordinal(high) + 1
    while end - low > 1:
        middle = (low + end) // 2
        if holds(from_ordinal(middle)):
            low = middle
        else:
            end = middle
    return from_ordinal(low)


def accepted_interval(mean, scale):
    """The lowest and highest raw value that scikit-learn accepts: what is finite after scaling and narrowing."""
    def accepts(x):
        return math.isfinite(float32((x - mean) / scale))
    return -largest(lambda x: accepts(-x), -mean, LARGEST), largest(accepts, mean, LARGEST)


def ordinal(x):
    # the bit patterns of the negative doubles run backwards; both zeros are 0
    bits, = struct.unpack('<q', struct.pack('<d', x))
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def from_ordinal(k):
    bits = struct.pack('<q', k)
    return struct.unpack('<d', bits)[0] if k >= 0 else -from_ordinal(-k)
