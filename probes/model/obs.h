/* Observations: what a source found, not judged yet.
 *
 * Pure parsers make them from bytes; the ledger takes each through ledger_see(), as a struct observation
 * (observation.h). Text in them is clean (text_keep) and lives in the arena of the code that made the
 * observation. Unknown text is "", an unknown number is NAN, an unknown time is 0. */
#ifndef TSLLM_MODEL_OBS_H
#define TSLLM_MODEL_OBS_H

#include "probes/base/text.h"
#include "probes/model/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one request ended. */
enum outcome {
	OUTCOME_ANSWERED,    /* a complete HTTP answer, with any status */
	OUTCOME_REFUSED,     /* RST to the SYN: nothing listens */
	OUTCOME_UNREACHABLE, /* no route from here, network down */
	OUTCOME_CONNECT_TIMEOUT,
	OUTCOME_TLS,        /* the handshake failed, see enum tls_trouble */
	OUTCOME_SILENT,     /* connected, but no byte (or headers and no body) by the deadline */
	OUTCOME_CLOSED,     /* connected, then closed before an answer */
	OUTCOME_TRUNCATED,  /* the answer was cut off */
	OUTCOME_TOO_BIG,    /* over the cap: body, one header or all of them */
	OUTCOME_NOT_HTTP,   /* bytes came, but not HTTP */
	OUTCOME_UNRESOLVED, /* the name has no address here */
	OUTCOME_NOT_TRIED,  /* this machine had no socket, memory or port left: no fault of the server */
	OUTCOME_COUNT
};

enum tls_trouble {
	TLS_FINE,
	TLS_ALERT_INTERNAL, /* Go's answer to a name without a certificate */
	TLS_EXPIRED,
	TLS_UNTRUSTED,
	TLS_NAME_MISMATCH,
	TLS_NOT_TLS, /* the other side does not speak TLS */
	TLS_TIMEOUT, /* TCP connected, but the handshake did not finish */
	TLS_OTHER,
	TLS_WANTS_CERTIFICATE, /* of the client */
	TLS_COUNT
};

enum body_shape {
	BODY_EMPTY,
	BODY_JSON,
	BODY_BROKEN_JSON,
	BODY_BIG_JSON, /* more values than json_parse() takes */
	BODY_HTML,
	BODY_TEXT,
	BODY_BINARY,
	BODY_PACKED /* compressed in a way that is not unpacked here */
};

enum cost { COST_FREE, COST_RESETS_IDLE, COST_WAKES, COST_LOADS, COST_BILLS, COST_DISTURBS, COST_COUNT };

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

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
	const char *id; /* StableNodeID, our key for the peer: it survives a rotation of node keys */
	const char *host_name;
	const char *fqdn; /* without the trailing dot */
	const char *os;
	const char *user; /* login name; "" for tagged nodes */
	double user_id;
	double sharer_id; /* of the user who shared it in; NAN: not shared */
	const char *const *addresses; /* TailscaleIPs, NULL-terminated; first is normally IPv4 */
	const char *const *tags;      /* NULL-terminated */
	const char *const *routes;    /* PrimaryRoutes: subnets that it routes, NULL-terminated */
	const char *current_address;  /* CurAddr: the trusted direct ip:port */
	const char *home_derp;        /* Relay: that node's home region, not "relayed" */
	const char *peer_relay;       /* ip:port:vni:N */
	bool is_reported_online; /* by the control plane; a path in use outweighs it */
	const char *mac;  /* of its network card, "" unknown. Set by the live source, from the settings */
	int peerapi_port; /* of its PeerAPI, at its first address if that is IPv4; 0: none */
	bool is_online, is_active, is_expired, is_sharee, is_exit_node, is_mullvad;
	bool has_ssh; /* it offers Tailscale SSH */
	bool has_session;                              /* InEngine */
	double rx_bytes, tx_bytes;                     /* WireGuard counters; a decrease is a reset */
	int64_t last_seen, last_handshake, key_expiry; /* wall ms, 0: never or unknown */
	uint64_t digest; /* of what the daemon said of it, 0: none */
};

/* A name of the tailnet's DNS that is no node's. */
struct obs_record {
	const char *name, *address;
};

#define SERVICE_PORTS_MAX 32

/* A Tailscale Service. */
struct obs_service {
	const char *name; /* "svc:llm" */
	const char *address;
	int ports[SERVICE_PORTS_MAX];
	size_t port_count;
};

/* One complete status. Its arena owns every text and array in it. */
struct obs_status {
	struct arena *arena;
	unsigned holders; /* besides its owner */
	enum backend_state backend;
	const char *backend_word; /* the daemon's own word */
	const char *version, *auth_url, *tailnet, *magicdns_suffix;
	const char *node_key;  /* of this node, "nodekey:…" */
	const char *exit_node; /* its id; "": none is in use, or an older daemon does not say which */
	enum tri exit_node_online;
	enum tri issues_certs; /* NO: this node gets no certificate, ever (CertDomains is empty) */
	bool has_tun;          /* also if the status does not tell: the key came with tailscaled 1.36 */
	bool has_magicdns, has_self;
	const char *const *cert_domains; /* names that this node can get certificates for; NULL-terminated */
	struct obs_record *records;      /* ExtraRecords */
	struct obs_service *hosted;      /* Services that this node hosts: name and address, no ports */
	size_t record_count, hosted_count;
	const char *const *health;        /* NULL-terminated */
	const char *const *own_addresses; /* its UDP sockets, ip:port, as it knows them; NULL-terminated */
	struct obs_peer self;
	struct obs_peer *peers;
	size_t peer_count, left_out; /* left_out: further peers that the daemon reported, too many to keep */
};

/* How its services are started. */
enum init { INIT_UNKNOWN, INIT_SYSTEMD, INIT_OPENRC, INIT_SCRIPTS, INIT_CONTAINER };

/* This machine, as far as commands for it depend on it. */
struct obs_machine {
	char os[16]; /* as in a status */
	enum init init;
	char service[16]; /* tailscaled's name for its init; "": the usual one */
	char sudo[8];     /* what makes a command root's: "sudo ", "doas "; "": there is no such program */
};

/* What the user set for this node (`tailscale set`). The ledger owns it, with its arena. */
struct obs_prefs {
	struct arena *arena;
	enum tri accepts_routes, accepts_dns;
	enum tri runs_web_client; /* tailscaled's own, at port 5252 of its addresses */
	const char *exit_node; /* the chosen one's id; "": none */
	const char *control_url;
};

/* A peer without a signature: with tailnet lock, tailscaled leaves it out of the status. */
struct obs_unsigned {
	const char *fqdn;             /* without the trailing dot */
	const char *const *addresses; /* NULL-terminated */
	const char *node_key;
};

/* Tailnet lock. The ledger owns it, with its arena. */
struct obs_lock {
	struct arena *arena;
	enum tri is_enabled, is_signed; /* is_signed: this node */
	bool is_signing; /* this node may sign others */
	const char *node_key;           /* of this node, "nodekey:…" */
	struct obs_unsigned *unsigned_peers;
	size_t unsigned_count;
};

/* Why there is no status. */
enum daemon_trouble {
	DAEMON_FINE,
	DAEMON_MISSING,   /* no socket, or refused */
	DAEMON_ABSENT,    /* no socket, and no CLI either */
	DAEMON_DENIED,    /* 401, 403 */
	DAEMON_SILENT,    /* connected or started, but no complete answer by the deadline */
	DAEMON_MALFORMED, /* the answer is not a status */
	DAEMON_CLOSED     /* EACCES: its socket may not be opened */
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
	/* Set by the live source. is_web: what it leads to was asked, and is no LLM server. is_port_taken:
	 * another program holds its port, so requests from this machine do not reach it. is_api_only: below
	 * its url there is nothing but /v1. url: its URL on the tailnet, "" if it does not speak HTTP. backend: the
	 * URL of its target if this machine can query it, else "". */
	const char *url, *backend;
	bool is_web, is_port_taken, is_api_only;
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

/* A TCP port that a program on this machine listens on. */
struct obs_listener {
	const char *address; /* "0.0.0.0", "::1" */
	const char *process; /* its name; "": belongs to another user, who hides it */
	int port;
};

/* All of them. */
struct obs_listeners {
	const struct obs_listener *items;
	size_t count;
};

/* A port beside a server: something that its program or tailscaled opens along with it. */
struct obs_companion {
	const char *peer_id; /* "": this machine */
	const char *url;     /* "http://100.64.0.2:5252": the key */
	const char *title;   /* what is there: "Grafana" */
	enum tri is_open;    /* NO: refused or silent */
};

/* The Services that the netmap offers to this node. */
struct obs_services {
	struct arena *arena;
	struct obs_service *services;
	size_t service_count;
};

/* ---- servers ---- */

enum found_by { FOUND_CONFIG, FOUND_SERVE, FOUND_SERVICE, FOUND_PORT, FOUND_COUNT };

/* An endpoint to watch, from when it is found until OBSERVED_DROPPED. */
struct obs_endpoint {
	const char *url;     /* base URL without a trailing slash: the key */
	const char *peer_id; /* "" outside the tailnet */
	const char *address; /* the IP of its server, "100.64.0.2"; "" unknown */
	const char *at;      /* its label in a row: "https /ollama", ":11434" */
	int port;
	enum found_by found_by;
	bool is_pinned;
	bool is_own;          /* on this machine */
	bool is_of_tailnet;   /* queried only while the tailnet runs */
	bool is_resolving;    /* not queried yet: the resolver has not answered */
	bool has_key;         /* our requests carry one */
	bool is_key_withheld; /* one is configured, but not sent: see key-withheld */
	const char *server;   /* name of its family, remembered from an earlier run; else "" */
	int64_t stopped_at;   /* wall ms: an earlier run noticed that nothing listens there any more; or 0 */
};

/* Progress of the search for servers. */
struct obs_discovery {
	const char *mode, *ports, *now;
	size_t peers, asked, pending;
	size_t silent_peers, postponed; /* peers that drop connections, and their usual ports still to come */
};

/* The same on one peer. */
struct obs_probed {
	const char *peer_id;
	unsigned ports, asked, silent; /* number of ports: all, probed, and those whose connects time out */
	bool is_running;               /* the next one follows at once */
};

/* One answer of one endpoint, parsed. */
struct obs_answer {
	const char *url;  /* the endpoint's base URL: the key */
	const char *path; /* path of the request */
	bool is_primary;  /* of the request that decides whether it is up */
	bool is_reused;   /* came over a kept-alive connection */
	enum outcome outcome;
	int os_error; /* of OUTCOME_NOT_TRIED */
	enum tls_trouble tls;
	const char *tls_text;   /* message of the TLS library, clean */
	int64_t cert_not_after; /* wall ms */
	int status;             /* 0: none */
	enum body_shape shape;
	const char *excerpt;       /* first bytes of the body, clean */
	const char *server_header; /* every Server line, joined by ", " */
	const char *via_header;
	const char *content_type;
	const char *location; /* of a 3xx */
	bool leaves_host;     /* location has another host, port or scheme */
	bool has_date;
	double retry_after_s;
	double connect_ms, tls_ms, ttfb_ms; /* connect_ms, tls_ms: NAN if the connection was reused */
	double bytes_sent, bytes_received;
	enum cost cost;
	const char *server;            /* name of its family; "": not identified yet */
	bool is_expected;              /* the family's reader found what it expects in this answer */
	const struct reading *reading; /* NULL: none */
};

/* tailscaled pings a path every 3 s while it sends something. */
#define PONG_LOST_MS 4000   /* it gives up a path this long after the last pong */
#define PATH_RESTS_MS 45000 /* it stops pinging this long after the last send: a pong is not missing then */

/* The daemon's own history of the path to one peer. Times are wall ms. */
struct obs_path_history {
	const char *peer_id;
	int64_t pong_at;      /* the last pong on the address in use; 0: none */
	bool was_regular;     /* the last pongs came on time */
	int64_t changes[128]; /* the latest changes of kind, away from the path and back, oldest first */
	size_t change_count;
};

/* The network that a host is in: of this host from `tailscale netcheck`, of any host from what its
 * tailscaled reported to the tailnet. A control plane may withhold that, so absent means unknown. */
struct obs_net {
	enum tri has_udp, has_ipv4, has_ipv6;
	enum tri is_hard_nat; /* its mapping varies by destination: peers can't predict it */
	enum tri maps_ports;  /* YES: the router has mapped one; NO: it offers none of UPnP, NAT-PMP, PCP */
	enum tri is_captive;  /* behind a captive portal (login page) */
	double candidates;    /* number of addresses that it may be reached at */
	double derp_ms;       /* to its nearest DERP region */
	int64_t at;           /* wall ms, when it was reported; 0: never */
};

/* Who a host is to others: what tailscaled tells of whoever connects. Texts that do not fit are cut. */
struct obs_who {
	char login[TEXT_CAP], display[TEXT_CAP]; /* of its user */
	char capabilities[1024];                 /* that the policy gives it, with blanks between; "": none */
};

/* A host with containers has one for each of their networks. */
#define NODE_IPV4_MAX 64

/* A host, as it is known to the tailnet. */
struct obs_node {
	const char *peer_id;
	struct obs_net net;
	int64_t ipv4[NODE_IPV4_MAX]; /* addresses that it may be reached at, local and public, as numbers */
	size_t ipv4_count;
	struct obs_who who;
};

/* How tailscaled pings: along the path it chose, or inside the tunnel. */
enum ping_kind { PING_DISCO, PING_TSMP, PING_KINDS };

/* One ping by tailscaled, answered or not. */
struct obs_ping {
	const char *peer_id;
	enum ping_kind kind;
	double ms;              /* NAN: no answer */
	const char *endpoint;   /* "10.99.0.11:41641": a direct answer */
	const char *derp;       /* "fra": answered through that region */
	const char *peer_relay; /* "10.99.0.14:40000:vni:3" */
};

enum capture_state {
	CAPTURE_OFF, /* not wanted, or not tried yet */
	CAPTURE_RUNNING,
	CAPTURE_NO_PERMISSION, /* the helper is installed, but lacks the permission to capture */
	CAPTURE_MISSING,       /* the helper is not installed */
	CAPTURE_FAILED,        /* it ended, and will be restarted later */
	CAPTURE_COUNT
};

/* State of the capture helper. */
struct obs_capture {
	enum capture_state state;
	const char *trouble, *fix;
};

/* The result of a confirming request about an endpoint (one row of probes/endpoints/confirm.c). */
enum proof {
	PROOF_NONE = 0,
	PROOF_HOST_LOCALHOST = 1 << 0, /* the same endpoint answers 200 to `Host: localhost` */
	PROOF_PLAIN_HTTP = 1 << 1,     /* plain HTTP on that port gets an HTTP answer */
	PROOF_ACL = 1 << 2,            /* in the daemon's log: rejected due to acl */
	PROOF_LOOPBACK_ONLY = 1 << 3,  /* on this machine: the port is bound to 127.0.0.1 only */
	PROOF_ACL_NEARBY = 1 << 4,     /* in the daemon's log: the same for another port of that host */
	PROOF_SHIELDS = 1 << 5         /* in the daemon's log: that host accepts no connections */
};

/* Whether it is a timeout, at any step. Two of these in a row mean something, one does not. */
bool outcome_is_silence(enum outcome outcome, enum tls_trouble tls);
void net_init(struct obs_net *net);              /* sets everything to unknown */
void obs_status_hold(struct obs_status *status); /* keeps it until one more obs_status_free() */
void obs_status_free(struct obs_status *status); /* frees its arena with everything in it */

#endif
