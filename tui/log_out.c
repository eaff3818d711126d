#include "tui/log_out.h"

#include "probes/report/diagnose.h"
#include "tui/loop.h"
#include "tui/server_log.h"

#include <stdio.h>

struct log_out {
	struct uv_loop_s *loop;
	struct server_log *server_log;
	size_t printed; /* lines, counted from the first that ever came */
};

static void print_line(const struct log_line *line)
{
	puts(line->text);
	if (line->is_said)
		printf("  = %s%s%s\n", line->sign->text, *line->sign->fix ? ": " : "", line->sign->fix);
}

/* Lines that were dropped before they could be printed are counted. */
static void print_new(struct log_out *log_out)
{
	const struct log_lines *log_lines = &server_log_text(log_out->server_log)->lines;
	size_t total = log_lines->dropped + log_lines->lines.count;

	if (log_out->printed < log_lines->dropped) {
		printf("[%zu lines left out]\n", log_lines->dropped - log_out->printed);
		log_out->printed = log_lines->dropped;
	}
	for (; log_out->printed < total; log_out->printed++)
		print_line(&log_lines->lines.items[log_out->printed - log_lines->dropped]);
}

static void say(const struct log_text *text)
{
	if (*text->why)
		fprintf(stderr, "tsllm-top: --server-log: %s\n", text->why);
	if (*text->run)
		fprintf(stderr, "run%s%s: %s\n", *text->run_on ? " on " : "", text->run_on, text->run);
	if (*text->hint)
		fprintf(stderr, "hint: %s\n", text->hint);
}

static void changed(void *data)
{
	struct log_out *log_out = data;

	print_new(log_out);
	if (server_log_has_ended(log_out->server_log) || fflush(stdout) != 0 || ferror(stdout))
		loop_stop(log_out->loop);
}

static const struct endpoint *find(const struct snapshot *snapshot, const char *url)
{
	struct diagnosis_target found;
	bool is_found = snapshot && diagnose_find(snapshot, url, &found) && found.endpoint >= 0;

	return is_found ? &snapshot->endpoints[found.endpoint] : NULL;
}

int log_out_run(struct uv_loop_s *loop, const struct options *options, const struct settings *settings,
	const struct snapshot *snapshot)
{
	struct log_out log_out = { .loop = loop };
	const struct log_wish wish = { .loop = loop,
		.settings = settings,
		.follows = options->follows,
		.changed = changed,
		.data = &log_out };
	const struct endpoint *endpoint = find(snapshot, options->server_log);
	const struct log_text *text;
	bool is_read;

	if (!endpoint) {
		fprintf(stderr, "tsllm-top: --server-log: that server is not known here\n");
		return STATUS_UNKNOWN;
	}
	log_out.server_log = server_log_open(&wish, snapshot, endpoint);
	text = server_log_text(log_out.server_log);
	if (*text->what)
		fprintf(stderr, "tsllm-top: %s\n", text->what);
	is_read = !server_log_has_ended(log_out.server_log);
	if (is_read)
		loop_run(loop);
	say(text);
	is_read = is_read && !*text->run;
	server_log_free(log_out.server_log);
	return is_read ? 0 : STATUS_UNKNOWN;
}
