// SPDX-License-Identifier: Apache-2.0
struct node { struct node *next; long key; double value[4]; };

static long gcd(long a, long b) { return b ? gcd(b, a % b) : a; }

double sum(const struct node *list, int n)
{
	double total = 0;
	for (; list; list = list->next)
		for (int i = 0; i < 4; i++)
			total += list->value[i] * n / (list->key | 1);
	return total;
}

void sort(int *v, int n)
{
	for (int i = 1; i < n; i++) {
		int x = v[i], j = i - 1;
		for (; j >= 0 && v[j] > x; j--)
			v[j + 1] = v[j];
		v[j + 1] = x;
	}
}

int parse(const char *s, long *out)
{
	long value = 0, sign = 1;
	switch (*s) {
	case '-': sign = -1; /* fall through */
	case '+': s++;
	}
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		value = value * 10 + *s - '0';
	}
	*out = gcd(sign * value, 3628800);
	return 0;
}

void transpose(float (*restrict a)[64], float (*restrict b)[64])
{
	for (int i = 0; i < 64; i++)
		for (int j = 0; j < 64; j++)
			a[i][j] = b[j][i] * 1.5f + (float) gcd(i, j);
}
