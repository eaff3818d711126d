/* What ledger_see() takes: a tagged union of all kinds of observation. */
#ifndef TSLLM_MODEL_OBSERVATION_H
#define TSLLM_MODEL_OBSERVATION_H

#include "probes/model/gpu.h"
#include "probes/model/canary.h"
#include "probes/model/obs.h"

struct sniffed; /* sniffed.h */

enum observed {
	OBSERVED_STATUS,       /* of the daemon; ownership passes to the ledger */
	OBSERVED_TROUBLE,      /* why there is no status */
	OBSERVED_NAMES,        /* whether MagicDNS names resolve here */
	OBSERVED_PREFS,        /* of this node; ownership passes to the ledger */
	OBSERVED_LOCK,         /* tailnet lock; ownership passes to the ledger */
	OBSERVED_SERVE,        /* ownership passes to the ledger */
	OBSERVED_WEB,          /* a mount leads to something that answers and is no LLM server */
	OBSERVED_TRAFFIC,      /* the daemon's own counters */
	OBSERVED_PATH_HISTORY, /* the daemon's own history of a path */
	OBSERVED_PING,
	OBSERVED_NETCHECK, /* of this machine's network */
	OBSERVED_NODE,     /* a host's network, as reported to the tailnet */
	OBSERVED_CAPTURE,  /* state of the capture helper */
	OBSERVED_PACKETS,  /* one line of the capture helper */
	OBSERVED_OWN_PORT, /* a local TCP port of our own requests: exchanges from it are not a client's */
	OBSERVED_DISCOVERY,
	OBSERVED_PROBED,   /* discovery probes a port of this peer */
	OBSERVED_ENDPOINT, /* a new endpoint to watch, or a change of one */
	OBSERVED_DROPPED,  /* no longer watched */
	OBSERVED_ANSWER,
	OBSERVED_PROOF, /* the result of a confirming request */
	OBSERVED_CERTIFICATE,
	OBSERVED_REQUEST, /* a request that belongs to no endpoint: discovery, confirming requests */
	OBSERVED_CANARY,  /* a completion that the user asked for: it began, gave its first token, ended */
	OBSERVED_LISTENERS, /* what this machine listens on: for --audit */
	OBSERVED_COMPANION, /* a port beside a server: for --audit */
	OBSERVED_GPUS,    /* the GPUs of a machine, by an exporter there */
	OBSERVED_MACHINE, /* what kind of machine this is */
	OBSERVED_GAP,     /* this machine slept or its clock jumped: earlier observations no longer count */
};

/* One observation. Pointers belong to the caller and are valid only during the call, unless ownership
 * passes to the ledger. */
struct observation {
	enum observed kind;
	union {
		struct {
			struct obs_status *status;
			const char *via, *socket; /* how it was queried */
		};
		struct {
			enum daemon_trouble trouble;
			const char *trouble_text;
		};
		struct obs_prefs *prefs;
		struct obs_lock *lock;
		struct {
			bool names_resolve;
			const char *names_address; /* where they lead, if not to this tailnet; or NULL */
		};
		const struct obs_machine *machine;
		const struct obs_listeners *listeners;
		const struct obs_companion *companion;
		const struct obs_gpus *gpus;
		const struct obs_canary *canary;
		struct obs_serve *serve;
		const struct obs_traffic *traffic;
		const struct obs_path_history *path_history;
		const struct obs_ping *ping;
		const struct obs_net *netcheck;
		const struct obs_node *node;
		const struct obs_capture *capture;
		const struct sniffed *packets;
		int own_port;
		const struct obs_discovery *discovery;
		const struct obs_probed *probed;
		const struct obs_endpoint *endpoint;
		const struct obs_answer *answer;
		struct {
			const char *url; /* also of OBSERVED_DROPPED and OBSERVED_WEB */
			enum proof proof;
			int64_t cert_not_after; /* wall ms */
		};
		struct {
			enum cost cost;
			double bytes_sent, bytes_received;
		};
	};
};

#endif
