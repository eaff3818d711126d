/* What is known about the tailnet and its LLM servers at one moment.
 *
 * A snapshot is immutable: flat arrays in one arena, linked by index, freed together. It is made from the
 * ledger and read by the outputs. Nothing in it is computed later: rates, ages, percentiles and verdicts
 * are fixed when it is taken. Text is never NULL and is clean (drawable); "" is unknown. An unknown number
 * is NAN, an unknown time 0, an unknown index -1: unknown is not zero. */
#ifndef TSLLM_MODEL_SNAPSHOT_H
#define TSLLM_MODEL_SNAPSHOT_H

#include "probes/base/when.h"
#include "probes/model/canary.h"
#include "probes/model/exposure.h"
#include "probes/model/gpu.h"
#include "probes/model/obs.h"
#include "probes/model/server_facts.h"
#include "probes/model/states.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPARK_PARTS 12
#define SPARK_SPAN_MS 120000 /* without a history */

struct span {
	size_t first, count; /* into the snapshot's array of that kind */
};

struct verdict {
	const char *code; /* stable kebab-case word */
	enum layer layer;
	enum severity severity;
	enum state state; /* the state that it gives its row */
	const char *text; /* one sentence, with its numbers */
	/* How to fix it; "": not there. A command that works when typed, the machine to type it on ("": this one), a
	 * sentence, and all of it in one line. */
	const char *run, *run_on, *hint, *fix;
	int64_t since;   /* wall ms */
	bool was_before; /* it held at the first look: it began at that time or earlier */
	bool is_muted;   /* by `ignore`: shown dimmed, never counted */
	bool is_inferred; /* what its code says is concluded from signs, and may be something else; false: proven */
	bool explains; /* it accounts for all faults on higher layers */
	/* Whose trouble it is: the name of a machine (the host, the subnet router), or the URL of the backend
	 * behind a mount; "": the row's own. */
	const char *cause;
};

struct daemon {
	const char *backend_state, *version, *self, *self_id, *tailnet, *magicdns_suffix, *home_derp,
		*auth_url;
	/* Who this machine is to others, as whois says; "": not asked yet. capabilities: what the policy gives it,
	 * NULL-terminated. */
	const char *login, *display;
	const char *const *capabilities;
	const char *via;           /* "localapi" | "cli" | "" */
	const char *socket;        /* the socket path or CLI in use */
	const char *const *health; /* NULL-terminated */
	bool is_known;             /* at least one status was received */
	bool has_tun;
	enum tri runs_web_client; /* tailscaled's own web page, at port 5252 */
	const char *sudo;         /* what makes a command root's on this machine: "sudo "; "": nothing */
	double age_ms;            /* of the last whole status */
	bool is_stale;            /* older than three periods */
	const char *trouble;      /* why there is no fresh status; "" */
	struct obs_net net;       /* of this host, by netcheck */
};

struct traffic {
	const char *source; /* "capture" | "usermetrics" | "" */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	double rx_per_s[TRAFFIC_PATHS], tx_per_s[TRAFFIC_PATHS];
	const float
		*spark; /* bytes per second, all together, over snapshot.spark_span_ms; NULL: no history */
	size_t spark_count;
};

struct path {
	enum path_kind kind;
	const char *endpoint; /* "10.99.0.11:41641" */
	const char *via;      /* DERP region code, or the relaying peer's name */
	double rtt_ms, rtt_p95_ms, jitter_ms, loss, rtt_age_ms;
	double rtt_last_ms;      /* the latest one, while it is recent */
	const char *rtt_source;  /* "disco" | "wireguard" | "tcp" | "ping" | "ack" | "" */
	double pong_age_ms;      /* since the last disco pong on it */
	const char *pong_source; /* "capture" | "daemon": who saw it; "" */
	double changes;          /* of kind, since the start; includes those in the daemon's history */
	int64_t since;           /* in this kind */
	bool was_before;         /* it was of it at the first look */
	/* Totals of this peer's WireGuard bytes by kind of path: from capture; those by DERP from the
	 * daemon's counters. */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	/* Why there is no direct path, while it is relayed: a stable word ("udp-blocked-there") and plain
	 * text ("UDP is blocked there"), which says so if it is inferred; "" unknown. */
	const char *reason, *reason_text;
};

/* A ping by tailscaled, on our request. */
struct ping {
	int64_t at;     /* 0: none yet */
	double ms;      /* NAN: no answer */
	const char *by; /* how it was answered: "direct 10.99.0.11:41641", "DERP fra"; "" inside the tunnel */
};

/* How far discovery has come on a peer. */
struct probed_ports {
	unsigned count, asked, silent; /* all ports; those probed; those whose connects time out */
	bool is_running;               /* the next one follows at once */
};

struct peer {
	const char *id, *name, *fqdn, *os, *user;
	const char *const *addresses; /* NULL-terminated */
	const char *const *tags;
	bool is_self, is_online, is_active, is_shared_in, is_exit_node, is_mullvad;
	bool has_ssh;   /* it offers Tailscale SSH */
	bool was_asked; /* discovery probed its ports */
	struct probed_ports probed;
	struct path path;
	struct obs_net net; /* as reported by its tailscaled */
	struct ping pings[PING_KINDS];
	const char *gpu_exporter;     /* that reports its GPUs; "": none did */
	enum gpu_trouble gpu_trouble; /* of its last answer */
	struct span gpus;
	bool has_more_gpus;     /* than those */
	struct gpu_figures gpu; /* of all of them together */
	int64_t key_expiry, last_seen, last_handshake;
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;
	enum state state;
	struct span verdicts; /* worst first */
	size_t endpoint_count;
	const float *spark; /* RTT ms over snapshot.spark_span_ms, oldest first, NAN: none */
	size_t spark_count;
};

/* Tokens that agents want at least, as Ollama's documentation says. */
#define AGENTS_CONTEXT 64000

struct model {
	const char *id, *quantisation;
	const char *remote_host; /* host that runs it, "ollama.com"; "": the server itself */
	enum model_state state;
	double size_bytes, vram_bytes, context;
	int64_t expires_at;
	bool is_short_for_agents; /* loaded with a context under AGENTS_CONTEXT */
	bool is_no_chat;          /* it writes no text: vectors, ranks, sound … */
};

/* What was sent to an endpoint: one row per path. */
struct sent {
	const char *path;
	enum cost cost;
	double count;
	int64_t last;
	int status; /* of the last answer, 0: none */
};

/* One request of a canary, as far as it has come. */
struct canary {
	const char *url;         /* where it was sent */
	const char *model;
	const char *words;       /* what the server said if it failed */
	const char *path_source; /* of path_ms, as in struct path */
	struct canary_figures figures;
	bool is_seen;            /* in packets, too; else all of what follows is NAN */
	double seen_ttfb_ms, seen_ttft_ms, seen_tokens_per_s;
};

/* Where the time to first token goes: medians in ms, NAN: unknown. connect and tls are paid once per
 * connection; server is our own request minus the path; queue, prefill and token are reported by the
 * engine. */
struct latency {
	double path_ms, connect_ms, tls_ms, server_ms, queue_ms, prefill_ms;
	double engine_ms; /* queue plus prefill, if the engine does not separate them */
	double token_ms;  /* from one token to the next, after the first one */
	const char *text; /* the largest part, and what it belongs to; "" while nothing was measured */
};

struct endpoint {
	int peer;      /* index into peers, -1: unknown */
	int engine_id; /* equal for endpoints of the same engine */
	size_t lead;   /* index of the endpoint that stands for the engine in lists; itself, if this one */
	size_t worst, others; /* of a lead: which one is in the worst state, and how many others there are */
	const char *url;      /* base URL, https by name */
	const char *base_url; /* for OpenAI clients, "https://…/v1"; "": unknown, or no such API */
	const char *at;       /* its label in a row: "https /ollama", ":11434" */
	enum found_by found_by;
	const char *server, *title, *version; /* "": not known yet */
	struct spoken speaks[API_COUNT];
	struct stream_habits streams;
	bool unloads_idle; /* it may unload a model that nobody asks, after a time */
	enum state state;
	int64_t since;   /* in this state */
	bool was_before; /* it was in it at the first look */
	bool is_stale;   /* its data is older than it should be */
	bool is_pinned;
	bool is_engine;         /* neither a gateway nor a web front end; false while it is unknown */
	bool may_hand_on;       /* what answers may be elsewhere: a gateway, a front end, or of no known family */
	bool checks_host;       /* bound to localhost, it refuses requests for another host name */
	bool sends_key;         /* our own requests carry one */
	enum tri wants_key;     /* UNKNOWN: it was not seen without a key, or its list proves nothing */
	const char *management; /* what anyone can do with its API besides asking models; "" */
	const char *relays_by;  /* models that it lists may run elsewhere by this: "LM Link"; "" */
	const char *no_guard;   /* a setting that looks like a key, and is none: "OLLAMA_API_KEY"; "" */
	const struct usual_log *usual_log; /* of its kind of server */
	bool is_of_tailnet;     /* reachable only through the tailnet, whether or not its peer is known */
	double age_ms;          /* of the last good answer */
	struct span models, verdicts, sent;
	struct span canaries; /* the last series, in order */
	int64_t figured;      /* wall ms: when the engine last reported its figures */
	size_t loaded_models; /* meaningful if models_known */
	bool models_known, loaded_known;
	double connect_ms, tls_ms, ttfb_ms, samples;
	double ttfb_last_ms; /* of the latest answer, until the next one is due */
	struct figures figures;
	struct latency latency;
	int64_t cert_not_after;
	const float *spark; /* TTFB ms over snapshot.spark_span_ms, oldest first, NAN: none or failed */
	size_t spark_count;
	double requests, bytes_sent, bytes_received;
};

/* An endpoint that can answer for a model: of a mount and its backend, the better one. */
struct offer {
	size_t model, endpoint; /* indices */
	enum offer_class class_;
	enum warmth warmth;
	size_t rank;     /* among the offers of its model; 1 is the best, 0: --pick must not choose it */
	const char *why; /* why --pick must not choose it, or what the choice costs; "" */
};

struct mount {
	const char *host, *service, *path, *target;
	int port;
	enum serve_protocol protocol;
	bool is_funnel, is_foreground;
	int backend, endpoint; /* indices into endpoints, -1: not probed */
	enum state backend_state;
	struct span verdicts;
	bool is_api_only; /* nothing but /v1 of its server is below it */
};

struct event {
	uint64_t number;        /* rises with time; a repeat that is folded gets a new one; 0: of an earlier run */
	int64_t at;             /* wall ms */
	const char *who;        /* peer name or endpoint URL, "" for the daemon */
	const char *machine;    /* the name of the peer that it is about; "": none, or not known */
	const char *code;       /* of the verdict that came or went, or EVENT_… */
	enum severity severity; /* after it: info if something is over */
	const char *text;
	enum state state; /* the state after it */
	unsigned times;   /* folded repeats, ≥ 1 */
};

/* State of the helper that captures packets. */
struct capture {
	enum capture_state state;
	int64_t since;              /* in this state */
	const char *const *devices; /* NULL-terminated */
	double dropped;             /* packets, by the kernel */
	const char *trouble;        /* why it does not run; "" */
	const char *fix;            /* the one command that fixes it; "" */
};

/* Use of a service: the TCP connections between one peer and one port, seen in packets. */
struct flow {
	int peer;            /* index into peers, -1: not known */
	int endpoint;        /* index into endpoints: the server that it uses, -1: unknown */
	const char *service; /* "llm", "ssh", …; "" */
	int port;
	bool is_outgoing;    /* this node is the client */
	bool is_active;      /* an exchange is open, or bytes moved lately */
	bool is_inferred;    /* the peer is inferred from WireGuard bytes at the same time */
	bool is_estimated;   /* several chunks arrived as one: their number is estimated from bytes */
	int64_t since, last; /* the first and the last byte seen */
	double connections, open, exchanges;
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;      /* as seen by this node */
	double ttfb_ms, ttft_ms, ttft_max_ms, tokens_per_s; /* of the latest exchange that shows them */
	double ttft_p50_ms, ttft_p95_ms;                    /* of the latest SERIES_MAX that are over */
};

struct discovery {
	const char *mode;      /* "mine" | "tagged" | "all" | "off" */
	const char *ports;     /* "443 80 8443 11434 …" */
	size_t peers;          /* that discovery may probe */
	size_t asked, pending; /* ports probed; ports left to probe */
	size_t silent_peers;   /* that drop connections, and so are probed slowly */
	size_t postponed;      /* their ports left to probe */
	const char *now;       /* what is being probed now; "" */
};

/* How the user moves in a replay. */
enum steer {
	STEER_PAUSE,
	STEER_BACK, /* a period */
	STEER_ON,
	STEER_MINUTE_BACK,
	STEER_MINUTE_ON,
	STEER_EVENT_BACK,
	STEER_EVENT_ON,
	STEER_FASTER,
	STEER_SLOWER
};

/* Of a recording that is the source. */
struct replay_state {
	bool is_on; /* false: all of this is live */
	bool is_paused, is_at_end, is_searching;
	double speed; /* 1: as fast as it was */
};

struct snapshot {
	struct arena *arena;
	unsigned holders; /* besides its owner */
	struct when taken;
	const char *source; /* "live" | "replay" */
	struct replay_state replay;
	int64_t spark_span_ms; /* of the sparks in its rows */
	enum status status;    /* as in the exit status */
	bool is_passive;
	struct daemon daemon;
	struct traffic traffic;
	struct discovery discovery;
	struct peer *peers; /* self first, then by name */
	size_t peer_count;
	size_t online_count;        /* without this node */
	size_t left_out;            /* further peers that the daemon reported */
	struct obs_gpu *gpus;       /* by peer */
	size_t gpu_count;
	struct endpoint *endpoints; /* in order of discovery: views sort */
	size_t endpoint_count;
	struct model *models;
	size_t model_count;
	struct offer *offers; /* by model, the best first */
	size_t offer_count;
	struct mount *mounts;
	size_t mount_count;
	struct verdict *verdict_list; /* all of them; rows refer to them by spans */
	size_t verdict_count;
	struct span verdicts; /* those of the daemon and of this host */
	struct sent *sents;
	size_t sent_count;
	struct canary *canaries;
	size_t canary_count;
	bool has_running_canary; /* a series goes on; not in a replay */
	struct event *events; /* newest first */
	size_t event_count;
	struct bound *bounds;
	size_t bound_count;
	bool bounds_known;
	struct companion *companions;
	size_t companion_count;
	struct capture capture;
	struct flow *flows; /* the active ones first, then by last byte */
	size_t flow_count;
	double requests, bytes_sent, bytes_received, by_cost[COST_COUNT];
};

/* Keeps it until one more snapshot_free(). */
void snapshot_hold(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);
/* The first endpoint of the engine that this endpoint leads to. */
size_t snapshot_engine(const struct snapshot *snapshot, size_t endpoint);
/* The worst verdict that is not muted; NULL: none. */
const struct verdict *snapshot_worst(const struct snapshot *snapshot, struct span verdicts);

#endif
