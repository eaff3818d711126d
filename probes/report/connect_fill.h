/* Fills in the text of a client's configuration. Security: names of models and hosts come from outside, so each
 * is written as one quoted string of the format. */
#ifndef TSLLM_REPORT_CONNECT_FILL_H
#define TSLLM_REPORT_CONNECT_FILL_H

#include "probes/base/mem.h"
#include "probes/report/connect_client.h"

struct connect_values {
	const char *v1, *root; /* URLs: with the path of the OpenAI API, and without */
	const char *model;
	const char *title;        /* of the provider: "gpu1 (Ollama)" */
	const char *key_variable; /* the variable that holds the key; "": none is needed */
	double context;           /* tokens; NAN: unknown */
};

#define CONNECT_CONTEXT_GUESS 8192 /* where a client insists on a number and it is unknown */

/* Appends the text, with these written in it:
 *   %{a+b+c}          one quoted string, of values (v1, root, origin, path, model, title) and literal words
 *   %{key}            an expression for the key; %{key-name}: the name of its variable
 *   %{body}           a request in JSON, as one word of a shell
 *   %{context} %{output}  numbers of tokens
 *   %?key %?context   at the start of a line: the line is left out if there is none */
void connect_fill(struct bytes *to, const struct connect_client *client, const struct connect_values *values);

#endif
