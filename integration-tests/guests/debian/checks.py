# SPDX-License-Identifier: Apache-2.0
# Arithmetic of Python: printed in full, so that one wrong bit shows.
import json
import math

values = [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 0.1, 0.5, 1.0, 1.5, math.pi, 10.0, 123.456, 1e10, 1e100, 1.7976931348623157e308]
for name in ("sin", "cos", "tan", "exp", "log", "log2", "sqrt", "atan", "tanh", "cbrt", "gamma", "lgamma", "erf", "expm1",
             "log1p", "asinh", "floor", "ceil", "trunc", "frexp", "modf", "ulp"):
    function = getattr(math, name)
    row = []
    for value in values + [-value for value in values]:
        try:
            result = function(value)
            row.append([part.hex() if isinstance(part, float) else part for part in
                        (result if isinstance(result, tuple) else (result,))])
        except (ValueError, OverflowError) as error:
            row.append(str(error))
    print(name, json.dumps(row))
print(math.fsum([0.1] * 10).hex(), math.comb(100, 50), math.factorial(60), math.isqrt(10 ** 50), pow(3, 1000, 10 ** 40 + 7))
print(math.hypot(3.3, 4.4, 5.5).hex(), math.dist((1.1, 2.2), (3.3, 4.4)).hex(), math.nextafter(1.0, 2.0).hex())
document = {"numbers": values[2:], "text": "\u00e9\u20ac\U0001f600\n\t\"\\", "nested": [{"a": [None, True, False, -1]}] * 3, "": {}}
text = json.dumps(document, sort_keys=True, indent=1)
assert json.loads(text) == document
print(text, json.loads("[1e400, -0, 1E-7, 12345678901234567890]"))
for bad in ("[1,]", "{\"a\"}", "\"\\ud83\"", "nul", ""):
    try:
        json.loads(bad)
    except ValueError as error:
        print(error)
