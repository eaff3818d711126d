/* What the user asked for: the command line over the configuration over the defaults. */
#ifndef TSLLM_MODEL_SETTINGS_H
#define TSLLM_MODEL_SETTINGS_H

#include "probes/base/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum discover { DISCOVER_MINE, DISCOVER_TAGGED, DISCOVER_ALL, DISCOVER_OFF };

struct pin {
	char *url;                /* normalised: no trailing slash, no default port */
	char *key_env, *key_file; /* where its key is; "" */
	bool has_plain_key;       /* it may go over plain HTTP to a server outside the tailnet */
};

struct settings {
	double period_s;   /* status and print: 2 */
	double deadline_s; /* of --once: 5 */
	enum discover discover;
	struct strings exclude; /* peer name, "tag:x" or "os:x" */
	struct strings ignore;  /* "CODE", "CODE@PEER", "CODE@URL" */
	int ports[32];          /* polite ports, 0-ended; none: the built-in list */
	struct {
		struct pin *items;
		size_t count, room;
	} pins;
	char *socket;     /* tailscaled's; "": the known paths */
	char *tailscale;  /* the CLI; "": `tailscale` in PATH */
	char *ca_file;    /* "": the system's */
	char *proxy;      /* SOCKS5 for userspace networking; "": through LocalAPI dial */
	char *theme;      /* name or path */
	char *state_file; /* remembered endpoints; "": none */
	char *helper;     /* tsllm-capture; "": the installed one, or the one beside this program */
	char *examine;    /* the peer or URL that --doctor is about; "": none in particular */
	bool has_llama_metrics;
	bool has_capture;         /* start the helper that watches packets */
	bool examines;            /* --doctor: this machine's network is looked at, whatever the paths are */
	bool is_passive;          /* send nothing to peers */
	unsigned allowed_classes; /* bits of enum offer_class that --pick may choose beside own and tagged */
};

void settings_init(struct settings *settings);
void settings_fini(struct settings *settings);
/* Normalises and appends; -1 and a fault where it is no http(s) URL. */
struct fault;
int settings_pin(struct settings *settings, const char *url, struct fault *fault);

#endif
