/* The round of one peer: which port is next, and when. Pure.
 *
 * A round is an index into one list of candidates. A peer that drops connections keeps its index: its round
 * goes on later where it stopped, so that every port has its turn. */
#ifndef TSLLM_ENDPOINTS_DISCOVER_ROUND_H
#define TSLLM_ENDPOINTS_DISCOVER_ROUND_H

#include "probes/base/when.h"
#include "probes/endpoints/discover_ports.h"
#include "probes/model/obs.h"

#include <stdint.h>

struct discover_round {
	char *peer_id, *host, *address; /* host: the host part of its URLs */
	bool is_own; /* this machine: its loopback (no peer_id), or its address on the tailnet */
	/* Of this machine, ports as bits: those on which something listens there, and those on which that is ::1 alone. */
	uint64_t listening, on_v6;
	bool is_asking, is_waiting, is_present;
	bool is_hurried;        /* the user pressed r: silence does not slow this round down */
	bool starts_again;      /* as soon as the probe in flight has ended */
	size_t next;            /* step of the round: see discover_round_base() */
	size_t passes;          /* complete rounds */
	unsigned silences;      /* in this round */
	unsigned pauses;        /* since something was found: each doubles the next one */
	uint64_t asked, silent; /* ports, a bit each */
	int64_t due;            /* monotonic ms */
};

/* The steps of a round are the usual bases and, last, one of the others, each time the next. On this machine
 * they are the usual bases of its loopback and all others on which something listens. NULL: the end. */
const struct discover_base *discover_round_base(
	const struct discover_ports *ports, const struct discover_round *round);
bool discover_round_url(
	const struct discover_round *round, const struct discover_base *base, char *text, size_t size);
bool discover_round_is_due(const struct discover_round *round, struct when now);
const char *discover_round_address(const struct discover_round *round, const struct discover_base *base);
/* Goes to the next candidate and counts it as in flight. NULL: none is left in this round. */
const struct discover_base *discover_round_start(
	const struct discover_ports *ports, struct discover_round *round, struct when now);
void discover_round_tell(const struct discover_ports *ports, struct discover_round *round, bool is_server,
	enum outcome outcome, struct when now);
void discover_round_again(struct discover_round *round); /* the user pressed r */
/* Ports of this round that are still to come. */
size_t discover_round_left(const struct discover_ports *ports, const struct discover_round *round);

#endif
