/* A server's log, whole and in pieces: the first byte is their size. The same bytes as the text of /proc/PID/cgroup. */
#include "tests/fuzz/fuzz.h"

#include "probes/io/cgroup.h"
#include "probes/report/log_lines.h"
#include "probes/report/log_secrets.h"

#include <stdlib.h>
#include <string.h>

static void feed(struct log_lines *log_lines, const char *bytes, size_t size, size_t piece)
{
	for (size_t at = 0, length; at < size; at += length) {
		char *copy;

		length = size - at < piece ? size - at : piece;
		copy = fuzz_copy(bytes + at, length);
		log_lines_add(log_lines, copy, length);
		free(copy);
	}
	log_lines_end(log_lines);
}

static void check_line(const struct log_line *line)
{
	char *again = mem_copy(line->text);

	check_text(line->text, LOG_LINE_BYTES - 1);
	check(!line->is_said || line->sign, "only a known error is explained");
	log_secrets_hide(again);
	check(strlen(again) == strlen(line->text), "hiding keeps the length");
	free(again);
}

static void check_group(const char *bytes, size_t size)
{
	char *text = fuzz_copy(bytes, size);
	struct cgroup cgroup;

	cgroup_parse(text, &cgroup);
	check((cgroup.kind == CGROUP_NONE) == !*cgroup.name, "a unit and a container have names");
	check(!strpbrk(cgroup.name, "/\n"), "a name is one part of a path");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_lines whole = { .dropped = 0 }, pieces = { .dropped = 0 };

	if (!size)
		return 0;
	feed(&whole, (const char *)data + 1, size - 1, size);
	feed(&pieces, (const char *)data + 1, size - 1, data[0] ? data[0] : 1);
	check(whole.lines.count == pieces.lines.count, "pieces are the same lines");
	for (size_t i = 0; i < whole.lines.count; i++) {
		check_line(&whole.lines.items[i]);
		check(strcmp(whole.lines.items[i].text, pieces.lines.items[i].text) == 0,
			"with the same text");
	}
	check_group((const char *)data + 1, size - 1);
	log_lines_fini(&whole);
	log_lines_fini(&pieces);
	return 0;
}
