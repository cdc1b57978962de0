// SPDX-License-Identifier: Apache-2.0
// A JSON parser (RFC 8259) that builds a tree, and a printer for it.
#include "libc/libc.h"

enum kind { NULL_VALUE, FALSE_VALUE, TRUE_VALUE, NUMBER, STRING, ARRAY, OBJECT };

struct value {
	enum kind kind;
	double number;
	const char *text;               // of a string
	const char *name;               // of a member of an object
	struct value *first, *next;
};

static char arena[1 << 20];
static size_t used;

static void *allocate(size_t size)
{
	void *place = arena + used;
	used += (size + 15) & ~(size_t)15;
	if (used > sizeof arena) {
		printf("json: out of memory\n");
		exit(3);
	}
	return place;
}

struct parser {
	const char *start, *at;
	const char *error;
	int depth;
};

static struct value *parse_value(struct parser *p);

static void skip_space(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')
		p->at++;
}

static void *fail(struct parser *p, const char *what)
{
	if (!p->error)
		p->error = what;
	return NULL;
}

static int hex4(struct parser *p)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		char c = *p->at, lower = (char)(c | 0x20);
		if (c >= '0' && c <= '9')
			value = 16 * value + c - '0';
		else if (lower >= 'a' && lower <= 'f')
			value = 16 * value + lower - 'a' + 10;
		else
			return -1;
		p->at++;
	}
	return value;
}

static char *put_utf8(char *out, int code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	} else {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 0x3f));
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	return out;
}

static const char *parse_string(struct parser *p)
{
	static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	p->at++;
	const char *end = p->at;
	while (*end && *end != '"')
		end += *end == '\\' && end[1] ? 2 : 1;
	char *text = allocate((size_t)(end - p->at) + 1), *out = text;
	for (;;) {
		unsigned char c = (unsigned char)*p->at;
		if (c == '"') {
			p->at++;
			*out = 0;
			return text;
		}
		if (c < 0x20)
			return fail(p, c ? "control character in string" : "string does not end");
		p->at++;
		if (c != '\\') {
			*out++ = (char)c;
			continue;
		}
		c = (unsigned char)*p->at;
		if (c == 'u') {
			p->at++;
			int code = hex4(p);
			if (code >= 0xd800 && code < 0xdc00 && p->at[0] == '\\' && p->at[1] == 'u') {
				p->at += 2;
				int low = hex4(p);
				code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + low - 0xdc00 : -1;
			} else if (code >= 0xd800 && code < 0xe000) {
				code = -1;
			}
			if (code < 0)
				return fail(p, "bad \\u escape");
			out = put_utf8(out, code);
			continue;
		}
		const char *escape = memchr(escapes, c, sizeof escapes - 1);
		if (!escape)
			return fail(p, "unknown escape");
		*out++ = meanings[escape - escapes];
		p->at++;
	}
}

static struct value *parse_members(struct parser *p, struct value *v, char close)
{
	struct value **last = &v->first;
	p->at++;
	skip_space(p);
	if (*p->at == close) {
		p->at++;
		return v;
	}
	if (++p->depth > 64)
		return fail(p, "too deep");
	for (;;) {
		const char *name = NULL;
		skip_space(p);
		if (close == '}') {
			if (*p->at != '"')
				return fail(p, "member name expected");
			name = parse_string(p);
			skip_space(p);
			if (!name || *p->at != ':')
				return fail(p, "colon expected");
			p->at++;
		}
		struct value *member = parse_value(p);
		if (!member)
			return NULL;
		member->name = name;
		*last = member;
		last = &member->next;
		skip_space(p);
		if (*p->at == close) {
			p->at++;
			p->depth--;
			return v;
		}
		if (*p->at != ',')
			return fail(p, "comma expected");
		p->at++;
	}
}

static struct value *parse_value(struct parser *p)
{
	static const char *const words[] = {"null", "false", "true"};
	struct value *v = allocate(sizeof *v);
	memset(v, 0, sizeof *v);
	skip_space(p);
	char c = *p->at;
	if (c == '{' || c == '[') {
		v->kind = c == '{' ? OBJECT : ARRAY;
		return parse_members(p, v, c == '{' ? '}' : ']');
	}
	if (c == '"') {
		v->kind = STRING;
		v->text = parse_string(p);
		return v->text ? v : NULL;
	}
	if (c == '-' || (c >= '0' && c <= '9')) {
		const char *digits = p->at + (c == '-');
		char *end;
		if (*digits == '0' && digits[1] >= '0' && digits[1] <= '9')
			return fail(p, "leading zero");
		v->kind = NUMBER;
		v->number = strtod(p->at, &end);
		if (end == p->at || end[-1] == '.')
			return fail(p, "bad number");
		if (v->number - v->number != 0)
			return fail(p, "number out of range");
		p->at = end;
		return v;
	}
	for (int i = 0; i < 3; i++) {
		size_t length = strlen(words[i]);
		if (strnlen(p->at, length) == length && memcmp(p->at, words[i], length) == 0) {
			v->kind = (enum kind)(NULL_VALUE + i);
			p->at += length;
			return v;
		}
	}
	return fail(p, "value expected");
}

static char printed[1 << 18];
static size_t length;

static void print_string(const char *text)
{
	printed[length++] = '"';
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\') {
			printed[length++] = '\\';
			printed[length++] = (char)c;
		} else if (c < 0x20) {
			length += (size_t)snprintf(printed + length, 8, "\\u%04x", c);
		} else {
			printed[length++] = (char)c;
		}
	}
	printed[length++] = '"';
}

static void print_value(const struct value *v)
{
	static const char *const words[] = {"null", "false", "true"};
	if (v->name) {
		print_string(v->name);
		printed[length++] = ':';
	}
	if (v->kind <= TRUE_VALUE) {
		length += (size_t)snprintf(printed + length, 8, "%s", words[v->kind]);
	} else if (v->kind == NUMBER) {
		length += (size_t)snprintf(printed + length, 32, "%.17g", v->number);
	} else if (v->kind == STRING) {
		print_string(v->text);
	} else {
		printed[length++] = v->kind == OBJECT ? '{' : '[';
		for (const struct value *m = v->first; m; m = m->next) {
			print_value(m);
			if (m->next)
				printed[length++] = ',';
		}
		printed[length++] = v->kind == OBJECT ? '}' : ']';
	}
	printed[length] = 0;
}

// Whether what was printed parses to a tree that prints the same.
static int round_trip(const char *text, int show)
{
	static char first[sizeof printed];
	struct parser p = {text, text, NULL, 0};
	used = 0;
	struct value *v = parse_value(&p);
	skip_space(&p);
	if (v && *p.at)
		v = fail(&p, "more behind the value");
	if (!v) {
		printf("error at %ld: %s\n", (long)(p.at - p.start), p.error);
		return 0;
	}
	length = 0;
	print_value(v);
	if (show)
		printf("%s\n", printed);
	memcpy(first, printed, length + 1);
	size_t first_length = length;
	p = (struct parser) {first, first, NULL, 0};
	used = 0;
	v = parse_value(&p);
	length = 0;
	if (v)
		print_value(v);
	return v && length == first_length && memcmp(first, printed, length) == 0;
}

int main(void)
{
	static char large[1 << 17];
	static const char *const good[] = {
		"{\"name\":\"Spelunk\",\"list\":[1,2.5,-3e10,1e-7,0.1,123456789012345678],\"none\":null,\"yes\":true,\"no\":false}",
		" [ ] ", "{}", "\"\\u00e9\\ud83d\\ude00\\n\\t\\\"\\\\ \\/\"", "[[[[[{\"a\":{\"b\":[{}]}}]]]]]",
		"[1.7976931348623157e308,4.9e-324,2.2250738585072011e-308,-0.0,9007199254740993]",
	};
	static const char *const bad[] = {
		"", "[1,2", "{\"a\" 1}", "[1,]", "\"abc", "\"\\x\"", "tru", "01", "{1:2}", "[1] 2", "\"\\ud83dx\"", "1.", "\"\t\"", "[1e400]",
	};
	int wrong = 0;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		wrong += !round_trip(good[i], 1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		wrong += round_trip(bad[i], 1);

	uint64_t random = 2463534242;
	size_t at = 0;
	large[at++] = '[';
	for (int i = 0; i < 400; i++) {
		double number = (double)(int64_t)next_random(&random) * 0x1p-40;
		at += (size_t)snprintf(large + at, sizeof large - at, "%s{\"id\":%d,\"value\":%.10g,\"small\":%.3e,\"tags\":[\"%lx\",%s]}",
				       i ? ",\n  " : "", i, number, number * 1e-30, next_random(&random), i % 3 ? "true" : "null");
	}
	large[at++] = ']';
	large[at] = 0;
	wrong += !round_trip(large, 0);
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)printed[i]) * 1099511628211u;
	printf("large: %lu bytes read, %lu printed, hash %016lx; %d wrong\n", at, length, hash, wrong);
	return wrong != 0;
}
