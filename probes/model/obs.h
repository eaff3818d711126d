/* Observations: what a source learned, before anybody judged it.
 *
 * Pure parsers make them from bytes; the ledger takes each in by ledger_see(), as a struct observation (observation.h). Text in
 * them is clean (text_keep) and lives in the arena of whoever made the observation; unknown text is "", an unknown
 * number is NAN, an unknown time is 0. */
#ifndef TSLLM_MODEL_OBS_H
#define TSLLM_MODEL_OBS_H

#include "probes/model/figures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of one request, from the bottom up. */
enum outcome {
	OUTCOME_ANSWERED,    /* a whole HTTP answer, whatever its status */
	OUTCOME_REFUSED,     /* RST to the SYN: nothing listens */
	OUTCOME_UNREACHABLE, /* no route from here, network down */
	OUTCOME_CONNECT_TIMEOUT,
	OUTCOME_TLS,        /* the handshake failed, see enum tls_trouble */
	OUTCOME_SILENT,     /* connected, then not a byte (or headers and no body) until the deadline */
	OUTCOME_CLOSED,     /* connected, then closed before an answer */
	OUTCOME_TRUNCATED,  /* the answer broke off */
	OUTCOME_TOO_BIG,    /* over the cap: body, one header or all of them */
	OUTCOME_NOT_HTTP,   /* bytes came, no HTTP */
	OUTCOME_UNRESOLVED, /* the name has no address here */
	OUTCOME_NOT_TRIED, /* this machine had no socket, memory or port for it: it says nothing of the server */
	OUTCOME_COUNT
};

enum tls_trouble {
	TLS_FINE,
	TLS_ALERT_INTERNAL, /* Go's answer to a name without a certificate */
	TLS_EXPIRED,
	TLS_UNTRUSTED,
	TLS_NAME_MISMATCH,
	TLS_NOT_TLS, /* the other side speaks no TLS */
	TLS_TIMEOUT, /* TCP opened, the handshake did not end */
	TLS_OTHER
};

enum body_shape {
	BODY_EMPTY,
	BODY_JSON,
	BODY_BROKEN_JSON,
	BODY_BIG_JSON, /* more values than are read */
	BODY_HTML,
	BODY_TEXT,
	BODY_BINARY
};

enum cost { COST_FREE, COST_RESETS_IDLE, COST_WAKES, COST_LOADS, COST_BILLS, COST_DISTURBS, COST_COUNT };

/* ---- the tailnet ---- */

enum backend_state {
	BACKEND_UNKNOWN,
	BACKEND_NO_STATE,
	BACKEND_IN_USE_OTHER_USER,
	BACKEND_NEEDS_LOGIN,
	BACKEND_NEEDS_MACHINE_AUTH,
	BACKEND_STOPPED,
	BACKEND_STARTING,
	BACKEND_RUNNING
};

struct obs_peer {
	const char *id; /* StableNodeID: the key, it survives key rotation */
	const char *host_name;
	const char *fqdn; /* without the trailing dot */
	const char *os;
	const char *user; /* login name; "" for tagged nodes */
	double user_id;
	const char *const *addresses; /* TailscaleIPs, NULL-ended; first is normally IPv4 */
	const char *const *tags;      /* NULL-ended */
	const char *const *routes;    /* PrimaryRoutes: networks that it leads to, NULL-ended */
	const char *current_address;  /* CurAddr: the trusted direct ip:port */
	const char *home_derp;        /* Relay: that node's home region, not "relayed" */
	const char *peer_relay;       /* ip:port:vni:N */
	bool is_online, is_active, is_expired, is_sharee, is_exit_node, is_mullvad;
	bool has_session;                              /* InEngine */
	double rx_bytes, tx_bytes;                     /* WireGuard counters; a decrease is a reset */
	int64_t last_seen, last_handshake, key_expiry; /* wall ms, 0: never or unknown */
};

/* One whole status. Its arena owns every text and array in it. */
struct obs_status {
	struct arena *arena;
	enum backend_state backend;
	const char *backend_word; /* as the daemon says it */
	const char *version, *auth_url, *tailnet, *magicdns_suffix;
	bool has_tun, has_magicdns, has_self;
	const char *const *health;        /* NULL-ended */
	const char *const *own_addresses; /* ip:port of its UDP sockets as it knows them, NULL-ended */
	struct obs_peer self;
	struct obs_peer *peers;
	size_t peer_count, left_out; /* left_out: peers that the daemon told beside these, too many to keep */
};

/* Why there is no status. */
enum daemon_trouble {
	DAEMON_FINE,
	DAEMON_MISSING,  /* no socket, refused, no CLI */
	DAEMON_DENIED,   /* EACCES, 401, 403 */
	DAEMON_SILENT,   /* connected or started, no whole answer by the deadline */
	DAEMON_MALFORMED /* an answer that is no status */
};

enum serve_protocol { SERVE_HTTPS, SERVE_HTTP, SERVE_TCP, SERVE_TLS_TCP, SERVE_TUN };

struct obs_mount {
	const char *host; /* FQDN as configured, may hold a literal ${…}; "" for plain TCP of this node */
	const char *service; /* "svc:name" or "" */
	int port;
	enum serve_protocol protocol;
	const char *path;   /* "/ollama"; "" for TCP */
	const char *target; /* "http://127.0.0.1:11434", "text:", "path:…", "redirect:…" */
	bool is_funnel, is_foreground;
	/* By the live source: its door on the tailnet, "" where it is none that speaks HTTP, and the URL of its target
	 * that this machine can ask, or "". */
	const char *url, *backend;
};

struct obs_serve {
	struct arena *arena;
	struct obs_mount *mounts;
	size_t mount_count;
};

enum traffic_path { TRAFFIC_DIRECT, TRAFFIC_PEER_RELAY, TRAFFIC_DERP, TRAFFIC_PATHS };

struct obs_traffic {
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS]; /* totals since the daemon's start */
};

/* A Tailscale Service that the netmap offers to this node. */
struct obs_service {
	const char *name; /* "svc:llm" */
	const char *address;
	int ports[8];
	size_t port_count;
};

struct obs_services {
	struct arena *arena;
	struct obs_service *services;
	size_t service_count;
};

/* ---- servers ---- */

enum model_state { MODEL_UNKNOWN, MODEL_COLD, MODEL_LOADING, MODEL_LOADED, MODEL_SLEEPING, MODEL_FAILED };

struct obs_model {
	const char *id;
	enum model_state state;
	double size_bytes, vram_bytes, context;
	const char *quantisation;
	const char *remote_host; /* that runs it for this server, "ollama.com"; "": it runs it itself */
	int64_t expires_at;      /* wall ms */
};

/* Which list of models an answer holds. */
enum model_list {
	MODELS_UNTOLD, /* none: nothing is said about models */
	MODELS_ALL,    /* all that could be asked for; MODEL_UNKNOWN: a loaded list says more */
	MODELS_LOADED  /* the loaded ones only: whatever is not in it is cold */
};

/* What a family read in one answer. A field that the answer does not tell stays as reading_init() made it. */
enum timing {
	TIMING_TTFT,    /* to the first token of a request */
	TIMING_TOKEN,   /* from one token to the next */
	TIMING_QUEUE,   /* until a request is begun */
	TIMING_PREFILL, /* of its prompt */
	TIMING_COUNT
};

#define HISTOGRAM_BUCKETS 48

/* A histogram of seconds, whole: bounds rise to INFINITY, counts are cumulative and since the start. */
struct obs_histogram {
	size_t count;
	double bounds[HISTOGRAM_BUCKETS], counts[HISTOGRAM_BUCKETS];
	bool is_broken; /* while it is read */
};

struct reading {
	struct arena *arena; /* of the caller */
	const char *version;
	bool is_loading, is_sleeping; /* the engine as a whole */
	bool wants_key;               /* up, and it wants a key (or another one) */
	bool key_rejected;            /* our key was given and is wrong */
	bool open_onboarding;         /* the first visitor becomes administrator */
	enum model_list list;
	struct obs_model *models;
	size_t model_count;
	struct figures figures;                      /* those that it tells as they are */
	double generated_tokens, generation_seconds; /* counters since start */
	double prompt_tokens, prompt_seconds;        /* likewise; seconds NAN: the server counts none */
	double rejected;    /* counter: requests turned away because the queue was full */
	double progress;    /* counter that moves while work is done, and stands still with a hung engine */
	double patience_s;  /* how long it may stand still although there is work */
	double started;     /* seconds since 1970, by the server's clock */
	double uptime_s;
	double asleep;                                     /* above zero: the engine tells that it sleeps */
	int64_t told_at;                                   /* wall ms by the server's clock, 0: untold */
	const struct obs_histogram *timings[TIMING_COUNT]; /* NULL: untold; in the arena */
	const char *incarnation; /* changes when the server was started again; "" untold */
};

enum found_by { FOUND_CONFIG, FOUND_SERVE, FOUND_SERVICE, FOUND_PORT, FOUND_COUNT };

/* A door to watch: seen once, watched until it is dropped. */
struct obs_endpoint {
	const char *url;     /* base URL without a trailing slash: the key */
	const char *peer_id; /* "" outside the tailnet */
	const char *address; /* "100.64.0.2", what its port is watched on; "" unknown */
	const char *at;      /* how a row shows the door: "https /ollama", ":11434" */
	int port;
	enum found_by found_by;
	bool is_pinned;
	bool is_own;          /* on this machine */
	bool is_of_tailnet;   /* asked only while the tailnet runs */
	bool is_resolving;    /* not asked yet: the resolver has not answered */
	bool has_key;         /* our requests carry one */
	bool is_key_withheld; /* they do not, although one is configured: see key-withheld */
	const char *server;   /* its family's name, remembered from an earlier run; "" else */
};

/* How far the search for servers is. */
struct obs_discovery {
	const char *mode, *ports, *now;
	size_t peers, asked, pending;
};

/* One answer of one endpoint, digested. */
struct obs_answer {
	const char *url;  /* the endpoint's base URL: the key */
	const char *path; /* what was asked */
	bool is_primary;  /* the question that tells whether it is up */
	bool is_reused;   /* came over a kept-alive connection */
	enum outcome outcome;
	int os_error; /* of OUTCOME_NOT_TRIED */
	enum tls_trouble tls;
	const char *tls_text;   /* the library's own words, clean */
	int64_t cert_not_after; /* wall ms */
	int status;             /* 0: none */
	enum body_shape shape;
	const char *excerpt;       /* first bytes of the body, clean */
	const char *server_header; /* every Server line, joined by ", " */
	const char *via_header;
	const char *content_type;
	const char *location; /* of a 3xx */
	bool leaves_host;     /* that location is another host, port or scheme */
	bool has_date;
	double retry_after_s;
	double connect_ms, tls_ms, ttfb_ms; /* NAN where the connection was reused */
	double bytes_sent, bytes_received;
	enum cost cost;
	const char *server;            /* its family's name, "" while not told */
	bool is_expected;              /* the family's reader found what it wants in this answer */
	const struct reading *reading; /* NULL: none */
};

/* tailscaled pings a path each 3 s while something is sent. */
#define PONG_LOST_MS 4000   /* it leaves a path so long after its last pong */
#define PATH_RESTS_MS 45000 /* it pings no longer than that when nothing is sent: no pong is missing then */

/* What the daemon remembers of the path to one peer. Times are wall ms. */
struct obs_path_history {
	const char *peer_id;
	int64_t pong_at;      /* the last pong on the address in use; 0: none */
	bool was_regular;     /* the last pongs came in time */
	int64_t changes[128]; /* of kind, away from the path and back, oldest first: the last ones */
	size_t change_count;
};

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* What is known of the network that a host is in: of this one by `tailscale netcheck`, of any by what its
 * tailscaled told the tailnet. A control plane may keep that to itself: absent is unknown. */
struct obs_net {
	enum tri has_udp, has_ipv4, has_ipv6;
	enum tri is_hard_nat; /* its mapping varies by destination: nobody can guess it */
	enum tri maps_ports;  /* the router has; NO: it offers none of UPnP, NAT-PMP and PCP */
	enum tri is_captive;  /* a login page is in the way */
	double candidates;    /* addresses that it may be reached at */
	double derp_ms;       /* to its nearest DERP region */
	int64_t at;           /* wall ms, when it was told; 0: never */
};

/* A host as the tailnet knows it. */
struct obs_node {
	const char *peer_id;
	struct obs_net net;
};

/* How tailscaled pings: along the path it chose, or inside the tunnel. */
enum ping_kind { PING_DISCO, PING_TSMP, PING_KINDS };

/* One ping by tailscaled, answered or not. */
struct obs_ping {
	const char *peer_id;
	enum ping_kind kind;
	double ms;              /* NAN: no answer */
	const char *endpoint;   /* "10.99.0.11:41641": a direct answer */
	const char *derp;       /* "fra": it came through that region */
	const char *peer_relay; /* "10.99.0.14:40000:vni:3" */
};

enum capture_state {
	CAPTURE_OFF, /* not wanted, or not tried yet */
	CAPTURE_RUNNING,
	CAPTURE_NO_PERMISSION, /* the helper is there and lacks the right */
	CAPTURE_MISSING,       /* there is no helper */
	CAPTURE_FAILED,        /* it ended and is started again later */
	CAPTURE_COUNT
};

/* How the capture helper is. */
struct obs_capture {
	enum capture_state state;
	const char *trouble, *fix;
};

/* The answer to a confirming question about an endpoint (one row of probes/endpoints/confirm.c). */
enum proof {
	PROOF_NONE = 0,
	PROOF_HOST_LOCALHOST = 1 << 0, /* `Host: localhost` on the same door answers 200 */
	PROOF_PLAIN_HTTP = 1 << 1,     /* plain HTTP on that port gets an HTTP answer */
	PROOF_ACL = 1 << 2,            /* the daemon's log: rejected due to acl */
	PROOF_LOOPBACK_ONLY = 1 << 3   /* this machine: the port is bound to 127.0.0.1 alone */
};

/* Nothing came back in time, at whatever step: two of these in a row mean something, one does not. */
bool outcome_is_silence(enum outcome outcome, enum tls_trouble tls);
void net_init(struct obs_net *net); /* nothing is known */
void reading_init(struct reading *reading, struct arena *arena);
void obs_status_free(struct obs_status *status); /* frees the arena with all in it */

#endif
