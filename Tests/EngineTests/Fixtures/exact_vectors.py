"""Writes exact_vectors.txt: results by Python's exact fractions, rounded once, for the engine's arithmetic.

Numbers are IEEE doubles as 16 hexadecimal digits; integers are decimal.
    mean X... = M          variance X... = V      (sample)
    change X Y = C         ((x - y) / y)
    quotient N D = Q       (integers)
"""
import random
import struct
from fractions import Fraction


def bits(value):
    return struct.pack(">d", float(value)).hex()


def rounded(fraction):
    # int / int in Python is correctly rounded.
    return fraction.numerator / fraction.denominator


def number(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return rng.uniform(-10, 10)
    if kind == 1:
        return rng.randrange(1, 10**6) / 100
    if kind == 2:
        return rng.choice([1e-300, 5e-324, 1e300, 2.0**-1040, -1e-310]) * rng.choice([1, 3, 7]) 
    if kind == 3:
        return 1 + rng.randrange(-8, 9) * 2.0**-52
    return rng.uniform(-1, 1) * 2.0 ** rng.randrange(-60, 60)


def main():
    rng = random.Random(20111125)
    lines = []
    for _ in range(400):
        values = [number(rng) for _ in range(rng.randrange(2, 12))]
        exact = [Fraction(v) for v in values]
        n = len(values)
        mean = sum(exact) / n
        variance = sum((x - mean) ** 2 for x in exact) / (n - 1)
        text = " ".join(bits(v) for v in values)
        try:
            lines.append(f"mean {text} = {bits(rounded(mean))}")
        except OverflowError:
            pass
        try:
            lines.append(f"variance {text} = {bits(rounded(variance))}")
        except OverflowError:
            pass
    for _ in range(2000):
        y = rng.choice([rng.uniform(1, 1000), rng.uniform(-1, 1), rng.randrange(1, 10**7) / 1000])
        x = rng.choice([y * rng.uniform(0.5, 2), y * rng.uniform(-1e6, 1e6), y * (1 + 1e-12), rng.uniform(0, 1e-9)])
        if y != 0:
            lines.append(f"change {bits(x)} {bits(y)} = {bits(rounded((Fraction(x) - Fraction(y)) / Fraction(y)))}")
    for _ in range(3000):
        n = rng.choice([1, -1]) * rng.getrandbits(rng.randrange(1, 126))
        d = rng.choice([1, -1]) * (rng.getrandbits(rng.randrange(1, 126)) + 1)
        if rng.randrange(4) == 0:  # halfway cases
            d = 1 << rng.randrange(1, 60)
            n = (rng.getrandbits(53) | 1 << 52) * 2 * d + d
        lines.append(f"quotient {n} {d} = {bits(rounded(Fraction(n, d)))}")
    with open(__file__.replace(".py", ".txt"), "w") as out:
        out.write("\n".join(lines) + "\n")


main()
