/* The command line: over the configuration, which it reads, over the defaults. */
#ifndef TSLLM_TUI_OPTIONS_H
#define TSLLM_TUI_OPTIONS_H

#include "probes/model/settings.h"
#include "tui/out/outputs.h"

#include <stdbool.h>
#include <stdio.h>

enum mouse { MOUSE_AUTO, MOUSE_ON, MOUSE_OFF };

struct options {
	bool is_once; /* --format without --watch means it too */
	bool is_watch;
	bool is_doctor;   /* the ladder of settings->examine, of everything where that is "" */
	bool is_redacted; /* pseudonyms for names and addresses in what is printed */
	bool is_ascii;
	bool has_allow;
	bool is_verbose; /* says why, with pick */
	bool forgets;    /* the remembered endpoints */
	bool prints_config, wants_help, wants_version;
	const struct output *output; /* the one of --format, or what prints this without it */
	enum mouse mouse;
	char *config, *log; /* "": not given */
	char *pick;         /* a model; NULL: not given */
};

/* Fills options and settings; both are the caller's to end (options_fini, settings_fini), whatever is
 * returned. What is wrong with the configuration is said on errors, line by line, and is no error; what is
 * wrong with the command line is, and gives 64 (EX_USAGE). With wants_help or wants_version set nothing else
 * was looked at. */
int options_parse(
	int argc, char *const *argv, struct options *options, struct settings *settings, FILE *errors);
/* One line about what was asked for; with --redact without names. */
void options_complain(const struct options *options, const char *text, FILE *errors);
void options_fini(struct options *options);
void options_help(FILE *file);

#endif
