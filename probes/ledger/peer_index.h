/* Peers by address, by the far end of their path and by disco key. */
#ifndef TSLLM_LEDGER_PEER_INDEX_H
#define TSLLM_LEDGER_PEER_INDEX_H

#include "probes/ledger/state.h"

/* The far end of a peer's current path. */
enum peer_end_kind { PEER_END_DIRECT, PEER_END_RELAYED, PEER_ENDS };
struct peer_end {
	char remote[56];
	int64_t vni; /* 0: direct */
};

void peer_index_all(struct ledger *ledger);                                    /* after each status */
void peer_index_key(struct ledger *ledger, const struct known_peer *peer);     /* its key is new */
void peer_index_packets(struct ledger *ledger, const struct known_peer *peer); /* its packet_state is new */
struct known_peer *peer_index_at(
	const struct ledger *ledger, const char *ip); /* NULL: none; finds self too */
/* The peer whose current path has that far end, or that has that disco key; NULL: none. */
struct known_peer *peer_index_with_end(const struct ledger *ledger, const char *remote, int64_t vni);
struct known_peer *peer_index_with_key(const struct ledger *ledger, const char *key);
uint32_t peer_index_hash(const char *remote, int64_t vni);
/* Whether that is the far end of its current path. peer_end() gets the far end of a kind; false: it has
 * none. */
bool peer_index_has_end(const struct known_peer *peer, const char *remote, int64_t vni);
bool peer_end(const struct known_peer *peer, enum peer_end_kind kind, struct peer_end *end);

#endif
