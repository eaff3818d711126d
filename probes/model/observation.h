/* What the ledger is told, by ledger_see(): one of many kinds of observation. */
#ifndef TSLLM_MODEL_OBSERVATION_H
#define TSLLM_MODEL_OBSERVATION_H

#include "probes/model/obs.h"

struct sniffed; /* sniffed.h */

enum observed {
	OBSERVED_STATUS,       /* of the daemon; taken over */
	OBSERVED_TROUBLE,      /* why there is no status */
	OBSERVED_NAMES,        /* whether MagicDNS names resolve here */
	OBSERVED_SERVE,        /* taken over */
	OBSERVED_TRAFFIC,      /* the daemon's own counters */
	OBSERVED_PATH_HISTORY, /* what the daemon remembers of a path */
	OBSERVED_PING,
	OBSERVED_NETCHECK, /* of this machine's network */
	OBSERVED_NODE,     /* a host's network, as it told the tailnet */
	OBSERVED_CAPTURE,  /* how the capture helper is */
	OBSERVED_PACKETS,  /* one line of it */
	OBSERVED_OWN_PORT, /* a local TCP port from which this program asked: exchanges from it are no client's */
	OBSERVED_DISCOVERY,
	OBSERVED_PROBED,   /* discovery asks at a port of this peer */
	OBSERVED_ENDPOINT, /* it is watched from now on, or something of it changed */
	OBSERVED_DROPPED,  /* it is watched no more */
	OBSERVED_ANSWER,
	OBSERVED_PROOF, /* the answer to a confirming question */
	OBSERVED_CERTIFICATE,
	OBSERVED_REQUEST, /* one that belongs to no endpoint: discovery, confirming questions */
	OBSERVED_GAP, /* this machine slept or its clock jumped: nothing observed before counts any more */
};

/* One observation. What it points to is the caller's, and lives for the call only, but for what is taken over. */
struct observation {
	enum observed kind;
	union {
		struct {
			struct obs_status *status;
			const char *via, *socket; /* how it was asked */
		};
		struct {
			enum daemon_trouble trouble;
			const char *trouble_text;
		};
		bool names_resolve;
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
		const char *peer_id; /* OBSERVED_PROBED */
		const struct obs_endpoint *endpoint;
		const struct obs_answer *answer;
		struct {
			const char *url; /* also of OBSERVED_DROPPED */
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
