/* The state of the ledger. Only probes/ledger and judge() change it; rules and take_snapshot() read it. */
#ifndef TSLLM_LEDGER_STATE_H
#define TSLLM_LEDGER_STATE_H

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/packet_state.h"
#include "probes/model/canary.h"
#include "probes/model/series.h"
#include "probes/model/snapshot.h"
#include "probes/model/window.h"

/* Since when a code has held. Every row (daemon, peer, endpoint, mount) has a list of these. */
struct open_verdict {
	const char *code;
	int64_t since; /* wall ms */
};

struct open_verdicts {
	struct open_verdict *items;
	size_t count, room;
};

/* How a round trip was measured, from the worst source to the best. */
enum rtt_source {
	RTT_NONE,
	RTT_ACK,     /* from data to its acknowledgement: an upper bound */
	RTT_PING,    /* a ping that tailscaled sent for us */
	RTT_CONNECT, /* connects of our own requests */
	RTT_SYN,     /* any client's connects, seen in packets */
	RTT_WIREGUARD,
	RTT_DISCO,
	RTT_SOURCES
};

/* A peer's path history, as the daemon last reported it. */
struct path_history {
	struct when asked, reported; /* unknown: never */
	int64_t pong_at;             /* wall ms */
	bool is_silent;              /* no pong for longer than their interval, after they had been regular */
	double changes;              /* of its kind, before this program started */
};

/* Changes within ten minutes that count as flapping. */
#define FLAPS 4

/* The last answers of the GPU exporter of a machine. */
struct known_gpus {
	enum gpu_trouble trouble; /* of the last one */
	int status;
	unsigned failures;   /* in a row */
	struct when at;      /* when the figures came; unknown: never */
	struct arena *arena; /* of what follows; NULL: none came */
	const char *exporter;
	const struct obs_gpu *items;
	size_t count;
	bool has_more;          /* than those */
	struct gpu_figures sum; /* unknown if there are more */
};

/* Less GPU memory is in use than the loaded models take. */
struct known_shortfall {
	struct when since;   /* unknown: enough is in use */
	double needed, used; /* bytes, at that time */
	bool is_claimed;     /* the engine says that they are in GPU memory */
};

/* The last ping of one kind that tailscaled sent for us. */
struct known_ping {
	struct when at;     /* unknown: never */
	double ms;          /* NAN: no answer */
	enum path_kind way; /* of the answer; PATH_UNKNOWN: no answer, or a ping inside the tunnel */
	char by[96];
};

/* What a node's tailscaled reported to the tailnet about its network. */
struct known_network {
	struct when asked, reported; /* unknown: never */
	bool is_wanted;              /* asked for by network_want(), whatever the path is */
	struct obs_net net;
	int64_t ipv4[NODE_IPV4_MAX]; /* addresses that it may be reached at */
	size_t ipv4_count;
};

struct known_peer {
	char *id;
	const struct obs_peer *obs; /* points into the ledger's status */
	enum path_kind kind, candidate;
	unsigned kind_polls; /* statuses in a row that showed this kind */
	unsigned candidate_polls, offline_polls, changes;
	struct when kind_since;
	int64_t changed_ms[FLAPS]; /* monotonic times of the last changes of kind, oldest first */
	struct when heard;         /* when something last came back from it */
	struct when revived;       /* when it was heard again after its pings were lost */
	struct when counted;       /* when the counters below were read */
	double rx_bytes, tx_bytes, rx_per_s, tx_per_s;
	double unseen_bytes;   /* that the daemon counted since the last captured packet, but for DERP */
	unsigned unseen_polls; /* statuses in a row in which they were more than handshakes and pings */
	struct series *rtt;         /* NULL until the first sample */
	enum rtt_source rtt_source; /* of all fresh samples in it */
	struct packet_state *packet_state; /* NULL: nothing of it was seen in packets */
	struct path_history *path_history; /* NULL: the daemon was not asked */
	struct known_ping *pings;          /* one for each kind; NULL: never pinged */
	double best_direct_ms;             /* NAN: unknown */
	bool has_served;                   /* one of its endpoints is pinned or has answered */
	unsigned silent_endpoints;         /* number of its endpoints whose connects time out */
	bool ping_ok, ping_lost;           /* the last ping of some kind was answered; both were lost */
	struct known_network *net;         /* NULL: never asked for */
	struct known_gpus *gpus;           /* NULL: it has no exporter, as far as known */
	struct when proven; /* when bytes last came from it although the status called it offline */
	bool is_proven;     /* that was lately: it is not offline */
	bool was_online, was_asked;
	struct probed_ports probed;
	enum state state;        /* judged */
	enum state state_before; /* by the judgement before */
	struct span verdicts;    /* judged */
	struct open_verdicts open_verdicts;
};

struct known_model {
	char *id, *quantisation, *remote_host;
	enum model_state state;
	bool in_all, in_loaded; /* the lists it is in */
	bool is_elsewhere;      /* another server or model answers for it */
	bool is_marked_failed;  /* by the server, in its last list */
	bool is_no_chat;        /* writes no text */
	double size_bytes, vram_bytes, context;
	int64_t expires_at;
	int64_t overdue_ms; /* past its expiry, by the server's clock, when last listed as loaded */
};

/* Bytes: an answer of this size does not fit into one packet of the tunnel. */
#define LARGE_ANSWER 1400

struct known_sent {
	char *path;
	unsigned misses;          /* requests in a row without an answer, no polling gap between them */
	double silent_bytes;      /* bytes that came before the last of them went silent */
	struct when silent_since; /* when the first of them was noticed */
	struct when silent_at;    /* when the last of them was noticed */
	struct when answered;     /* the last time with HTTP */
	unsigned run;             /* HTTP answers in a row */
	double size;              /* bytes of the last one */
	enum cost cost;
	double count;
	int64_t last;
	int status;
};

/* One request of the last canary. The endpoint owns its texts. */
struct known_canary {
	char *sent_to, *model, *words, *path_source;
	struct canary_figures figures;
	bool is_seen; /* in packets */
	double seen_ttfb_ms, seen_ttft_ms, seen_tokens_per_s;
};

/* A fact from the answer at one path. It holds until that path says otherwise, because answers of other
 * paths may not mention it. */
struct path_fact {
	bool holds;
	char *path; /* owned; NULL: never reported */
};

/* The last primary answer. The endpoint owns its texts. */
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

/* The last answer to the request for the engine's figures. */
struct figures_answer {
	enum outcome outcome;
	int status;
	enum body_shape shape;
	bool is_expected, has_figures;
	char *location; /* owned */
	struct when at; /* unknown: none came */
};

/* The last reading of a counter of tokens. */
struct known_counter {
	double tokens, seconds; /* seconds NAN: the server does not count them */
	struct when at;
};

/* A counter that rises while work is done. */
struct known_work {
	double progress;
	struct when counted; /* when progress was last reported */
	struct when moved;   /* when progress last moved, or there was no work */
};

/* One of several engines (data parallel) behind one server. */
struct known_part {
	char *name;
	double running, waiting;
	struct known_work work;
};

/* What the engine reports about its own work (engine.c). */
struct known_engine {
	struct figures figures; /* as last reported; speeds are computed from counters */
	double rejected, uptime_s;
	struct known_counter generation, prompt;
	struct known_work work;
	double patience_s;            /* how long work may stand still */
	VEC(struct known_part) parts; /* if it is several; the rest is of all together */
	struct when queued;           /* since when requests have been waiting; unknown: none is */
	struct when turned_away;      /* when requests were last rejected */
	struct when listed;           /* when it last listed its loaded models */
	struct when restarted;        /* when a restart was noticed */
	char *earlier;                /* the previous incarnation; NULL: none was seen */
	bool is_many;            /* a previous incarnation came back: several engines behind one endpoint */
	char *evicted, *evictor; /* model that was probably evicted last, and for which; NULL: none */
	struct when evicted_at;
	/* Its response time without the path, against its own median. */
	double usual_ms, slow_ms;
	unsigned slow_polls; /* in a row */
	struct when slow_since;
	struct known_shortfall shortfall;
	bool has_gpu;                         /* one of its models was in GPU memory */
	struct window *timings[TIMING_COUNT]; /* NULL: never reported */
};

struct known_endpoint {
	char *url, *peer_id, *address, *at, *server, *version, *incarnation;
	const struct server_facts *facts; /* of its server family; never NULL */
	int port;
	enum found_by found_by;
	bool is_pinned, is_own, is_of_tailnet, is_resolving, has_key, is_key_withheld;
	struct last_answer last;
	unsigned misses;  /* primary requests in a row without an answer */
	struct when good; /* when the last good answer came */
	struct when asked; /* when it was first asked; unknown: not yet */
	int64_t stopped_at; /* wall ms: since when nothing listens there, maybe since an earlier run; 0: it does */
	struct path_fact is_loading, is_sleeping, wants_key, key_rejected, open_onboarding;
	unsigned proofs; /* enum proof */
	struct {
		struct known_model *items;
		size_t count, room;
	} models;
	bool models_known, loaded_known;
	struct figures_answer figures_answer;
	struct when figured; /* when the engine last reported its figures */
	struct known_engine engine;
	double connect_ms, tls_ms;
	struct series ttfb;
	int64_t cert_not_after;
	struct {
		struct known_sent *items;
		size_t count, room;
	} sents;
	double requests, bytes_sent, bytes_received;
	VEC(struct known_canary) canaries; /* of the last series, in order */
	enum state state;
	enum state own_state; /* the last state that did not come from its host */
	struct when since;
	struct when changes[8]; /* when its state changed, to notice flapping */
	size_t change_count;
	struct span verdicts; /* judged */
	struct open_verdicts open_verdicts;
	bool is_by_cause;       /* its state is the trouble of another row, whose event tells it */
	const char *event_code; /* of its last event, unless that was an end; NULL: none */
	bool has_event;         /* this judgement changed its state from event_from */
	enum state event_from;
};

struct known_mount {
	const struct obs_mount *obs;
	bool is_web;          /* what it leads to is no LLM server */
	struct span verdicts; /* judged */
	struct open_verdicts open_verdicts;
};

struct known_traffic {
	struct obs_traffic totals;
	struct when at; /* unknown: never */
	double rx_per_s[TRAFFIC_PATHS], tx_per_s[TRAFFIC_PATHS];
};

/* Open addressing (peer_index.c). peer: index in ledger->peers plus one; 0: the slot is free. */
struct peer_index {
	struct {
		uint32_t hash, peer;
	} * slots;
	size_t count, room;
	VEC(uint32_t) with_packets; /* indices of the peers that have a packet_state */
};

/* Trouble of a machine that its endpoints share. */
struct open_cause {
	char *who; /* the machine's name */
	const char *code;
	bool is_seen; /* by the judgement that is going on */
	unsigned servers;
};

struct verdict_list {
	struct verdict *items;
	size_t count, room;
};

#define LINK_CHAINS 1024

struct ledger {
	struct ledger_terms terms;
	struct obs_status *status;    /* NULL: none yet */
	struct when status_at;        /* when the last status came */
	struct when begun;            /* when the first came, or it was first known why none does */
	char *via, *socket;
	enum daemon_trouble trouble;
	char *trouble_text;
	enum { NAMES_UNKNOWN, NAMES_RESOLVE, NAMES_FAIL, NAMES_ELSEWHERE } names;
	char names_address[64];   /* of NAMES_ELSEWHERE */
	struct obs_prefs *prefs;  /* NULL: unknown */
	struct obs_lock *lock;    /* NULL: unknown */
	struct obs_machine machine; /* os "": unknown */
	struct when blanked;      /* unknown: never */
	struct when limited;      /* the last time a request could not be sent, because of limit_error */
	int limit_error;          /* errno */
	struct known_peer *peers; /* sorted by id */
	size_t peer_count;
	size_t *by_name; /* indices of peers in the order of the snapshot, without self */
	struct peer_index index;
	bool has_several_users; /* machines of more than one user may connect to others here */
	struct known_peer self;
	struct {
		struct known_endpoint **items;
		size_t count, room;
	} endpoints;
	struct obs_serve *serve;
	struct known_mount *mounts;
	size_t mount_count;
	struct known_traffic traffic, captured; /* by the daemon's counters; by packets */
	struct obs_traffic captured_now;        /* running totals; NAN: packets were never captured */
	VEC(struct known_link) links;
	size_t link_chains[LINK_CHAINS]; /* by far end: index of the first link plus one; 0: none */
	unsigned path_failures; /* how often the current path of a peer with a server began to fail */
	size_t link_cursor;     /* where the last search for a free slot stopped */
	VEC(struct known_flow) flows;
	VEC(struct sniffed) waiting; /* exchanges that may still turn out to be our own */
	struct {
		int port;
		struct when at;
	} own_ports[256]; /* local ports of this program's recent requests */
	size_t own_port_count;
	struct {
		char *mode, *ports, *now;
		size_t peers, asked, pending, silent_peers, postponed;
	} discovery;
	struct {
		enum capture_state state;
		struct when since;
		char *trouble, *fix;
		VEC(char *) devices;
		double dropped;
	} capture;
	struct {
		struct arena *arena; /* of the listeners; NULL: not read */
		struct obs_listeners listeners;
		VEC(struct obs_companion) companions; /* texts owned */
	} exposure;
	struct open_verdicts open_verdicts;
	struct {
		struct arena *arena; /* of the texts; NULL: not judged yet */
		struct verdict_list verdicts;
		struct span own; /* of the daemon and of this host */
	} judged;                /* set by judge(); rows hold spans of verdicts */
	struct obs_who who; /* this machine, if its self.net is reported */
	struct obs_net netcheck;
	struct when netchecked, netcheck_begun; /* unknown: never */
	const char *daemon_code; /* verdict that the daemon is down; "": it is not; NULL: not judged */
	struct {
		struct event *items; /* text owned; oldest first */
		size_t count, room;
	} events;
	uint64_t event_number; /* of the newest */
	VEC(struct open_cause) causes;
	double requests, bytes_sent, bytes_received, by_cost[COST_COUNT];
};

/* Two answers further apart than this many polls are not compared. */
#define GAP_POLLS 3

#endif
