// SPDX-License-Identifier: Apache-2.0
// Doubles in decimal: known texts, corners of the format, and the way back from text.
#include "libc/libc.h"

static int errors;

static void expect(const char *expected, const char *format, double value)
{
	char text[512];
	snprintf(text, sizeof text, format, value);
	printf("%s\n", text);
	if (strcmp(text, expected) != 0) {
		printf("  is wrong, expected %s\n", expected);
		errors++;
	}
}

static void known(void)
{
	expect("0.100000000000000005551115123125782702118158340454101562", "%.54f", 0.1);
	expect("0.3", "%g", 0.1 + 0.2);
	expect("0.30000000000000004", "%.17g", 0.1 + 0.2);
	expect("2", "%.0f", 2.5);
	expect("4", "%.0f", 3.5);
	expect("0", "%.0f", 0.5);
	expect("1.00", "%.2f", 0.999);
	expect("1.0e+01", "%.1e", 9.96);
	expect("1e+06", "%g", 1000000.0);
	expect("999999", "%g", 999999.0);
	expect("0.0001", "%g", 0.0001);
	expect("1e-05", "%g", 0.00001);
	expect("1.79769313486231571e+308", "%.17e", 0x1.fffffffffffffp1023);
	expect("4.94065645841246544e-324", "%.17e", 0x1p-1074);
	expect("2.2250738585072014e-308", "%.17g", 0x1p-1022);
	expect("-0.000000", "%f", -0.0);
	expect("  +1.50", "%+7.2f", 1.5);
	expect("0001.50", "%07.2f", 1.5);
	expect("1.50   |", "%-7.2f|", 1.5);
	expect("1.00000", "%#g", 1.0);
	expect("1.", "%#.0f", 1.0);
	expect("    inf", "%07f", __builtin_inf());
	expect("-INF", "%G", -__builtin_inf());
	expect("nan", "%f", __builtin_nan(""));
	expect("123456789012345683968.000", "%.3f", 123456789012345678901.0);
	expect("1.5E+300", "%.2G", 1.5e300);
}

// All digits of random doubles of every magnitude, and from their 17 digits the same bits.
static void random_ones(int count)
{
	uint64_t random = 0x2545f4914f6cdd1d;
	char text[64];
	for (int i = 0; i < count; i++) {
		double value = double_of(next_random(&random));
		if (value - value != 0)
			continue;
		snprintf(text, sizeof text, "%.17g", value);
		double back = strtod(text, NULL);
		if (i % 8 == 0)
			printf("%s %.3e %g %.1f\n", text, value, (double)(float)value, value > -1e18 && value < 1e18 ? value : 0.0);
		if (bits_of(back) != bits_of(value)) {
			printf("  %016lx comes back as %016lx\n", bits_of(value), bits_of(back));
			errors++;
		}
	}
}

static void from_text(void)
{
	static const char *const texts[] = {
		"2.2250738585072011e-308", "9007199254740993", "9007199254740992.999999999999999", "9007199254740993.0000000001",
		"2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308",
		"0.000000000000000000000000000000000000001e39", "1e23", "8.5e22", "-12.5e-1x", "+7",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char *end;
		double value = strtod(texts[i], &end);
		printf("%s: %016lx, %d characters\n", texts[i], bits_of(value), (int)(end - texts[i]));
	}
}

// What arithmetic gives at the corners of the format.
static void corners(void)
{
	static volatile double values[] = {0.0, -0.0, 1.0, -1.5, 0x1p-1074, -0x1p-1022, 0x1.fffffffffffffp1023, 3.0, 1e-200, 1e200};
	const int n = sizeof values / sizeof *values;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++) {
			double a = values[i], b = values[j];
			double quotient = a / b;
			printf("%.17g %.17g %.17g %.17g %.17g|", a + b, a - b, a * b,
			       quotient != quotient ? 0.25 : quotient, __builtin_fma(a, b, a));
		}
		printf("\n%.17g %.17g %.9g %d %ld %lu\n", __builtin_sqrt(__builtin_fabs(values[i])), (double)(float)values[i],
		       (double)((float)values[i] / 3.0f), (int)(values[i] > -1e9 && values[i] < 1e9 ? values[i] : 0.0),
		       (int64_t)(values[i] < 1e18 ? values[i] : 1e18), (uint64_t)(values[i] < 1e19 && values[i] >= 0 ? values[i] : 1e19));
	}
}

int main(void)
{
	known();
	random_ones(600);
	from_text();
	corners();
	printf("integers: %d %5d|%-5d|%05d %+d %x %#X %o %#o %lu %ld %hhd %c %s %.2s %*d %%\n", -7, 42, 42, -42, 42, 255u, 255u, 8u, 8u,
	       18446744073709551615ul, (-9223372036854775807l - 1), (signed char)-3, 'c', "text", "text", 6, 6);
	printf("doubles: %d errors\n", errors);
	return errors != 0;
}
