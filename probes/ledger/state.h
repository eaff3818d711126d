/* What the ledger remembers. The files of probes/ledger and judge() change it; rules, and what is copied out, read it. */
#ifndef TSLLM_LEDGER_STATE_H
#define TSLLM_LEDGER_STATE_H

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/packet_state.h"
#include "probes/model/series.h"
#include "probes/model/snapshot.h"
#include "probes/model/window.h"

/* Since when a code has held, and the row it made. One list a row. */
struct open_verdict {
	const char *code;
	int64_t since; /* wall ms */
};

struct open_verdicts {
	struct open_verdict *items;
	size_t count, room;
};

/* How a round trip was measured; the later ones are better. */
enum rtt_source {
	RTT_NONE,
	RTT_ACK,     /* data to its acknowledgement: an upper bound */
	RTT_PING,    /* that tailscaled was asked for */
	RTT_CONNECT, /* of our own requests */
	RTT_SYN,     /* the same, seen in packets, of anybody's connects */
	RTT_WIREGUARD,
	RTT_DISCO,
	RTT_SOURCES
};

/* What the daemon remembered of its path when it was asked last. */
struct path_history {
	struct when asked, reported; /* unknown: never */
	int64_t pong_at;             /* wall ms */
	bool is_silent;              /* no pong for longer than they are apart, and they had been regular */
	double changes;              /* of kind, before this program looked */
};

/* So many changes within ten minutes are flapping. */
#define FLAPS 4

/* The last ping of a kind that tailscaled was asked for. */
struct known_ping {
	struct when at;     /* unknown: never */
	double ms;          /* NAN: no answer */
	enum path_kind way; /* of the answer; PATH_UNKNOWN: none, or inside the tunnel */
	char by[96];
};

/* What its tailscaled told the tailnet of its network. */
struct known_network {
	struct when asked, reported; /* unknown: never */
	bool is_wanted;              /* whatever its path is */
	struct obs_node node;
};

struct known_peer {
	char *id;
	const struct obs_peer *obs; /* in the ledger's status */
	enum path_kind kind, candidate;
	unsigned kind_polls; /* polls in a row that showed the kind */
	unsigned candidate_polls, offline_polls, changes;
	struct when kind_since;
	int64_t changed_ms[FLAPS]; /* when its kind changed, monotonic, the last times, oldest first */
	struct when heard;         /* something came back from it */
	struct when revived;       /* heard again after its pings were lost */
	struct when counted;       /* of the counters below */
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;
	struct series *rtt;                /* NULL until a sample */
	enum rtt_source rtt_source;        /* of all that is fresh in it */
	struct packet_state *packet_state; /* NULL: packets told nothing of it */
	struct path_history *path_history; /* NULL: the daemon was not asked */
	struct known_ping *pings;          /* one a kind; NULL: it was never pinged */
	double best_direct_ms;             /* NAN */
	bool has_served;                   /* an endpoint of it answered once, or is pinned */
	unsigned silent_endpoints;         /* endpoints whose connects time out now */
	bool ping_ok, ping_lost;           /* an answer to the last of either kind; none to both */
	struct known_network *net;         /* NULL: it was not asked for */
	bool was_online, was_asked;
	enum state state;     /* judged */
	struct span verdicts; /* judged */
	struct open_verdicts open_verdicts;
};

struct known_model {
	char *id, *quantisation, *remote_host;
	enum model_state state;
	bool in_all, in_loaded; /* the lists that it stands in */
	double size_bytes, vram_bytes, context;
	int64_t expires_at;
	int64_t overdue_ms; /* past its expiry by the server's clock, when it was listed as loaded */
};

/* Bytes of an answer that does not fit into one packet of the tunnel. */
#define LARGE_ANSWER 1400

struct known_sent {
	char *path;
	unsigned misses;          /* silences in a row, without a gap that nobody watched */
	double silent_bytes;      /* that came before the last of them */
	struct when silent_since; /* the first of them */
	struct when silent_at;    /* the last of them */
	struct when answered;     /* with HTTP, the last time */
	unsigned run;             /* of such answers in a row */
	double size;              /* bytes of the last one */
	enum cost cost;
	double count;
	int64_t last;
	int status;
};

/* What the answer at one path said; it holds until that path says otherwise, for others may know nothing of
 * it. */
struct path_fact {
	bool holds;
	char *path; /* owned; NULL: never told */
};

/* The last primary answer, as text the endpoint owns. */
struct last_answer {
	enum outcome outcome;
	enum tls_trouble tls;
	int status;
	enum body_shape shape;
	char *tls_text, *path, *excerpt, *server_header, *via_header, *content_type, *location;
	bool leaves_host, has_date, is_expected;
	double retry_after_s;
	struct when at; /* unknown: never asked */
};

/* A counter of tokens, as it was told last. */
struct known_counter {
	double tokens, seconds; /* seconds NAN: the server does not count them */
	struct when at;
};

/* What the engine says of its own work (engine.c). */
struct known_engine {
	struct figures figures; /* as they were told last, and speeds from counters */
	double rejected, uptime_s;
	struct known_counter generation, prompt;
	double progress, patience_s;
	struct when counted;     /* when progress was told last */
	struct when moved;       /* when it had moved last, or there was no work */
	struct when queued;      /* since when requests wait; unknown: none does */
	struct when turned_away; /* when requests were rejected last */
	struct when listed;      /* when it told last what is loaded */
	struct when restarted;   /* when it was seen to have been started anew */
	char *earlier;           /* the incarnation before this one; NULL: none was seen */
	bool is_many;            /* one that was gone came back: several engines share this door */
	char *evicted, *evictor; /* the last model that likely made room, and for which; NULL: none did */
	struct when evicted_at;
	/* Its answers against its own median, without the path. */
	double usual_ms, slow_ms;
	unsigned slow_polls; /* in a row */
	struct when slow_since;
	bool has_gpu;                         /* a model of it was in one */
	struct window *timings[TIMING_COUNT]; /* NULL: never told */
};

struct known_endpoint {
	char *url, *peer_id, *address, *at, *server, *version, *incarnation;
	const struct server_facts *facts; /* of server; never NULL */
	int port;
	enum found_by found_by;
	bool is_pinned, is_own, is_of_tailnet, is_resolving, has_key, is_key_withheld;
	struct last_answer last;
	unsigned misses;  /* silent primary answers in a row */
	struct when good; /* the last good answer */
	struct path_fact is_loading, is_sleeping, wants_key, key_rejected, open_onboarding;
	unsigned proofs; /* enum proof */
	struct {
		struct known_model *items;
		size_t count, room;
	} models;
	bool models_known, loaded_known;
	struct when figured; /* when these were told last */
	struct known_engine engine;
	double connect_ms, tls_ms;
	struct series ttfb;
	int64_t cert_not_after;
	struct {
		struct known_sent *items;
		size_t count, room;
	} sents;
	double requests, bytes_sent, bytes_received;
	enum state state;
	enum state own_state; /* the last one that its host did not make */
	struct when since;
	struct when changes[8]; /* of its state, for flapping */
	size_t change_count;
	struct span verdicts; /* judged */
	struct open_verdicts open_verdicts;
};

struct known_mount {
	const struct obs_mount *obs;
	struct span verdicts; /* judged */
	struct open_verdicts open_verdicts;
};

struct known_traffic {
	struct obs_traffic totals;
	struct when at; /* unknown: never */
	double rx_per_s[TRAFFIC_PATHS], tx_per_s[TRAFFIC_PATHS];
};

/* Open addressing (peer_index.c); peer is its number in the ledger and one, 0 where a slot is free. */
struct peer_index {
	struct {
		uint32_t hash, peer;
	} * slots;
	size_t count, room;
	VEC(uint32_t) with_packets; /* the numbers of those of whom packets told */
};

struct verdict_list {
	struct verdict *items;
	size_t count, room;
};

#define LINK_CHAINS 1024

struct ledger {
	struct ledger_terms terms;
	struct obs_status *status;    /* NULL: none yet */
	struct when status_at, begun; /* the last status, the first one */
	char *via, *socket;
	enum daemon_trouble trouble;
	char *trouble_text;
	enum { NAMES_UNKNOWN, NAMES_RESOLVE, NAMES_FAIL } names;
	struct when blanked; /* unknown: never */
	struct when limited; /* the last time that something could not be asked for want of what follows */
	int limit_error;     /* errno */
	struct known_peer *peers; /* by id */
	size_t peer_count;
	size_t *by_name; /* order of the snapshot: self is not in it */
	struct peer_index index;
	struct known_peer self;
	struct {
		struct known_endpoint **items;
		size_t count, room;
	} endpoints;
	struct obs_serve *serve;
	struct known_mount *mounts;
	size_t mount_count;
	struct known_traffic traffic, captured; /* by the daemon's own counters; by packets */
	struct obs_traffic captured_now;        /* since the last of those; NAN: packets are not watched */
	VEC(struct known_link) links;
	size_t link_chains[LINK_CHAINS]; /* by far end: the number of the first link and one; 0: none */
	size_t link_cursor;              /* where room was looked for last */
	VEC(struct known_flow) flows;
	VEC(struct sniffed) waiting; /* exchanges that are not told yet from our own */
	struct {
		int port;
		struct when at;
	} own_ports[256]; /* from which this program asked lately */
	size_t own_port_count;
	struct {
		char *mode, *ports, *now;
		size_t peers, asked, pending;
	} discovery;
	struct {
		enum capture_state state;
		struct when since;
		char *trouble, *fix;
		VEC(char *) devices;
		double dropped;
	} capture;
	struct open_verdicts open_verdicts;
	struct {
		struct arena *arena; /* of the texts; NULL: nothing was judged yet */
		struct verdict_list verdicts;
		struct span own; /* of the daemon and of this host */
	} judged;                /* by judge(): the rows hold spans of it */
	struct obs_net netcheck;
	struct when netchecked, netcheck_begun; /* unknown: never */
	const char *daemon_code; /* what kept the daemon from its work when last looked at; "": nothing */
	struct {
		struct event *items; /* text owned; oldest first */
		size_t count, room;
	} events;
	double requests, bytes_sent, bytes_received, by_cost[COST_COUNT];
};

/* Of two answers with more polls between them that nobody saw, no difference means anything. */
#define GAP_POLLS 3

#endif
