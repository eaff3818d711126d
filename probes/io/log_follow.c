#include "probes/io/log_follow.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/log_file.h"
#include "probes/io/run.h"
#include "probes/io/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 250      /* between two looks at a file */
#define COMMAND_MS 10000 /* for a command that does not go on */
#define WORDS_MAX 16

struct log_follow {
	struct uv_loop_s *loop;
	struct log_reader reader;
	bool follows;
	struct strings argv;
	struct timer *timer;   /* of a file, and for what is said in the next turn of the loop */
	struct log_file *file; /* NULL: it is a command */
	struct run *run;
	char id[80]; /* of the container, as it was printed */
	struct fault fault;
};

/* ---- a file ---- */

static void look(void *data)
{
	struct log_follow *log_follow = data;
	const struct log_reader reader = log_follow->reader;

	if (!log_follow->file) {
		reader.ended(reader.data, log_follow->fault.text);
		return;
	}
	timer_start(log_follow->timer, LOOK_MS);
	log_file_read(log_follow->file, reader.bytes, reader.data);
	if (!log_follow->follows)
		reader.ended(reader.data, "");
}

/* ---- a command ---- */

static int take_bytes(void *data, const char *bytes, size_t length)
{
	const struct log_follow *log_follow = data;

	log_follow->reader.bytes(log_follow->reader.data, bytes, length);
	return 0;
}

static void command_done(void *data, const struct run_result *result)
{
	struct log_follow *log_follow = data;
	const struct log_reader reader = log_follow->reader;
	struct fault fault = { "" };

	log_follow->run = NULL;
	if (!result->is_started)
		fault_say(&fault, "cannot run %s: %s", log_follow->argv.items[0], strerror(result->error));
	else if (result->timed_out)
		fault_say(&fault, "%s did not end within %d seconds", log_follow->argv.items[0],
			COMMAND_MS / 1000);
	else if (result->exit_status)
		fault_say(&fault, "%s ended with status %d", log_follow->argv.items[0], result->exit_status);
	reader.ended(reader.data, fault.text);
}

static void start_command(struct log_follow *log_follow)
{
	const char *argv[WORDS_MAX + 3];
	size_t count = 0;

	for (size_t i = 0; i < log_follow->argv.count && i < WORDS_MAX; i++) {
		if (i == LOG_FOLLOW_AT && log_follow->follows)
			argv[count++] = LOG_FOLLOW;
		argv[count++] = log_follow->argv.items[i];
	}
	argv[count] = NULL;
	log_follow->run =
		run_start_in(log_follow->loop, (struct run_command){ .argv = argv, .joins_errors = true },
			log_follow->follows ? RUN_NO_DEADLINE : COMMAND_MS, RUN_NO_CAP, take_bytes,
			command_done, log_follow);
}

/* ---- a command whose container is asked for first ---- */

static int take_id(void *data, const char *bytes, size_t length)
{
	struct log_follow *log_follow = data;

	text_add(log_follow->id, sizeof(log_follow->id), "%.*s", (int)length, bytes);
	return 0;
}

static void id_done(void *data, const struct run_result *result)
{
	struct log_follow *log_follow = data;
	const struct log_reader reader = log_follow->reader;
	struct fault fault = { "it is not known which container has that port" };

	log_follow->run = NULL;
	log_follow->id[strspn(log_follow->id, "0123456789abcdef")] = '\0';
	if (result->is_started && *log_follow->id) {
		strings_add(&log_follow->argv, log_follow->id);
		start_command(log_follow);
		return;
	}
	if (!result->is_started)
		fault_say(&fault, "cannot run docker: %s", strerror(result->error));
	else if (result->exit_status)
		fault_say(&fault, "docker ended with status %d", result->exit_status);
	reader.ended(reader.data, fault.text);
}

static void ask_for_id(struct log_follow *log_follow, const struct strings *ask)
{
	const char *argv[WORDS_MAX + 1];
	size_t count = 0;

	for (; count < ask->count && count < WORDS_MAX; count++)
		argv[count] = ask->items[count];
	argv[count] = NULL;
	log_follow->run = run_start(log_follow->loop, argv, COMMAND_MS, 4096, take_id, id_done, log_follow);
}

struct log_follow *log_follow_new(
	struct uv_loop_s *loop, const struct log_place *place, bool follows, const struct log_reader *reader)
{
	struct log_follow *log_follow = mem_alloc(sizeof(*log_follow));

	*log_follow = (struct log_follow){ .loop = loop, .reader = *reader, .follows = follows };
	log_follow->timer = timer_new(loop, look, log_follow);
	for (size_t i = 0; i < place->argv.count; i++)
		strings_add(&log_follow->argv, place->argv.items[i]);
	if (place->ask.count) {
		ask_for_id(log_follow, &place->ask);
	} else if (place->argv.count) {
		start_command(log_follow);
	} else {
		log_follow->file = log_file_open(place->path, LOG_LINES);
		if (!log_follow->file)
			fault_say(&log_follow->fault, "cannot read %s: %s", place->path, strerror(errno));
		timer_start(log_follow->timer, 0);
	}
	return log_follow;
}

void log_follow_free(struct log_follow *log_follow)
{
	if (!log_follow)
		return;
	timer_free(log_follow->timer);
	run_cancel(log_follow->run);
	log_file_free(log_follow->file);
	strings_fini(&log_follow->argv);
	free(log_follow);
}
