/* The key hider: a key of the first line is nowhere in what follows, plain or escaped.
 *
 * It is put there once more in each way of writing it. A short key, which is hidden as a word alone, and one
 * that every manual prints are left out. */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"
#include "probes/io/secret.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 64

enum manner { PLAIN, URL, JSON, JSON_SLASHES, HTML, HTML_HEX, MANNERS };

static void write_letter(char *to, size_t size, unsigned char c, enum manner manner)
{
	switch (manner) {
	case URL:
		snprintf(to, size, "%%%02X", c);
		break;
	case JSON:
		snprintf(to, size, "\\u%04x", c);
		break;
	case JSON_SLASHES:
		snprintf(to, size, isalnum(c) ? "%c" : "\\%c", c);
		break;
	case HTML:
		snprintf(to, size, "&#%d;", c);
		break;
	case HTML_HEX:
		snprintf(to, size, "&#x%x;", (unsigned)c);
		break;
	case PLAIN:
	case MANNERS:
		snprintf(to, size, "%c", c);
	}
}

static void write_key(struct bytes *to, const char *key, enum manner manner)
{
	for (const unsigned char *c = (const unsigned char *)key; *c; c++) {
		char written[16];

		write_letter(written, sizeof(written), *c, manner);
		bytes_add(to, written, strlen(written));
	}
}

/* What every manual prints, and what is short, is no secret. */
static bool is_usable(const char *key)
{
	return secret_is_plain(key) && !strpbrk(key, "* ");
}

static void hide(const char *text, size_t length, const char *key, const char *written)
{
	struct bytes bytes = { NULL, 0, 0 };
	char *copy;

	bytes_add(&bytes, text, length);
	bytes_add(&bytes, " ", 1);
	bytes_add(&bytes, written, strlen(written));
	bytes_add(&bytes, " .", 2);
	copy = malloc(bytes.length);
	check(copy, "there is memory");
	memcpy(copy, bytes.text, bytes.length);
	secret_hide(copy, bytes.length, key);
	memcpy(bytes.text, copy, bytes.length);
	free(copy);
	check(!memmem(bytes.text, bytes.length, key, strlen(key)), "no key is left");
	for (size_t i = length + 1; i < bytes.length - 2; i++)
		check(bytes.text[i] == '*', "no escaped key is left");
	free(bytes.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = memchr(data, '\n', size);
	size_t length = newline ? (size_t)(newline - data) : 0;
	char *key;

	if (!length || length > KEY_MAX)
		return 0;
	key = fuzz_copy(data, length);
	for (enum manner manner = PLAIN; manner < MANNERS && strlen(key) == length && is_usable(key);
		manner++) {
		struct bytes written = { NULL, 0, 0 };

		write_key(&written, key, manner);
		hide((const char *)newline + 1, size - length - 1, key, written.text);
		free(written.text);
	}
	free(key);
	return 0;
}
