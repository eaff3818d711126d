#include "tui/canary_ask.h"

#include "probes/base/text.h"
#include "probes/report/canary_words.h"
#include "tui/out/connect.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define OPTION "--canary"
#define LINE_CELLS 72

static void say(const struct print_to *to, const char *text)
{
	fprintf(to->errors, "tsllm-top: " OPTION ": %s\n", text);
}

static bool is_yes(const struct print_to *to)
{
	char line[16] = "";

	fputs("tsllm-top: " OPTION ": send it? [y/N] ", to->errors);
	fflush(to->errors);
	return fgets(line, sizeof(line), stdin) && (*line == 'y' || *line == 'Y');
}

static int agree(const struct options *options, const struct print_to *to, const struct canary_choice *choice)
{
	say(to, choice->asks);
	say(to, choice->costs);
	say(to, choice->key);
	if (options->is_agreed)
		return CANARY_AGREED;
	if (!isatty(STDIN_FILENO)) {
		say(to, "nothing was sent: there is no terminal to ask on, and --yes was not given");
		return EX_USAGE;
	}
	if (is_yes(to))
		return CANARY_AGREED;
	say(to, "nothing was sent");
	return STATUS_UNKNOWN;
}

int canary_ask(const struct options *options, const struct settings *settings, const struct print_to *to,
	const struct snapshot *snapshot, struct canary_choice *choice)
{
	const struct canary_request request = { options->canary, options->model,
		options->count ? options->count : 1, settings };
	const struct connect_request connect = { options->canary, NULL, settings };
	char why[600];

	canary_plan_make(snapshot, &request, choice);
	if (choice->result == CANARY_NOT_CONNECTED)
		return connect_print_why_not(to, snapshot, &connect, &choice->connection, OPTION);
	if (choice->result == CANARY_PLANNED)
		return agree(options, to, choice);
	text_set(why, sizeof(why), "%s%s", choice->why, *options->model ? "" : " (--model)");
	say(to, text_has_suffix(choice->why, "name one") ? why : choice->why);
	return EX_USAGE;
}

void canary_ask_progress(const struct print_to *to, const struct snapshot *snapshot,
	const struct canary_plan *plan, bool is_over)
{
	char text[1024] = "polling the engine";

	if (!isatty(fileno(to->errors)))
		return;
	for (size_t i = 0; i < snapshot->canary_count; i++)
		if (strcmp(snapshot->canaries[i].url, plan->sent_to) == 0 &&
			canary_is_running(snapshot->canaries[i].figures.state))
			canary_words_say(text, sizeof(text), &snapshot->canaries[i], snapshot->taken.wall_ms);
	fprintf(to->errors, "\r%-*.*s%s", LINE_CELLS, LINE_CELLS, is_over ? "" : text, is_over ? "\r" : "");
	fflush(to->errors);
}
