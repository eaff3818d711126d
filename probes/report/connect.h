/* Connects a client to a server: which server, under which URL and with which key.
 *
 * A pure function of a snapshot and the settings. A model's server is chosen as pick.h does, but one that does
 * not speak the client's API is passed over. A URL names the server; its model is the one that answers soonest. */
#ifndef TSLLM_REPORT_CONNECT_H
#define TSLLM_REPORT_CONNECT_H

#include "probes/base/strings.h"
#include "probes/base/text.h"
#include "probes/model/settings.h"
#include "probes/report/connect_fill.h"
#include "probes/report/pick.h"

struct connect_request {
	const char *word;                    /* a model or a URL */
	const struct connect_client *client; /* NULL: any */
	const struct settings *settings;
};

enum connect_result {
	CONNECT_READY,
	CONNECT_NOT_PICKED, /* see pick */
	CONNECT_NO_SERVER,  /* no server has that URL */
	CONNECT_UNUSABLE,   /* the server with that URL cannot be used now */
	CONNECT_NOT_SPOKEN, /* no server that can be used speaks the client's API */
	CONNECT_REFUSED     /* the client would not take the model's name as it is */
};

struct connection {
	enum connect_result result;
	struct pick pick;
	const struct endpoint *endpoint; /* NULL: none */
	const struct offer *offer;       /* NULL: its models are not known */
	const struct model *model;
	char v1[1024], root[1024], title[2 * TEXT_CAP];
	enum pick_url url;
	char key_variable[TEXT_CAP]; /* "": the server needs no key, as far as is known */
	const char *key_file;        /* the key is in this file, and the variable has to be set; "": no */
	bool is_key_missing;         /* the server needs a key, and the configuration has none */
};

/* Whether a model's id is the one that the server knows: nothing of it was escaped or cut. */
bool connect_is_whole(const char *id);
bool connect_is_url(const char *word);
/* What to pin for such a word: without the /v1 that clients take. -1: it is not a URL. */
int connect_server_of(const char *word, char *url, size_t size);
void connect_find(
	const struct snapshot *snapshot, const struct connect_request *request, struct connection *found);
void connect_values(const struct connection *found, struct connect_values *values);
/* What somebody has to know who pastes the text: one line each. */
void connect_warnings(const struct snapshot *snapshot, const struct connect_request *request,
	const struct connection *found, struct strings *warnings);
/* "TGI speaks no Responses API: Codex cannot use it"; "" if it may. */
const char *connect_misfit(
	char *to, size_t size, const struct endpoint *endpoint, const struct connect_client *client);
bool connect_fits(const struct endpoint *endpoint, const struct connect_client *client);

#endif
