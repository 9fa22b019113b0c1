"""Writes number_text.txt: numbers as messages print them, by Python's decimal module.

    BITS UNIT DECIMALS FLAGS TEXT
BITS is an IEEE double as 16 hexadecimal digits; UNIT plain, percent or bp; DECIMALS a number or `-` (shortest, at
most 6); FLAGS of `+` (plus sign) and `,` (thousands), `.` for none.
"""
import random
import struct
from decimal import Decimal, ROUND_HALF_EVEN, localcontext

SHIFT = {"plain": 0, "percent": 2, "bp": 4}
SUFFIX = {"plain": "", "percent": "%", "bp": "bp"}


def fixed(value, places):
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def text(value, unit, decimals, flags):
    with localcontext() as context:
        context.prec = 1200
        exact = Decimal(value).scaleb(SHIFT[unit])
        if decimals is None:
            shortest = Decimal(repr(value)).scaleb(SHIFT[unit]).normalize()
            rounded = shortest if -shortest.as_tuple().exponent <= 6 else fixed(exact, 6).normalize()
        else:
            rounded = fixed(exact, decimals)
        body = format(abs(rounded), ",f" if "," in flags else "f")
        negative = rounded < 0
    sign = "-" if negative else "+" if "+" in flags else ""
    return sign + body + SUFFIX[unit]


def number(rng):
    kind = rng.choice([0, 0, 1, 1, 2, 3, 4, 4, 5, 6])
    sign = rng.choice([1, -1])
    if kind == 0:
        return sign * rng.randrange(0, 10**7) / rng.choice([1, 10, 100, 1000, 10**6])
    if kind == 1:
        return sign * (rng.randrange(0, 4000) + 0.5) / rng.choice([1, 2, 4, 8, 16, 32])  # exact ties
    if kind == 2:
        return sign * rng.uniform(0, 1) * 10.0 ** rng.randrange(-12, 3)
    if kind == 3:
        return sign * rng.uniform(0, 1) * 10.0 ** rng.randrange(3, 22)
    if kind == 4:
        return rng.choice([0.0, -0.0, 1.0, 0.005, 0.015, 0.025, 0.5, 1.5, 2.5, 999.995, 9.9999995, 1e22, 1e23])
    if kind == 5:
        return sign * rng.choice([5e-324, 1e-300, 1.7976931348623157e308, 2.0**-1074 * 3, 2.0**70])
    return sign * rng.randrange(1, 10**6) * 1e-4


def main():
    rng = random.Random(1792)
    lines = []
    for _ in range(1200):
        value = number(rng)
        unit = rng.choice(["plain", "plain", "percent", "bp"])
        decimals = rng.choice([None, 0, 1, 2, 2, 3, 4, 8])
        flags = rng.choice([".", "+", ",", "+,"])
        bits = struct.pack(">d", value).hex()
        places = "-" if decimals is None else str(decimals)
        lines.append(f"{bits} {unit} {places} {flags} {text(value, unit, decimals, flags)}")
    with open("number_text.txt", "w") as file:
        file.write("\n".join(lines) + "\n")


main()
