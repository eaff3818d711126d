/* A table of options that exclude each other. The first violated row is reported. */
#include "tui/options_check.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/complain.h"
#include "tui/views/views.h"

#include <sysexits.h>

#define CLIENTS_MAX 512 /* bytes of all their names */

struct option_rule {
	bool is_wrong;
	const char *option, *why;
};

static int say_first(const struct option_rule *rules, size_t count, FILE *errors)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].is_wrong)
			return complain_about(errors, rules[i].option, rules[i].why);
	return 0;
}

static int check_audit(const struct options *options, FILE *errors)
{
	const struct output *output = options->output;
	bool is_audit = options->is_audit;
	enum output_use use = options->is_doctor ? OUTPUT_REPORT : OUTPUT_AUDIT;
	char names[OUTPUTS_NAMES_MAX], only[OUTPUTS_NAMES_MAX + 32];
	const struct option_rule rules[] = {
		{ is_audit && (options->pick || options->is_watch || *options->listen), "--audit",
			"not together with --pick, --watch or --listen" },
		{ is_audit && output && !outputs_can(output, use), "--format", only },
	};

	snprintf(only, sizeof(only), "--audit prints %s only",
		outputs_names(names, sizeof(names), use, ", "));
	return say_first(rules, ARRAY_LEN(rules), errors);
}

static int check_connect(const struct options *options, FILE *errors)
{
	bool is_connect = options->connect != NULL;
	char names[CLIENTS_MAX], clients[CLIENTS_MAX + 32];
	const struct option_rule rules[] = {
		{ is_connect && (options->pick || options->is_watch || options->is_doctor || options->output),
			"--connect", "prints once: not together with --pick, --watch, --doctor or --format" },
		{ options->client && !is_connect, "--for", "says what --connect is for, and goes with it" },
		{ options->client && !connect_client_named(options->client), "--for", clients },
	};

	snprintf(clients, sizeof(clients), "is not one of %s", connect_client_names(names, sizeof(names)));
	return say_first(rules, ARRAY_LEN(rules), errors);
}

static int check_server_log(const struct options *options, FILE *errors)
{
	bool is_log = options->server_log != NULL;
	const struct option_rule rules[] = {
		{ is_log && (options->pick || options->connect || options->canary || options->is_watch || options->is_doctor ||
				    options->is_audit || options->output || *options->listen ||
				    *options->file),
			"--server-log", "prints a log and nothing else: not together with another output" },
		{ options->follows && !is_log, "--follow", "goes with --server-log" },
	};

	return say_first(rules, ARRAY_LEN(rules), errors);
}

static int check_canary(const struct options *options, FILE *errors)
{
	const struct output *output = options->output;
	bool is_canary = options->canary != NULL;
	char names[OUTPUTS_NAMES_MAX], only[OUTPUTS_NAMES_MAX + 32];
	const struct option_rule rules[] = {
		{ is_canary && (options->pick || options->connect || options->is_watch || options->is_doctor ||
				       options->is_audit || *options->listen),
			"--canary",
			"not together with --pick, --connect, --watch, --doctor, --audit or --listen" },
		{ is_canary && *options->file, "--output", "not together with --canary" },
		{ is_canary && output && !output->canary, "--format", only },
		{ options->count && !is_canary, "--count", "says how many --canary sends, and goes with it" },
		{ options->is_agreed && !is_canary, "--yes", "answers what --canary asks, and goes with it" },
		{ *options->model && !(is_canary && connect_is_url(options->canary)), "--model",
			"names a model of the server in --canary URL" },
	};

	snprintf(only, sizeof(only), "--canary prints %s only",
		outputs_names(names, sizeof(names), OUTPUT_CANARY, ", "));
	return say_first(rules, ARRAY_LEN(rules), errors);
}

int options_check(const struct options *options, FILE *errors)
{
	const struct output *output = options->output;
	const struct view *view = views_named(options->view);
	bool is_pick = options->pick != NULL, is_watch = options->is_watch, is_doctor = options->is_doctor;
	bool prints = options->is_once || is_watch || is_doctor || options->is_audit || output;
	bool has_view = *options->view, has_file = *options->file, listens = *options->listen;
	char records[OUTPUTS_NAMES_MAX], doctors[OUTPUTS_NAMES_MAX], only[OUTPUTS_NAMES_MAX + 64],
		same[OUTPUTS_NAMES_MAX + 64], titles[160] = "is not one of ";
	int status;
	const struct option_rule rules[] = {
		{ options->is_once && is_watch, "--once", "not together with --watch" },
		{ is_watch && output && !output->record && !has_file, "--format", only },
		{ has_view && !view, "--view", titles },
		{ has_view && !(output && output->can_view), "--view", "goes with --format csv or svg" },
		{ view && output && output->can_view && !output->can_view(view), "--view",
			"has no rows: only --format svg shows it" },
		{ has_file && (!prints || is_pick || options->connect), "--output",
			"goes with --once, --watch, --format, --doctor or --audit" },
		{ listens && (options->is_once || is_pick || is_doctor || (output && !is_watch)), "--listen",
			"goes on until it is ended: not together with --once, --format, --doctor or --pick" },
		{ options->is_headless && is_watch, "--headless",
			"not together with --watch, which has no screen anyway" },
		{ options->is_verbose && !is_pick, "--verbose",
			"says why --pick picks a server, and goes with it" },
		{ options->has_allow && !is_pick && !options->connect && !options->canary, "--allow",
			"says what --pick, --connect and --canary may choose, and goes with one of them" },
		{ is_pick && (is_watch || output), "--pick",
			"prints one line, once: not together with --watch or --format" },
		{ is_doctor && is_pick, "--doctor", "not together with --pick" },
		{ is_doctor && (is_watch || (output && !output->doctor && !options->is_audit)), "--doctor", same },
		{ options->is_redacted && (is_pick || options->connect || options->canary || options->server_log ||
						  !(prints || options->is_headless)),
			"--redact", "goes with --once, --watch, --format, --doctor, --audit or --headless" },
	};

	for (size_t i = 0; views[i]; i++)
		text_add(titles, sizeof(titles), "%s%s", i ? ", " : "", views[i]->title);
	snprintf(only, sizeof(only), "--watch prints %s only; with --output any",
		outputs_names(records, sizeof(records), OUTPUT_RECORD, ", "));
	snprintf(same, sizeof(same), "prints %s, once; as JSON: --once --format json, or --doctor --audit --format json",
		outputs_names(doctors, sizeof(doctors), OUTPUT_DOCTOR, ", "));
	status = say_first(rules, ARRAY_LEN(rules), errors);
	status = status ? status : check_audit(options, errors);
	status = status ? status : check_server_log(options, errors);
	status = status ? status : check_connect(options, errors);
	return status ? status : check_canary(options, errors);
}

int options_check_settings(const struct options *options, const struct settings *settings, FILE *errors)
{
	bool is_replay = *settings->replay,
	     prints = options->is_once || options->is_watch || options->is_doctor || options->is_audit;
	const struct option_rule rules[] = {
		{ options->is_headless && !*options->listen, "--headless",
			"goes with --listen, or with listen in the configuration" },
		{ *settings->replay_at && !is_replay, "--at", "goes with --replay" },
		{ *settings->replay_until && !is_replay, "--until", "goes with --replay" },
		{ options->canary && is_replay, "--canary", "not in a replay: nothing is asked there" },
		{ options->canary && settings->is_passive, "--canary",
			"not together with --passive, which sends nothing to peers" },
		{ is_replay && options->forgets, "--forget",
			"not together with --replay, which asks nothing" },
		{ is_replay && options->server_log, "--server-log",
			"not together with --replay: a recording has no log" },
		{ is_replay && *settings->record_file && prints, "--record",
			"with --replay it copies a piece of the recording, and prints nothing" },
	};

	return say_first(rules, ARRAY_LEN(rules), errors);
}
