/* Inputs of the fuzz targets: exact copies, files, sections. */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

char *fuzz_copy(const void *bytes, size_t length)
{
	char *copy = malloc(length + 1);

	check(copy, "there is memory");
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

const char *fuzz_file(const void *bytes, size_t length)
{
	static char path[64];
	static int file = -1;

	if (file < 0)
		file = memfd_create("fuzz", MFD_CLOEXEC);
	check(file >= 0 && fchmod(file, 0600) == 0 && ftruncate(file, 0) == 0 &&
			pwrite(file, bytes, length, 0) == (ssize_t)length,
		"there is a file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return path;
}

/* ---- sections ---- */

static const char mark[] = "@@ ";

static bool is_mark(const char *at, size_t left)
{
	return left >= sizeof(mark) - 1 && memcmp(at, mark, sizeof(mark) - 1) == 0;
}

/* Bytes of the line at the front, its newline included. */
static size_t line_length(const char *at, size_t left)
{
	const char *end = memchr(at, '\n', left);

	return end ? (size_t)(end - at) + 1 : left;
}

bool fuzz_section(struct section *section, const char **at, size_t *left)
{
	size_t head = is_mark(*at, *left) ? line_length(*at, *left) : 0, end = head;

	if (!*left)
		return false;
	while (end < *left && !is_mark(*at + end, *left - end))
		end += line_length(*at + end, *left - end);
	section->words = head ? *at + sizeof(mark) - 1 : *at;
	section->words_length = head ? head - (sizeof(mark) - 1) : 0;
	if (section->words_length && section->words[section->words_length - 1] == '\n')
		section->words_length--;
	section->body = *at + head;
	section->length = end - head;
	*at += end;
	*left -= end;
	return true;
}
