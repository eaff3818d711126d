/* One table of options drives getopt_long, what an option does, and --help.
 *
 * The command line overrides the configuration but also names it, so options are collected first and applied
 * after the file is read. Options with a key in the configuration are set through it, with the same checks
 * and messages. */
#include "tui/options.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/complain.h"
#include "tui/config.h"
#include "tui/config_keys.h"
#include "tui/option_kinds.h"
#include "tui/options_check.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Two unanswered pings take 4 s, and the paths must wake up before. */
#define DOCTOR_DEADLINE_S 10
/* Ports beside servers are asked after the servers. */
#define AUDIT_DEADLINE_S 10
#define COMPLAINT_MAX 600
#define HELP_COLUMN 22
#define FIRST_LONG 256 /* what getopt_long returns for rows[0]: not a character */

#define SETTING(member) offsetof(struct settings, member)
#define AT(member) offsetof(struct options, member)

static const struct option_row rows[] = {
	{ "once", NULL, option_take_flag, NULL, AT(is_once), "print one snapshot and exit" },
	{ "watch", NULL, option_take_flag, NULL, AT(is_watch), "print a snapshot each period" },
	{ "doctor", NULL, option_take_flag, NULL, AT(is_doctor),
		"check [PEER|URL], or everything, layer by layer" },
	{ "audit", NULL, option_take_flag, NULL, AT(is_audit),
		"what is exposed to whom; with --doctor: a bug report" },
	{ "redact", NULL, option_take_flag, NULL, AT(is_redacted),
		"print pseudonyms for names and addresses" },
	{ "pick", "MODEL", option_take_text, NULL, AT(pick), "print the best base URL for a model and exit" },
	{ "connect", "MODEL|URL", option_take_text, NULL, AT(connect),
		"print a client's configuration and exit" },
	{ "for", "CLIENT", option_take_text, NULL, AT(client),
		"of --connect: the client; without it, a list" },
	{ "server-log", "URL", option_take_text, NULL, AT(server_log),
		"print the log of a server of this machine and exit" },
	{ "follow", NULL, option_take_flag, NULL, AT(follows), "of --server-log: go on as it grows" },
	{ "canary", "MODEL|URL", option_take_text, NULL, AT(canary),
		"ask for one tiny completion, and time it; asks first" },
	{ "model", "MODEL", option_take_text, NULL, AT(model), "of --canary URL: which of its models" },
	{ "count", "N", option_take_count, NULL, 0, "of --canary: so many, one after the other (1)" },
	{ "yes", NULL, option_take_flag, NULL, AT(is_agreed), "of --canary: send it without asking" },
	{ "allow", "CLASSES", option_take_allow, NULL, 0, "which servers --pick, --connect and --canary may choose" },
	{ "verbose", NULL, option_take_flag, NULL, AT(is_verbose), "-v: say why --pick picks it" },
	{ "format", "FORMAT", option_take_format, NULL, 0, "what is printed; without --watch: once" },
	{ "view", "VIEW", option_take_text, NULL, AT(view),
		"of --format csv or svg: fleet, paths, models, …" },
	{ "output", "FILE", option_take_text, NULL, AT(file),
		"write it whole to FILE; with --watch each period" },
	{ "listen", "PORT|unix:PATH", option_take_text, NULL, AT(listen),
		"answer /metrics, /snapshot.json, /sd, /healthz" },
	{ "headless", NULL, option_take_flag, NULL, AT(is_headless), "of --listen: no screen" },
	{ "period", "SECONDS", option_take_key, "period", 0, "between snapshots, 0.5 to 3600 (2)" },
	{ "deadline", "SECONDS", option_take_key, "deadline", 0, "of --once, 0.5 to 600 (5)" },
	{ "endpoint", "URL", option_take_endpoint, NULL, 0, "watch this server too; may be repeated" },
	{ "passive", NULL, option_take_key, "passive", 0, "send nothing to peers" },
	{ "socket", "PATH", option_take_key, "socket", 0, "tailscaled's socket ($TS_SOCKET)" },
	{ "tailscale", "PATH", option_take_key, "tailscale", 0, "the tailscale command" },
	{ "ca-file", "PATH", option_take_key, "ca_file", 0, "trust these certificates only" },
	{ "config", "PATH", option_take_text, NULL, AT(config), "read this configuration" },
	{ "print-config", NULL, option_take_flag, NULL, AT(prints_config),
		"print what is in effect and exit" },
	{ "forget", NULL, option_take_flag, NULL, AT(forgets), "forget the endpoints found earlier" },
	{ "theme", "NAME", option_take_theme, "theme", 0, "a theme's name, or a file" },
	{ "mouse", "on|off|auto", option_take_mouse, NULL, 0, "auto: off over ssh" },
	{ "ascii", NULL, option_take_flag, NULL, AT(is_ascii), "draw with ASCII only" },
	{ "log", "FILE", option_take_text, NULL, AT(log), "append what happens to FILE" },
	{ "no-capture", NULL, option_take_key_off, "capture", 0,
		"do not start the helper that watches packets" },
	{ "record", "FILE", option_take_setting, NULL, SETTING(record_file),
		"record all that is observed to FILE" },
	{ "replay", "FILE", option_take_setting, NULL, SETTING(replay),
		"show a recording: nothing is asked" },
	{ "demo", NULL, option_take_demo, NULL, SETTING(replay),
		"replay the recording that comes with this program" },
	{ "at", "TIME", option_take_time, NULL, SETTING(replay_at),
		"of --replay: from here; of --once: this moment" },
	{ "until", "TIME", option_take_time, NULL, SETTING(replay_until),
		"of --replay: no further than this" },
	{ "help", NULL, option_take_flag, NULL, AT(wants_help), "print this and exit" },
	{ "version", NULL, option_take_flag, NULL, AT(wants_version), "print the version and exit" },
};
#undef AT
#undef SETTING
/* clang-format on */

bool options_describe(size_t at, struct option_description *to)
{
	if (at >= ARRAY_LEN(rows))
		return false;
	to->name = rows[at].name;
	to->help = rows[at].help;
	snprintf(to->argument, sizeof(to->argument), "%s", rows[at].argument ? rows[at].argument : "");
	if (rows[at].take == option_take_format)
		outputs_names(to->argument, sizeof(to->argument), OUTPUT_SNAPSHOT, "|");
	return true;
}

/* The help of an option with a long name goes on the next line. */
static void help_row(FILE *file, const struct option_description *option)
{
	char name[OUTPUTS_NAMES_MAX + 32];

	snprintf(name, sizeof(name), "--%s%s%s", option->name, *option->argument ? "=" : "", option->argument);
	if (strlen(name) > HELP_COLUMN)
		fprintf(file, "  %s\n  %-*s %s\n", name, HELP_COLUMN, "", option->help);
	else
		fprintf(file, "  %-*s %s\n", HELP_COLUMN, name, option->help);
}

void options_help(FILE *file)
{
	struct option_description option;

	fputs("Usage: tsllm-top [OPTION]... [--doctor [PEER|URL]]\n"
	      "The health of the LLM servers on a Tailscale tailnet.\n\n",
		file);
	for (size_t i = 0; options_describe(i, &option); i++)
		help_row(file, &option);
	fputs("\nExit status of --once: 0 all well, 1 something degraded, 2 something down,\n"
	      "3 cannot tell, 64 wrong usage, 71 it cannot start (file descriptors,\n"
	      "--listen), 74 output not written.\n",
		file);
}

struct given {
	const struct option_row *row;
	const char *value;
};

void options_complain(const struct options *options, const char *text, FILE *errors)
{
	complain_text(errors, options->is_redacted, text);
	strings_add(options->complaints, text);
}

void options_complain_key(const struct options *options, const struct settings *settings, const char *key,
	const char *text, FILE *errors)
{
	const char *place = config_place(settings, key);
	char whole[COMPLAINT_MAX];

	snprintf(whole, sizeof(whole), "%s%s%s", place, *place ? ": " : "", text);
	complain_file(errors, options->is_redacted, options->config, whole);
	strings_add(options->complaints, whole);
}

/* About a value, which may be a name. */
static int complain_fault(const struct parse *parse, const char *name)
{
	char text[COMPLAINT_MAX];

	snprintf(text, sizeof(text), "--%s: %s", name, parse->fault.text);
	options_complain(parse->options, text, parse->errors);
	return EX_USAGE;
}

/* The row for what getopt_long() returned: there are two short options. */
static const struct option_row *row_of(int c)
{
	const char *name = c == 'h' ? "help" : "verbose";
	const struct option_row *row = rows;

	if (c >= FIRST_LONG)
		return &rows[c - FIRST_LONG];
	while (strcmp(row->name, name) != 0)
		row++;
	return row;
}

/* Collects the options in order; returns 0 or EX_USAGE. given has room for argc. */
static int gather(
	int argc, char *const *argv, struct parse *parse, struct given *given, size_t *count, FILE *errors)
{
	struct option longs[ARRAY_LEN(rows) + 1] = { 0 };
	int c;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int has_value = rows[i].argument ? required_argument : no_argument;

		longs[i] = (struct option){ rows[i].name, has_value, NULL, FIRST_LONG + (int)i };
	}
	optind = 0;
	opterr = 0;
	*count = 0;
	while ((c = getopt_long(argc, argv, ":hv", longs, NULL)) != -1) {
		if (c == ':' || c == '?') {
			bool is_long = optopt >= FIRST_LONG || optopt <= 0;
			const char *why = c == ':'               ? "a value is missing, see --help"
					  : optopt >= FIRST_LONG ? "takes no value, see --help"
								 : "not understood, see --help";

			return complain_option(errors, is_long ? 0 : optopt, argv[optind - 1], why);
		}
		given[(*count)++] = (struct given){ row_of(c), optarg };
	}
	parse->operand = optind < argc ? argv[optind++] : NULL;
	parse->stray = optind < argc ? argv[optind] : NULL;
	return 0;
}

/* The URL after --connect or --canary, which may not be found yet, is pinned for this run. */
static int take_server(struct parse *parse, const char *word, const char *option)
{
	char url[1024];

	if (connect_server_of(word, url, sizeof(url)) < 0)
		text_set(url, sizeof(url), "%s", word); /* settings_pin() says what is wrong with it */
	return settings_pin(parse->settings, url, &parse->fault) < 0 ? complain_fault(parse, option) : 0;
}

/* The operand is what --doctor is about. A URL is pinned for this run, so that a server not found yet is
 * examined too. */
static int take_operand(struct parse *parse)
{
	if (parse->options->connect && connect_is_url(parse->options->connect))
		return take_server(parse, parse->options->connect, "connect");
	if (parse->options->canary && connect_is_url(parse->options->canary))
		return take_server(parse, parse->options->canary, "canary");
	if (parse->options->server_log)
		return settings_pin(parse->settings, parse->options->server_log, &parse->fault) < 0
			       ? complain_fault(parse, "server-log")
			       : 0;
	if (!parse->options->is_doctor)
		return 0;
	if (parse->operand && strstr(parse->operand, "://") &&
		settings_pin(parse->settings, parse->operand, &parse->fault) < 0)
		return complain_fault(parse, "doctor");
	parse->settings->examines = true;
	free(parse->settings->examine);
	parse->settings->examine = mem_copy(parse->operand);
	return 0;
}

static void say_config_fault(void *data, const struct fault *fault)
{
	const struct parse *parse = data;

	complain_file(parse->errors, parse->options->is_redacted, parse->options->config, fault->text);
	strings_add(parse->options->complaints, fault->text);
}

/* is_first: only options stored in struct options, because they name the configuration. Otherwise the
 * rest. */
static int apply(const struct given *given, size_t count, struct parse *parse, bool is_first)
{
	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = given[i].row;
		bool is_setting = row->key || row->take == option_take_endpoint ||
				  row->take == option_take_setting || row->take == option_take_time ||
				  row->take == option_take_demo;

		if (is_first != is_setting && row->take(parse, row, given[i].value))
			return complain_fault(parse, row->name);
	}
	return 0;
}

static enum output_use use_of(const struct options *options)
{
	return options->pick        ? OUTPUT_PICK
	       : options->connect   ? OUTPUT_CONNECT
	       : options->canary    ? OUTPUT_CANARY
	       : options->is_doctor ? (options->is_audit ? OUTPUT_REPORT : OUTPUT_DOCTOR)
	       : options->is_audit  ? OUTPUT_AUDIT
	       : options->is_watch  ? OUTPUT_RECORD
				    : OUTPUT_SNAPSHOT;
}

/* A replay is no source for monitors, unless that is asked for. */
static void take_listen(struct options *options, const struct settings *settings)
{
	if (*options->listen || options->is_once || *settings->replay)
		return;
	free(options->listen);
	options->listen = mem_copy(settings->listen);
	options->may_listen = !options->is_headless;
}

static int read_all(int argc, char *const *argv, struct given *given, struct parse *parse, FILE *errors)
{
	struct options *options = parse->options;
	size_t count = 0;
	int status = gather(argc, argv, parse, given, &count, errors);

	if (!status)
		status = apply(given, count, parse, true);
	if (!status && parse->operand && !options->is_doctor)
		parse->stray = parse->operand;
	if (!status && parse->stray)
		return complain_about(errors, options->is_redacted ? "an operand" : parse->stray,
			"not understood, see --help");
	if (status || options->wants_help || options->wants_version)
		return status;
	if (options_check(options, errors))
		return EX_USAGE;
	options->is_once = options->is_once || options->is_doctor || options->is_audit || options->pick ||
			   options->connect || options->canary || options->server_log ||
			   (options->output && !options->is_watch);
	if (!options->output)
		options->output = outputs_default(use_of(options));
	if (options->is_doctor)
		parse->settings->deadline_s = DOCTOR_DEADLINE_S;
	if (options->is_audit)
		parse->settings->deadline_s = AUDIT_DEADLINE_S;
	parse->settings->audits = options->is_audit;
	parse->settings->sends_canary = options->canary != NULL;
	if (config_read(
		    options->config[0] ? options->config : NULL, parse->settings, say_config_fault, parse))
		return EX_USAGE;
	config_environment(parse->settings);
	status = apply(given, count, parse, false);
	if (!status)
		take_listen(options, parse->settings);
	if (!status && options_check_settings(options, parse->settings, errors))
		return EX_USAGE;
	return status ? status : take_operand(parse);
}

int options_parse(
	int argc, char *const *argv, struct options *options, struct settings *settings, FILE *errors)
{
	struct parse parse = { .options = options, .settings = settings, .errors = errors };
	struct given *given = mem_alloc(((size_t)argc + 1) * sizeof(*given));
	int status;

	*options = (struct options){ .config = mem_copy(""),
		.log = mem_copy(""),
		.view = mem_copy(""),
		.file = mem_copy(""),
		.listen = mem_copy(""),
		.model = mem_copy(""),
		.complaints = mem_alloc(sizeof(*options->complaints)) };
	settings_init(settings);
	status = read_all(argc, argv, given, &parse, errors);
	free(given);
	return status;
}

void options_fini(struct options *options)
{
	free(options->config);
	free(options->log);
	free(options->view);
	free(options->file);
	free(options->listen);
	free(options->pick);
	free(options->connect);
	free(options->client);
	free(options->server_log);
	free(options->canary);
	free(options->model);
	strings_fini(options->complaints);
	free(options->complaints);
}
