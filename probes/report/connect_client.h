/* The clients of LLM servers whose configuration is known: how it is written, and where it goes.
 *
 * A client is a row in one of the tables, by what it is: code, agents, apps. The text of its configuration has
 * variables, which connect_fill.h explains. */
#ifndef TSLLM_REPORT_CONNECT_CLIENT_H
#define TSLLM_REPORT_CONNECT_CLIENT_H

#include "probes/model/client_api.h"

#include <stdbool.h>
#include <stddef.h>

enum connect_format {
	FORMAT_SHELL,
	FORMAT_JSON,
	FORMAT_TOML,
	FORMAT_YAML,
	FORMAT_PYTHON,
	FORMAT_JAVASCRIPT,
	FORMAT_FORM, /* fields of a user interface */
	FORMAT_COUNT
};

enum connect_base { BASE_V1, BASE_ROOT }; /* the URL that it takes: with /v1 or without */

struct connect_client {
	const char *name, *title; /* "codex", as after --for; "Codex" */
	enum connect_format format;
	const char *file; /* where the text goes; NULL: a shell, or a file of the user's choice */
	enum connect_base base;
	enum client_api api; /* the API that it needs */
	const char *text;
	/* How it refers to a variable that holds the key, with %s for the name; NULL: as its format does. */
	const char *key;
	/* Characters that it, or the shell it hands them to, would replace in a name; NULL: none. */
	const char *replaces;
	bool is_agent;              /* it needs a long context */
	bool needs_context;         /* its text states one */
	const char *launch;         /* its name in `ollama launch`; NULL: it is not there */
	const char *note;           /* what else has to be done, or what it refuses; NULL: nothing */
	const char *version, *date; /* that the row is of */
	bool is_tried;              /* the text was tried with it; false: it is as the documents say */
};

extern const struct connect_client connect_code[], connect_agents[], connect_apps[]; /* name NULL ends each */

const struct connect_client *connect_client_at(size_t index);        /* NULL: there are no more */
const struct connect_client *connect_client_named(const char *name); /* NULL: it is not known */
const char *connect_format_name(enum connect_format format);
/* The names of all of them, separated by commas. Returns to. */
char *connect_client_names(char *to, size_t size);

#endif
