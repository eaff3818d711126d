/* What the ledger remembers, and what a rule may look at. Private to probes/ledger. */
#ifndef TSLLM_LEDGER_STATE_H
#define TSLLM_LEDGER_STATE_H

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/model/series.h"
#include "probes/ledger/packet_state.h"
#include "probes/model/snapshot.h"
#include "probes/model/window.h"

/* Since when a code has held, and the row it made. One list a row. */
struct standing {
	const char *code;
	int64_t since; /* wall ms */
};

struct standings {
	struct standing *items;
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
struct recollection {
	struct when asked, told; /* unknown: never */
	int64_t pong_at;         /* wall ms */
	bool is_silent;          /* no pong for longer than they are apart, and they had been regular */
	double changes;          /* of kind, before this program looked */
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
struct known_net {
	struct when asked, told; /* unknown: never */
	bool is_wanted;          /* whatever its path is */
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
	struct sighting *sighting;         /* NULL: packets told nothing of it */
	struct recollection *recollection; /* NULL: the daemon was not asked */
	struct known_ping *pings;          /* one a kind; NULL: it was never pinged */
	double best_direct_ms;             /* NAN */
	bool has_served;                   /* an endpoint of it answered once, or is pinned */
	unsigned silent_doors;             /* endpoints whose connects time out now */
	bool ping_ok, ping_lost;           /* an answer to the last of either kind; none to both */
	struct known_net *net;             /* NULL: it was not asked for */
	bool was_online, was_asked;
	enum state state;
	struct standings standings;
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
struct told {
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

/* A counter of tokens, as it was told last, and how fast it rose. */
struct known_speed {
	double tokens, seconds; /* seconds NAN: the server does not count them */
	double per_s;
	struct when at;
};

/* What the engine says of its own work (engine.c). */
struct known_engine {
	double kv_cache, preemptions, rejected, uptime_s;
	struct known_speed generation, prompt;
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
	char *url, *peer_id, *address, *at, *server, *title, *api, *version, *incarnation;
	int port;
	enum found_by found_by;
	bool is_pinned, is_own, is_of_tailnet, is_resolving, has_key, is_key_withheld, is_front_end,
		is_gateway;
	struct last_answer last;
	unsigned misses;  /* silent primary answers in a row */
	struct when good; /* the last good answer */
	struct told is_loading, is_sleeping, wants_key, key_rejected, open_onboarding;
	unsigned proofs; /* enum proof */
	struct {
		struct known_model *items;
		size_t count, room;
	} models;
	bool models_known, loaded_known;
	double running, waiting, slots;
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
	struct standings standings;
};

struct known_mount {
	const struct obs_mount *obs;
	struct standings standings;
};

struct known_traffic {
	struct obs_traffic totals;
	struct when at; /* unknown: never */
	double rx_per_s[TRAFFIC_PATHS], tx_per_s[TRAFFIC_PATHS];
};

/* peer_index.c: open addressing; peer is its number in the ledger and one, 0 where a slot is free. */
struct peer_index {
	struct {
		uint32_t hash, peer;
	} * slots;
	size_t count, room;
	VEC(uint32_t) sighted; /* the numbers of those of whom packets told */
};

#define LINK_CHAINS 1024

struct ledger {
	struct ledger_terms terms;
	struct obs_status *status;    /* NULL: none yet */
	struct when status_at, begun; /* the last status, the first one */
	char *via, *socket;
	enum daemon_trouble trouble;
	char *trouble_text;
	enum { NAMES_UNTOLD, NAMES_RESOLVE, NAMES_FAIL } names;
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
	struct standings standings;
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

/* What a rule sees. peer, endpoint and mount are NULL where the row has none. */
struct evidence {
	const struct ledger *ledger;
	const struct known_peer *peer;
	const struct known_endpoint *endpoint;
	const struct obs_mount *mount;
	const struct known_endpoint *backend; /* of the mount */
	const struct known_endpoint *asked;   /* the door through which the endpoint's engine is asked */
	struct when now;
};

/* What a rule found: pre-set from its row, raised or told in more detail by the evidence. */
struct finding {
	enum severity severity;
	enum state state;
	char detail[400]; /* %{detail} */
	char fix[400];    /* replaces the row's fix when not empty */
};

struct rule {
	const char *code;
	enum layer layer;
	enum severity severity;
	enum state state;
	bool (*holds)(const struct evidence *evidence, struct finding *finding);
	const char *text; /* with %{variables} */
	const char *fix;
	bool explains; /* rules of higher layers are silent once it holds */
};

/* Each table ends with a row without a code. An endpoint is judged by three of them, from the bottom up. */
extern const struct rule daemon_rules[], peer_rules[], untold_rules[], reach_rules[], work_rules[],
	http_rules[], engine_rules[], mount_rules[];

struct known_peer *ledger_peer(const struct ledger *ledger, const char *id); /* NULL: none; finds self too */
struct known_endpoint *ledger_endpoint(const struct ledger *ledger, const char *url);
/* No peer that was asked could be sent anything, and none was heard: it is this machine. */
bool ledger_has_no_route(const struct ledger *ledger, struct when now);
bool peer_answers_pings(const struct known_peer *peer); /* on the path that the tunnel takes, too */
bool peer_was_heard(const struct known_peer *peer, struct when now); /* lately; NULL: no */
const char *peer_short_name(
	const struct ledger *ledger, const struct obs_peer *peer, char *name, size_t size);
bool endpoint_answered(const struct known_endpoint *endpoint); /* its last answer was HTTP */
bool endpoint_is_good(const struct known_endpoint *endpoint);  /* its last answer was what its family says */
/* Whether a request wakes it when it sleeps. */
bool endpoint_wakes_by_request(const struct known_endpoint *endpoint);
/* It does, or the server behind this mount, which is asked more. */
bool endpoint_wants_key(const struct evidence *evidence);
/* Fills the detail with what it speaks instead. */
bool backend_speaks_no_tls(const struct known_endpoint *backend, struct finding *finding);
/* Whether what stands before it refused us, in no words of an engine. */
bool endpoint_wants_login(const struct evidence *evidence);

/* proxy.c: whether what answered is a proxy, not an engine. */
bool proxy_is_named(const struct last_answer *answer);    /* by a header */
bool proxy_says(const struct last_answer *answer);        /* this answer is a proxy's own */
const char *proxy_name(const struct last_answer *answer); /* "the proxy" where it is not known */

/* probes/verdicts/judge.c: applies tables of rules (NULL-ended) to evidence and appends what holds to verdicts. */
struct verdict_list {
	struct verdict *items;
	size_t count, room;
};
void verdict_judge(const struct rule *const *tables, const struct evidence *evidence,
	struct standings *standings, struct arena *arena, struct verdict_list *verdicts);
void verdict_sort(struct verdict *verdicts, size_t count); /* worst first */

/* Shared by the files of the ledger. */
void ledger_free_capture(struct ledger *ledger);
void ledger_free_peer(struct known_peer *peer);
void ledger_see_totals(struct known_traffic *traffic, const struct obs_traffic *totals, struct when now);
/* A round trip, taken unless a better source tells them. Those of two sources are never mixed. */
void peer_time(struct known_peer *peer, enum rtt_source source, double ms, struct when now);
const char *rtt_source_name(enum rtt_source source);
struct known_peer *ledger_peer_at(
	const struct ledger *ledger, const char *ip); /* NULL: none; finds self too */
/* The peer whose current path has that far end, or that signs with that key; NULL: none. */
struct known_peer *ledger_peer_with_end(const struct ledger *ledger, const char *remote, int64_t vni);
struct known_peer *ledger_peer_with_key(const struct ledger *ledger, const char *key);
void ledger_index_peers(struct ledger *ledger);                                   /* after each status */
void ledger_index_key(struct ledger *ledger, const struct known_peer *peer);      /* it has a new one */
void ledger_index_sighting(struct ledger *ledger, const struct known_peer *peer); /* it has one now */
uint32_t ledger_hash_end(const char *remote, int64_t vni);
/* Whether that is the far end of its current path; and what the far end of either kind is, false where it has
 * none. */
enum peer_end_kind { PEER_END_DIRECT, PEER_END_RELAYED, PEER_ENDS };
struct peer_end {
	char remote[56];
	int64_t vni; /* 0: direct */
};
bool peer_has_end(const struct known_peer *peer, const char *remote, int64_t vni);
bool peer_end(const struct known_peer *peer, enum peer_end_kind kind, struct peer_end *end);
struct sighting *peer_sighting(struct ledger *ledger, struct known_peer *peer); /* made where there is none */

/* What packets told: links.c, flows.c. */
void ledger_see_path(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_rtt(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_miss(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_derp(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_flow(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_tell_exchanges(struct ledger *ledger, int64_t at_us, struct when now); /* a period has ended */
void ledger_claim_links(struct ledger *ledger);                                    /* after a status */
void ledger_claim_flows(struct ledger *ledger);
void ledger_forget_misses(struct ledger *ledger);
void ledger_restart_links(struct ledger *ledger); /* the helper counts from zero again */
void ledger_restart_flows(struct ledger *ledger);
void ledger_free_links(struct ledger *ledger);
void ledger_free_flows(struct ledger *ledger);
bool peer_has_address(const struct known_peer *peer, const char *ip);
/* The peer's current path, as packets show it now; NULL: they do not. */
const struct known_link *peer_link(const struct ledger *ledger, const struct known_peer *peer);
/* What the daemon told of it, while that is fresh; NAN: nothing. */
bool peer_memory_is_fresh(const struct known_peer *peer, struct when now);
double peer_pong_age_ms(const struct known_peer *peer, struct when now);
/* Pings on its current path go unanswered, by packets or by the daemon's memory. how: where it is wanted, how
 * that is known. */
bool peer_path_is_failing(
	const struct ledger *ledger, const struct known_peer *peer, struct when now, char *how, size_t size);
double sighting_loss(const struct sighting *sighting, double *pings); /* on it; NAN: nothing to tell by */

const struct obs_net *peer_net(const struct known_peer *peer); /* NULL: nothing is known */
const struct obs_net *peer_fresh_net(const struct known_peer *peer, struct when now);
void ledger_forget_net_here(struct ledger *ledger); /* it may be another one now */
const struct obs_net *ledger_net_here(const struct ledger *ledger, struct when now); /* NULL likewise */
/* A path goes by UDP now, so that UDP is not blocked altogether, whatever netcheck found. */
bool ledger_has_udp_path(const struct ledger *ledger);
/* Why there is no direct path to a peer. */
struct relay_reason {
	const char *code; /* "": nothing says why */
	const char *fix;  /* with %{variables}; "": none of its own */
	char text[160];   /* says so where it is inferred */
};
void peer_reason(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	struct relay_reason *reason);
bool peer_is_relayed(const struct known_peer *peer, struct when now); /* for certain: something came back */
bool ledger_has_relayed_server(const struct ledger *ledger, struct when now);
/* Answers of up to small bytes come, those of large and more do not, and it is not the servers. */
bool peer_loses_large(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	double *small, double *large);
void ledger_hear(struct known_peer *peer, struct when now);
void ledger_free_endpoint(struct known_endpoint *endpoint);
void endpoint_see_models(struct ledger *ledger, struct known_endpoint *endpoint,
	const struct reading *reading, struct when now);
void endpoint_free_models(struct known_endpoint *endpoint);
void engine_init(struct known_engine *engine);
void engine_fini(struct known_engine *engine);
void engine_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now);
/* Before the models of an answer that lists the loaded ones are taken over. */
void engine_see_loaded(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	int64_t told_at, struct when now);
void engine_blank(struct known_engine *engine);  /* differences to what was counted before mean nothing */
void engine_forget(struct known_engine *engine); /* what was told of work is too old */
/* An expected answer to the primary question, before it is added to the series. */
void engine_see_pace(struct known_endpoint *endpoint, double ttfb_ms, double rtt_ms, struct when now);
/* probes/verdicts/work.c: adds for how long requests wait, and the time to the first token, where they are known. */
void engine_say_wait(const struct evidence *evidence, char *text, size_t size);
void event_note(struct ledger *ledger, const char *who, enum state state, struct when now, const char *text);

#endif
