// SPDX-License-Identifier: Apache-2.0
// Formatted output. Numbers come from exact decimal digits, so every precision is right.
#include "libc.h"

struct sink {
	char *out;
	size_t size, length;
};

struct spec {
	int left, plus, space, alternate, zero, width, precision;
	char conversion;
};

static void put(struct sink *s, char c)
{
	if (s->length + 1 < s->size)
		s->out[s->length] = c;
	s->length++;
}

static void put_times(struct sink *s, char c, int times)
{
	while (times-- > 0)
		put(s, c);
}

// Sign or prefix, zeros, body, padded to the width.
static void put_field(struct sink *s, const struct spec *f, const char *prefix, int zeros, const char *body, int length)
{
	int prefix_length = (int)strlen(prefix);
	int room = f->width - prefix_length - zeros - length;
	if (room > 0 && f->zero && !f->left) {
		zeros += room;
		room = 0;
	}
	if (!f->left)
		put_times(s, ' ', room);
	for (int i = 0; i < prefix_length; i++)
		put(s, prefix[i]);
	put_times(s, '0', zeros);
	for (int i = 0; i < length; i++)
		put(s, body[i]);
	if (f->left)
		put_times(s, ' ', room);
}

static const char *sign_of(const struct spec *f, int negative)
{
	return negative ? "-" : f->plus ? "+" : f->space ? " " : "";
}

static void put_integer(struct sink *s, struct spec *f, uint64_t magnitude, int negative)
{
	char body[24];
	int length = 0, at = sizeof body;
	unsigned base = f->conversion == 'o' ? 8 : f->conversion == 'x' || f->conversion == 'X' ? 16 : 10;
	const char *digits = f->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = "";
	if (f->conversion == 'd' || f->conversion == 'i')
		prefix = sign_of(f, negative);
	else if (f->alternate && base == 16 && magnitude)
		prefix = f->conversion == 'X' ? "0X" : "0x";
	for (uint64_t rest = magnitude; rest; rest /= base) {
		body[--at] = digits[rest % base];
		length++;
	}
	int least = f->precision < 0 ? 1 : f->precision;
	if (base == 8 && f->alternate && least <= length)
		least = length + 1;
	if (f->precision >= 0)
		f->zero = 0;
	put_field(s, f, prefix, least > length ? least - length : 0, body + at, length);
}

#define TEXT_SIZE 1600

static int digit_at(const struct decimal *d, int i)
{
	return i >= 0 && i < d->count ? d->digits[i] : 0;
}

static int fixed(char *text, struct decimal *d, int precision, int alternate)
{
	int length = 0;
	decimal_round(d, d->point + precision);
	int point = d->count ? d->point : 0;
	if (point <= 0)
		text[length++] = '0';
	for (int i = 0; i < point; i++)
		text[length++] = (char)('0' + digit_at(d, i));
	if (precision || alternate)
		text[length++] = '.';
	for (int i = 0; i < precision; i++)
		text[length++] = (char)('0' + digit_at(d, point + i));
	return length;
}

static int exponential(char *text, struct decimal *d, int precision, int alternate, char letter)
{
	int length = 0;
	decimal_round(d, 1 + precision);
	int exponent = d->count ? d->point - 1 : 0;
	text[length++] = (char)('0' + digit_at(d, 0));
	if (precision || alternate)
		text[length++] = '.';
	for (int i = 1; i <= precision; i++)
		text[length++] = (char)('0' + digit_at(d, i));
	text[length++] = letter;
	text[length++] = exponent < 0 ? '-' : '+';
	int magnitude = exponent < 0 ? -exponent : exponent;
	if (magnitude >= 100)
		text[length++] = (char)('0' + magnitude / 100);
	text[length++] = (char)('0' + magnitude / 10 % 10);
	text[length++] = (char)('0' + magnitude % 10);
	return length;
}

static int general(char *text, struct decimal *d, int precision, int alternate, char letter)
{
	if (precision == 0)
		precision = 1;
	decimal_round(d, precision);
	int exponent = d->count ? d->point - 1 : 0;
	int digits = alternate ? precision : d->count ? d->count : 1;
	if (exponent < -4 || exponent >= precision)
		return exponential(text, d, digits - 1, alternate, letter);
	int places = digits - 1 - exponent;
	return fixed(text, d, places > 0 ? places : 0, alternate);
}

static void put_double(struct sink *s, struct spec *f, double value)
{
	static struct decimal d;
	static char text[TEXT_SIZE];
	int upper = f->conversion < 'a';
	char conversion = (char)(f->conversion | 0x20);
	const char *sign = sign_of(f, (int)(bits_of(value) >> 63));
	int precision = f->precision < 0 ? 6 : f->precision;
	if (precision > TEXT_SIZE - 400)
		precision = TEXT_SIZE - 400;
	if (value != value || value - value != 0) {
		f->zero = 0;
		put_field(s, f, sign, 0, value != value ? upper ? "NAN" : "nan" : upper ? "INF" : "inf", 3);
		return;
	}
	decimal_of(&d, value);
	int length;
	if (conversion == 'f')
		length = fixed(text, &d, precision, f->alternate);
	else if (conversion == 'e')
		length = exponential(text, &d, precision, f->alternate, f->conversion);
	else
		length = general(text, &d, precision, f->alternate, (char)(f->conversion - 2));
	put_field(s, f, sign, 0, text, length);
}

static int number(const char **format, va_list *arguments)
{
	if (**format == '*') {
		(*format)++;
		return va_arg(*arguments, int);
	}
	int value = 0;
	for (; **format >= '0' && **format <= '9'; (*format)++)
		value = 10 * value + **format - '0';
	return value;
}

static const char *parse(const char *at, struct spec *f, int *size, va_list *arguments)
{
	*f = (struct spec) {.precision = -1};
	for (;; at++) {
		if (*at == '-')
			f->left = 1;
		else if (*at == '+')
			f->plus = 1;
		else if (*at == ' ')
			f->space = 1;
		else if (*at == '#')
			f->alternate = 1;
		else if (*at == '0')
			f->zero = 1;
		else
			break;
	}
	f->width = number(&at, arguments);
	if (f->width < 0) {
		f->left = 1;
		f->width = -f->width;
	}
	if (*at == '.') {
		at++;
		f->precision = number(&at, arguments);
	}
	// 0 is int, 1 and 2 are 64 bits, -1 short, -2 char.
	*size = 0;
	for (; *at == 'l' || *at == 'z' || *at == 'h'; at++)
		*size += *at == 'h' ? -1 : 1;
	f->conversion = *at;
	return at;
}

static void convert(struct sink *s, struct spec *f, int size, va_list *arguments)
{
	switch (f->conversion) {
	case 'd': case 'i': {
		int64_t value = size > 0 ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
		value = size == -1 ? (int16_t)value : size == -2 ? (int8_t)value : value;
		put_integer(s, f, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0);
		break;
	}
	case 'u': case 'x': case 'X': case 'o': {
		uint64_t value = size > 0 ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);
		put_integer(s, f, size == -1 ? (uint16_t)value : size == -2 ? (uint8_t)value : value, 0);
		break;
	}
	case 'c': {
		char c = (char)va_arg(*arguments, int);
		f->zero = 0;
		put_field(s, f, "", 0, &c, 1);
		break;
	}
	case 's': {
		const char *text = va_arg(*arguments, const char *);
		size_t length = f->precision < 0 ? strlen(text) : strnlen(text, (size_t)f->precision);
		f->zero = 0;
		put_field(s, f, "", 0, text, (int)length);
		break;
	}
	case 'f': case 'F': case 'e': case 'E': case 'g': case 'G':
		put_double(s, f, va_arg(*arguments, double));
		break;
	default:
		put(s, f->conversion);
	}
}

int vsnprintf(char *out, size_t size, const char *format, va_list list)
{
	struct sink s = {out, size, 0};
	va_list arguments;
	va_copy(arguments, list);
	for (; *format; format++) {
		if (*format != '%') {
			put(&s, *format);
			continue;
		}
		struct spec f;
		int length;
		format = parse(format + 1, &f, &length, &arguments);
		convert(&s, &f, length, &arguments);
	}
	va_end(arguments);
	if (size)
		out[s.length < size ? s.length : size - 1] = 0;
	return (int)s.length;
}

int snprintf(char *out, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(out, size, format, arguments);
	va_end(arguments);
	return length;
}

int printf(const char *format, ...)
{
	static char line[4096];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	write_bytes(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
	return length;
}
