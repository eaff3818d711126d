/* The command line, which overrides the configuration it reads, which overrides the defaults. */
#ifndef TSLLM_TUI_OPTIONS_H
#define TSLLM_TUI_OPTIONS_H

#include "probes/model/settings.h"
#include "tui/out/outputs.h"

#include <stdbool.h>
#include <stdio.h>

enum mouse { MOUSE_AUTO, MOUSE_ON, MOUSE_OFF };

struct options {
	bool is_once; /* also set by --format without --watch */
	bool is_watch;
	bool is_doctor;   /* the diagnosis of settings->examine, or of everything if that is "" */
	bool is_audit;    /* what is exposed to whom */
	bool is_redacted; /* print pseudonyms for names and addresses */
	bool is_ascii;
	bool has_allow;
	bool is_verbose; /* with pick: print the reason */
	bool forgets;    /* the endpoints in the state file */
	bool prints_config, wants_help, wants_version;
	const struct output *output; /* chosen by --format, or the default for what is printed */
	enum mouse mouse;
	bool is_headless;   /* with listen: no screen, even on a terminal */
	char *config, *log; /* "": not given */
	char *view, *file;  /* which view is printed, and where to; "": not given */
	char *listen;       /* a port, or "unix:PATH"; "": nowhere */
	bool may_listen;    /* only the configuration says so: not if that cannot be done */
	char *pick;         /* a model; NULL: not given */
	char *connect;      /* a model or a URL; NULL: not given */
	char *client;       /* that --connect is for; NULL: not given */
	char *server_log;   /* a URL; NULL: not given */
	bool follows;       /* with server_log: go on as it grows */
	char *canary;       /* a model or a URL; NULL: not given */
	char *model;        /* of --canary URL; "": not given */
	int count;          /* of --canary; 0: not given */
	bool is_agreed;     /* --canary need not ask */
	bool has_theme;     /* given on the command line */
	struct strings *complaints; /* what was printed on errors, for the screen that covers it */
};

struct option_description {
	const char *name, *help;
	char argument[OUTPUTS_NAMES_MAX]; /* "MODEL|URL", or the words it may be: "on|off|auto"; "": it takes none */
};

/* Fills options and settings; the caller always frees both (options_fini, settings_fini), whatever is
 * returned. Faults in the configuration are printed on errors, line by line, and are not fatal; faults in the
 * command line are: 64 (EX_USAGE). If wants_help or wants_version is set, nothing else was checked. */
int options_parse(
	int argc, char *const *argv, struct options *options, struct settings *settings, FILE *errors);
/* One line about what the user typed, on errors and among the complaints; with --redact without names. */
void options_complain(const struct options *options, const char *text, FILE *errors);
/* The same about the value of a key, with the place where it was set. */
void options_complain_key(const struct options *options, const struct settings *settings, const char *key,
	const char *text, FILE *errors);
void options_fini(struct options *options);
void options_help(FILE *file);
/* The option in that row of the table; false after the last. */
bool options_describe(size_t at, struct option_description *to);

#endif
