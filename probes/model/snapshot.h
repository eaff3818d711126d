/* What is known about the tailnet and its LLM servers at one moment.
 *
 * A snapshot is immutable: flat arrays in one arena, linked by index, freed at once. The ledger makes it,
 * sinks read it, and nothing in it is computed later: rates, ages, percentiles and verdicts are settled when
 * it is taken. Text is never NULL and is clean (drawable); "" is unknown. An unknown number is NAN, an
 * unknown time 0, an unknown index -1: unknown is not zero. */
#ifndef TSLLM_MODEL_SNAPSHOT_H
#define TSLLM_MODEL_SNAPSHOT_H

#include "probes/base/when.h"
#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Worst last, so that states compare. */
enum state {
	STATE_UNKNOWN, /* not probed yet, or not probeable */
	STATE_OK,
	STATE_BUSY,
	STATE_WEB, /* a front end, not an engine */
	STATE_SLEEPING,
	STATE_LOADING,
	STATE_AUTH, /* up, wants a key */
	STATE_OFFLINE,
	STATE_SLOW,
	STATE_FAULT, /* answers, but wrongly */
	STATE_STALLED,
	STATE_FILTERED,
	STATE_DOWN,
	STATE_COUNT
};

enum severity { SEVERITY_INFO, SEVERITY_DEGRADED, SEVERITY_DOWN };

enum layer {
	LAYER_DAEMON,
	LAYER_HOST,
	LAYER_PATH,
	LAYER_PORT,
	LAYER_TLS,
	LAYER_HTTP,
	LAYER_ENGINE,
	LAYER_EXPOSURE,
	LAYER_COUNT
};

enum path_kind { PATH_UNKNOWN, PATH_DIRECT, PATH_PEER_RELAY, PATH_DERP, PATH_IDLE, PATH_OFFLINE, PATH_COUNT };

struct span {
	size_t first, count; /* into the snapshot's array of that kind */
};

struct verdict {
	const char *code; /* stable kebab-case word */
	enum layer layer;
	enum severity severity;
	enum state state; /* what it makes of its row */
	const char *text; /* one sentence, numbers in it */
	const char *fix;  /* "" where there is none */
	int64_t since;    /* wall ms */
	bool is_muted;    /* by `ignore`: shown dimmed, never counted */
	bool explains;    /* whatever else is wrong on higher layers */
};

struct daemon {
	const char *backend_state, *version, *self, *self_id, *tailnet, *magicdns_suffix, *home_derp,
		*auth_url;
	const char *via;           /* "localapi" | "cli" | "" */
	const char *socket;        /* the socket path or CLI in use */
	const char *const *health; /* NULL-ended */
	bool is_known;             /* a status was had at least once */
	bool has_tun;
	double age_ms;       /* of the last whole status */
	bool is_stale;       /* older than three periods */
	const char *trouble; /* why there is no fresh status; "" */
	struct obs_net net;  /* of this host, by netcheck */
};

struct traffic {
	const char *source; /* "capture" | "usermetrics" | "" */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	double rx_per_s[TRAFFIC_PATHS], tx_per_s[TRAFFIC_PATHS];
};

struct path {
	enum path_kind kind;
	const char *endpoint; /* "10.99.0.11:41641" */
	const char *via;      /* DERP region code, or the relaying peer's name */
	double rtt_ms, rtt_p95_ms, jitter_ms, loss, rtt_age_ms;
	const char *rtt_source;  /* "disco" | "wireguard" | "tcp" | "ping" | "ack" | "" */
	double pong_age_ms;      /* since the last disco pong on it */
	const char *pong_source; /* "capture" | "daemon": who saw it; "" */
	double changes;          /* of kind, since the start; those that the daemon remembers among them */
	int64_t since;           /* in this kind */
	/* Totals by kind, of this peer's WireGuard bytes: from capture, by DERP from the daemon's counters. */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	/* Why there is no direct path, while it is relayed: a stable word ("udp-blocked-there") and plain
	 * ones
	 * ("UDP is blocked there"), which say so where they are inferred; "" unknown. */
	const char *reason, *reason_text;
};

/* A ping that tailscaled was asked for. */
struct ping {
	int64_t at;     /* 0: it was not asked */
	double ms;      /* NAN: no answer */
	const char *by; /* how it was answered: "direct 10.99.0.11:41641", "DERP fra"; "" inside the tunnel */
};

struct peer {
	const char *id, *name, *fqdn, *os, *user;
	const char *const *addresses; /* NULL-ended */
	const char *const *tags;
	bool is_self, is_online, is_active, is_shared_in, is_exit_node, is_mullvad;
	bool was_asked; /* discovery knocked at its doors */
	struct path path;
	struct obs_net net; /* as its tailscaled told it */
	struct ping pings[PING_KINDS];
	int64_t key_expiry, last_seen, last_handshake;
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;
	enum state state;
	struct span verdicts; /* worst first */
	size_t endpoint_count;
	const float *spark; /* RTT ms of the last two minutes, oldest first, NAN: none */
	size_t spark_count;
};

struct model {
	const char *id, *quantisation;
	const char *remote_host; /* that runs it for this server, "ollama.com"; "": it runs it itself */
	enum model_state state;
	double size_bytes, vram_bytes, context;
	int64_t expires_at;
};

/* What was sent to an endpoint: one row a path. */
struct sent {
	const char *path;
	enum cost cost;
	double count;
	int64_t last;
	int status; /* of the last answer, 0: none */
};

/* Where the time to a first token goes: medians in ms, NAN where unknown. connect and tls are paid once a
 * connection; server is our own question without the path; queue, prefill and token are the engine's word. */
struct latency {
	double path_ms, connect_ms, tls_ms, server_ms, queue_ms, prefill_ms;
	double engine_ms; /* queue and prefill, where the engine does not tell them apart */
	double token_ms;  /* from one token to the next: after the first one */
	const char *text; /* which part is the largest, and whose; "" while nothing was measured */
};

struct endpoint {
	int peer;             /* index into peers, -1: none is known */
	int engine_id;        /* equal where two doors lead to one engine */
	const char *url;      /* base URL, https by name */
	const char *base_url; /* what an OpenAI client takes: "https://…/v1"; "": unknown, or no such API */
	const char *at;       /* how a row shows the door: "https /ollama", ":11434" */
	enum found_by found_by;
	const char *server, *title, *version; /* "" until told */
	enum state state;
	int64_t since; /* in this state */
	bool is_stale; /* what is shown is older than it should be */
	bool is_pinned;
	bool is_of_tailnet; /* it is reached through the tailnet or not at all, whether or not its peer is known */
	double age_ms;      /* of the last good answer */
	struct span models, verdicts, sent;
	size_t loaded_models; /* meaningful where models_known */
	bool models_known, loaded_known;
	double connect_ms, tls_ms, ttfb_ms, samples;
	struct figures figures;
	struct latency latency;
	int64_t cert_not_after;
	const float *spark; /* TTFB ms of the last two minutes, oldest first, NAN: none or failed */
	size_t spark_count;
	double requests, bytes_sent, bytes_received;
};

/* How soon a model answers, the best last. */
enum warmth {
	WARMTH_UNKNOWN, /* its server does not tell whether it is loaded */
	WARMTH_COLD,    /* the first request loads it */
	WARMTH_SLEEPING,
	WARMTH_LOADING,
	WARMTH_WARM, /* loaded and idle */
	WARMTH_HOT,  /* loaded and working */
	WARMTH_COUNT
};

/* A place where a model can be asked: of a mount and its backend the better. */
/* Whose the server is, the most trusted first: see offer_class.h. */
enum offer_class {
	CLASS_OWN,     /* pinned, on this machine, or on one of this user's */
	CLASS_TAGGED,  /* on a tagged machine of this tailnet */
	CLASS_FOREIGN, /* another user's, or shared in from another tailnet */
	CLASS_GATEWAY, /* hands on to engines that may be anywhere, and may bill */
	CLASS_COUNT
};

struct offer {
	size_t model, endpoint; /* indices */
	enum offer_class class_;
	enum warmth warmth;
	size_t rank;     /* among the offers of its model, 1 is the best; 0: not to be picked */
	const char *why; /* why it is not to be picked, or what the choice costs; "" */
};

struct mount {
	const char *host, *service, *path, *target;
	int port;
	enum serve_protocol protocol;
	bool is_funnel, is_foreground;
	int backend, endpoint; /* indices into endpoints, -1: not probed */
	enum state backend_state;
	struct span verdicts;
};

struct event {
	int64_t at;      /* wall ms */
	const char *who; /* peer name or endpoint URL, "" for the daemon */
	const char *text;
	enum state state; /* after it */
	unsigned times;   /* folded repeats, ≥ 1 */
};

/* The helper that watches packets, and how it is. */
struct capture {
	enum capture_state state;
	int64_t since;              /* in this state */
	const char *const *devices; /* NULL-ended */
	double dropped;             /* packets, by the kernel */
	const char *trouble;        /* why it does not run; "" */
	const char *fix;            /* the one command that mends it; "" */
};

/* Who uses which service: the TCP connections between one peer and one port, seen in packets. */
struct flow {
	int peer;            /* index into peers, -1: not known */
	int endpoint;        /* index into endpoints of the server that it uses, -1: none known */
	const char *service; /* "llm", "ssh", …; "" */
	int port;
	bool is_outgoing;    /* this node is the client */
	bool is_active;      /* an exchange is open, or bytes moved lately */
	bool is_inferred;    /* the peer is told from WireGuard bytes at the same time */
	bool is_estimated;   /* joined chunks were counted by their bytes */
	int64_t since, last; /* the first and the last byte seen */
	double connections, open, exchanges;
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;      /* of this node */
	double ttfb_ms, ttft_ms, ttft_max_ms, tokens_per_s; /* of the latest exchange that tells them */
};

struct discovery {
	const char *mode;      /* "mine" | "tagged" | "all" | "off" */
	const char *ports;     /* "443 80 8443 11434 …" */
	size_t peers;          /* that may be asked */
	size_t asked, pending; /* doors knocked at; still to knock */
	const char *now;       /* what is being asked now; "" */
};

enum status { STATUS_OK, STATUS_DEGRADED, STATUS_DOWN, STATUS_UNKNOWN };

struct snapshot {
	struct arena *arena;
	struct when taken;
	const char *source; /* "live" */
	enum status status; /* what the exit status says */
	bool is_passive;
	struct daemon daemon;
	struct traffic traffic;
	struct discovery discovery;
	struct peer *peers; /* self first, then by name */
	size_t peer_count;
	size_t online_count;        /* without this node */
	size_t left_out;            /* peers that the daemon told beside these */
	struct endpoint *endpoints; /* in order of discovery: views sort */
	size_t endpoint_count;
	struct model *models;
	size_t model_count;
	struct offer *offers; /* by model, the best first */
	size_t offer_count;
	struct mount *mounts;
	size_t mount_count;
	struct verdict *verdict_list; /* all of them; rows hold spans */
	size_t verdict_count;
	struct span verdicts; /* those of the daemon and of this host */
	struct sent *sents;
	size_t sent_count;
	struct event *events; /* newest first */
	size_t event_count;
	struct capture capture;
	struct flow *flows; /* the active ones first, then by last byte */
	size_t flow_count;
	double requests, bytes_sent, bytes_received, by_cost[COST_COUNT];
};

void snapshot_free(struct snapshot *snapshot);
const char *state_name(enum state state);
bool state_blocks(enum state state); /* no request gets an answer of use: offline or worse, but not slow */
const char *severity_name(enum severity severity);
const char *layer_name(enum layer layer);
const char *path_kind_name(enum path_kind kind);
const char *ping_kind_name(enum ping_kind kind);
const char *found_by_name(enum found_by found);
const char *status_name(enum status status);
enum status status_of_severity(enum severity worst); /* where anything can be told */
const char *cost_name(enum cost cost);
const char *capture_state_name(enum capture_state state);
const char *model_state_name(enum model_state state);
const char *offer_class_name(enum offer_class class_); /* "own", as --allow has them */
const char *warmth_name(enum warmth warmth);
const char *serve_protocol_name(enum serve_protocol protocol);
const char *traffic_path_name(enum traffic_path path);
/* The worst verdict that is not muted; NULL where there is none. */
const struct verdict *snapshot_worst(const struct snapshot *snapshot, struct span verdicts);

#endif
