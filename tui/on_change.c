/* A child gets this program's environment without the variables that hold API keys, and the alert's. What it
 * prints goes to the log. */
#include "tui/on_change.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/run.h"
#include "probes/report/alert_variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX 65536 /* bytes of one child */
#define LINE_MAX_BYTES 512

extern char **environ;

struct child {
	struct on_change *owner;
	struct run *run; /* NULL: this place is free */
	char line[LINE_MAX_BYTES + 1];
	size_t length;
};

struct on_change {
	struct uv_loop_s *loop;
	const struct settings *settings;
	const char **argv;
	long deadline_ms;
	struct child children[ON_CHANGE_CHILDREN];
	VEC(struct strings) waiting; /* environments, the oldest first */
	struct fault trouble;
};

/* ---- the environment ---- */

static bool is_name_of(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return length && strncmp(variable, name, length) == 0 && variable[length] == '=';
}

static bool is_value_of(const char *variable, const char *name)
{
	const char *key = *name ? getenv(name) : NULL, *value = strchr(variable, '=');

	return key && *key && value && strcmp(value + 1, key) == 0;
}

/* A variable that holds a key, whatever its name is, or one of ours from somewhere else. */
static bool is_left_out(const struct settings *settings, const char *variable)
{
	for (size_t i = 0; i < settings->pins.count; i++) {
		const char *key_env = settings->pins.items[i].key_env;

		if (is_name_of(variable, key_env) || is_value_of(variable, key_env))
			return true;
	}
	return text_has_prefix(variable, ALERT_PREFIX);
}

static void add_variable(void *data, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char *variable = mem_alloc(size);

	text_set(variable, size, "%s=%s", name, value);
	strings_add(data, variable);
	free(variable);
}

/* ---- children ---- */

static void flush_line(struct child *child)
{
	if (child->length)
		log_line("on-change: %.*s", (int)child->length, child->line);
	child->length = 0;
}

static void log_bytes(struct child *child, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n' || child->length == LINE_MAX_BYTES)
			flush_line(child);
		if (bytes[i] != '\n')
			child->line[child->length++] = bytes[i];
	}
}

static int on_output(void *data, const char *bytes, size_t length)
{
	log_bytes(data, bytes, length);
	return 0;
}

static void start_next(struct on_change *on_change);

static void say_how_it_ended(struct on_change *on_change, const struct run_result *result)
{
	const char *command = on_change->argv[0];
	struct fault *trouble = &on_change->trouble;

	trouble->text[0] = '\0';
	if (!result->is_started)
		fault_say(trouble, "on-change: cannot run '%s': %s", command, strerror(result->error));
	else if (result->timed_out)
		fault_say(trouble, "on-change: '%s' was killed: it ran longer than %ld s", command,
			on_change->deadline_ms / 1000);
	else if (result->too_big)
		fault_say(trouble, "on-change: '%s' was killed: it printed more than %d kB", command,
			OUTPUT_MAX / 1024);
	else if (result->exit_status)
		log_line("on-change: '%s' ended with status %d", command, result->exit_status);
	if (*trouble->text)
		log_line("%s", trouble->text);
}

static void on_done(void *data, const struct run_result *result)
{
	struct child *child = data;

	child->run = NULL;
	flush_line(child);
	log_bytes(child, result->stderr_text, strlen(result->stderr_text));
	flush_line(child);
	say_how_it_ended(child->owner, result);
	start_next(child->owner);
}

static struct child *free_place(struct on_change *on_change)
{
	for (size_t i = 0; i < ARRAY_LEN(on_change->children); i++)
		if (!on_change->children[i].run)
			return &on_change->children[i];
	return NULL;
}

/* The oldest one that waits; the caller frees it. */
static struct strings take_waiting(struct on_change *on_change)
{
	struct strings first = on_change->waiting.items[0];

	on_change->waiting.count--;
	memmove(on_change->waiting.items, on_change->waiting.items + 1,
		on_change->waiting.count * sizeof(first));
	return first;
}

static void start_next(struct on_change *on_change)
{
	struct child *child = free_place(on_change);
	struct strings variables;
	const char **environment;

	if (!child || !on_change->waiting.count)
		return;
	variables = take_waiting(on_change);
	environment = mem_alloc((variables.count + 1) * sizeof(*environment));
	for (size_t i = 0; i < variables.count; i++)
		environment[i] = variables.items[i];
	child->length = 0;
	child->run = run_start_in(on_change->loop,
		(struct run_command){ .argv = on_change->argv, .environment = environment },
		on_change->deadline_ms, OUTPUT_MAX, on_output, on_done, child);
	free((void *)environment);
	strings_fini(&variables);
}

/* ---- alerts ---- */

/* Whether it is an executable file in a directory of PATH. */
static bool is_in_path(const char *name)
{
	const char *at = getenv("PATH");
	char path[4096];

	while (at && *at) {
		size_t length = strcspn(at, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, at, name);
		if (access(path, X_OK) == 0)
			return true;
		at += length + (at[length] == ':');
	}
	return false;
}

int on_change_check(const struct settings *settings, struct fault *fault)
{
	const char *command = settings->on_change.count ? settings->on_change.items[0] : NULL;

	if (!command)
		return 0;
	if (strchr(command, '/') ? access(command, X_OK) == 0 : is_in_path(command))
		return 0;
	fault_say(fault, "on-change: cannot run '%s': %s", command,
		strchr(command, '/') ? strerror(errno) : "there is no such command in PATH");
	return -1;
}

struct on_change *on_change_new(struct uv_loop_s *loop, const struct settings *settings, long deadline_ms)
{
	struct on_change *on_change = mem_alloc(sizeof(*on_change));
	size_t count = settings->on_change.count;

	on_change->loop = loop;
	on_change->settings = settings;
	on_change->deadline_ms = deadline_ms;
	on_change->argv = mem_alloc((count + 1) * sizeof(*on_change->argv));
	for (size_t i = 0; i < count; i++)
		on_change->argv[i] = settings->on_change.items[i];
	for (size_t i = 0; i < ARRAY_LEN(on_change->children); i++)
		on_change->children[i].owner = on_change;
	return on_change;
}

void on_change_free(struct on_change *on_change)
{
	if (!on_change)
		return;
	for (size_t i = 0; i < ARRAY_LEN(on_change->children); i++)
		run_cancel(on_change->children[i].run);
	while (on_change->waiting.count) {
		struct strings variables = take_waiting(on_change);

		strings_fini(&variables);
	}
	free(on_change->waiting.items);
	free((void *)on_change->argv);
	free(on_change);
}

const char *on_change_trouble(const struct on_change *on_change)
{
	return on_change->trouble.text;
}

void on_change_run(struct on_change *on_change, const struct alert *alert, const char *host, int64_t now)
{
	struct strings *variables;

	if (on_change->waiting.count == ON_CHANGE_WAITING) {
		struct strings oldest = take_waiting(on_change);

		log_line("on-change: too many alerts wait, the oldest is dropped");
		strings_fini(&oldest);
	}
	variables = VEC_PUSH(&on_change->waiting);
	for (char **variable = environ; *variable; variable++)
		if (!is_left_out(on_change->settings, *variable))
			strings_add(variables, *variable);
	alert_variables(alert, host, now, add_variable, variables);
	start_next(on_change);
}
