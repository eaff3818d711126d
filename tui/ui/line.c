/* Editing one line, with the keys of a shell. Characters are whole: no key stops inside one, and one that
 * does not fit is not inserted. */
#include "tui/ui/line.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/canvas.h"
#include "tui/term/keys.h"

#include <stdint.h>
#include <string.h>

static size_t before(const char *text, size_t at)
{
	if (at)
		at--;
	while (at && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t after(const char *text, size_t at)
{
	const char *next = text + at;

	text_next(&next);
	return (size_t)(next - text);
}

static size_t first(const char *text, size_t at)
{
	(void)text, (void)at;
	return 0;
}

static size_t last(const char *text, size_t at)
{
	return at + strlen(text + at);
}

/* The start of the word before. */
static size_t word_before(const char *text, size_t at)
{
	while (at && text[at - 1] == ' ')
		at--;
	while (at && text[at - 1] != ' ')
		at--;
	return at;
}

/* Where a key leads to; it moves there, or deletes what lies between. */
static const struct {
	int key;
	size_t (*where)(const char *text, size_t at);
	bool deletes;
} moves[] = {
	{ PRESS_LEFT, before, false },
	{ PRESS_RIGHT, after, false },
	{ PRESS_HOME, first, false },
	{ PRESS_CTRL_A, first, false },
	{ PRESS_END, last, false },
	{ PRESS_CTRL_E, last, false },
	{ PRESS_BACKSPACE, before, true },
	{ PRESS_DELETE, after, true },
	{ PRESS_CTRL_W, word_before, true },
	{ PRESS_CTRL_U, first, true },
};

static bool insert(char *text, size_t size, size_t *at, int key)
{
	char bytes[8] = "";
	size_t length, used = strlen(text);

	if (!text_is_shown((uint32_t)key) || text_cells_of((uint32_t)key) <= 0)
		return false;
	utf8_put(bytes, sizeof(bytes), (uint32_t)key);
	length = strlen(bytes);
	if (used + length + 1 > size)
		return false;
	memmove(text + *at + length, text + *at, used - *at + 1);
	memcpy(text + *at, bytes, length);
	*at += length;
	return true;
}

bool line_key(char *text, size_t size, size_t *at, int key)
{
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		size_t to, low, high;

		if (moves[i].key != key)
			continue;
		to = moves[i].where(text, *at);
		low = to < *at ? to : *at;
		high = to < *at ? *at : to;
		if (low == high)
			return false;
		if (moves[i].deletes)
			memmove(text + low, text + high, strlen(text + high) + 1);
		*at = moves[i].deletes ? low : to;
		return true;
	}
	return insert(text, size, at, key);
}
