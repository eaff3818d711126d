/* The settings: the command line overrides the configuration, which overrides the defaults. */
#ifndef TSLLM_MODEL_SETTINGS_H
#define TSLLM_MODEL_SETTINGS_H

#include "probes/base/mem.h"
#include "probes/base/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum discover { DISCOVER_MINE, DISCOVER_TAGGED, DISCOVER_ALL, DISCOVER_OFF };

struct pin {
	char *url;                /* normalised: no trailing slash, no default port */
	char *key_env, *key_file; /* where to read its key; "": none */
	bool has_plain_key;       /* the key may go over plain HTTP to a server outside the tailnet */
};

/* What the configuration says about one machine. */
struct peer_settings {
	char *peer; /* a name, an address or a node id, as typed */
	char *mac;  /* "3c:7c:3f:1e:88:a0"; "": unknown */
	char *gpu;  /* URL of its GPU exporter, normalised; "": none */
};

struct settings {
	double period_s;   /* of status polls and of printing; default 2 */
	double deadline_s; /* of --once; default 5 */
	double canary_limit_s; /* how long a canary waits for the next token; default 300 */
	enum discover discover;
	struct strings exclude; /* peer name, "tag:x" or "os:x" */
	struct strings columns_fleet, columns_paths, columns_models, columns_serve, columns_clients,
		columns_events; /* which ones each view shows; none: as they are */
	struct strings ignore;  /* "CODE", "CODE@PEER", "CODE@URL" */
	int ports[32];          /* ports that discovery probes, zero-terminated; none: the built-in list */
	/* Command and arguments that alarms run; none: nothing. */
	struct strings on_change;
	struct {
		struct pin *items;
		size_t count, room;
	} pins;
	VEC(struct peer_settings) peers;
	char *socket;     /* tailscaled's; "": the known paths */
	char *tailscale;  /* the CLI; "": `tailscale` in PATH */
	char *ca_file;    /* "": the system's */
	char *proxy;      /* SOCKS5 for userspace networking; "": through LocalAPI dial */
	char *theme;      /* name or path */
	char *state_file; /* remembered endpoints; "": none */
	char *helper;     /* tsllm-capture; "": the installed one, or the one beside this program */
	char *event_log;  /* file to which events are appended; "": none */
	bool has_bell;    /* alarms ring the terminal's bell */
	bool has_notify;  /* alarms become notifications of the terminal */
	char *listen;     /* a port, or "unix:PATH"; "": nowhere */
	char *record;     /* directory to record into; "": none */
	char *record_file; /* file to record into instead; "": none */
	double record_bytes, record_age_s; /* of the directory: the oldest recordings are removed */
	char *replay;     /* the recording that is the source; "": none */
	char *replay_at, *replay_until; /* as typed; "": the last moment, or the whole recording */
	/* The keys that were set, as typed, and where: "FILE:LINE" or an option. */
	struct strings placed, places;
	char *examine;    /* the peer or URL that --doctor is about; "": none in particular */
	bool has_llama_metrics;
	bool has_capture;         /* start the helper that watches packets */
	bool examines;            /* --doctor: run netcheck in any case, whatever the paths are */
	bool audits;              /* --audit: look at this machine's listeners and at ports beside servers */
	bool sends_canary;        /* --canary: packets are watched, too */
	bool is_passive;          /* send nothing to peers */
	unsigned allowed_classes; /* bits of enum offer_class that --pick may choose besides own and tagged */
};

void settings_init(struct settings *settings);
void settings_fini(struct settings *settings);
struct fault;
/* Normalises the URL and adds it; -1 and a fault if it is not an http(s) URL. */
int settings_pin(struct settings *settings, const char *url, struct fault *fault);
/* The settings of a peer, added if it has none yet. Valid until the next call. */
struct peer_settings *settings_peer(struct settings *settings, const char *peer);

#endif
