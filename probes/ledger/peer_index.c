/* Finds the peer that has an address, a path's far end or a disco key, without a scan of 10,000 peers.
 *
 * Lines of the capture helper may name addresses of no peer, and somebody who forges packets can produce
 * thousands of those a second. One hash table holds the addresses of all peers of a status, the far ends
 * of their current paths and their disco keys. A slot is only a hint: a hit is compared with the peer
 * itself, so a key that the peer no longer uses finds nothing, although it stays in the table until the
 * next status. */
#include "probes/ledger/peer_index.h"

#include "probes/base/text.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64
#define EQUAL_MAX 8

/* Mixed into the hash, so that an address cannot match a key. */
enum kind { ADDRESS = 'a', END = 'e', KEY = 'k' };

static const char vni_mark[] = ":vni:";

/* FNV-1a, seeded with what belongs to the text: its kind, or a vni. */
static uint32_t hash(uint64_t beside, const char *text, size_t length)
{
	uint32_t sum = UINT32_C(2166136261) ^ (uint32_t)beside ^ (uint32_t)(beside >> 32);

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)text[i]) * UINT32_C(16777619);
	return sum ^ sum >> 15;
}

uint32_t peer_index_hash(const char *remote, int64_t vni)
{
	return hash((uint64_t)vni << 8 ^ END, remote, strlen(remote));
}

/* ---- current paths ---- */

/* Splits "ip:port:vni:N". Returns the length of "ip:port"; 0: not of that form. */
static size_t read_relay(const char *peer_relay, int64_t *vni)
{
	const char *mark = strstr(peer_relay, vni_mark);

	*vni = mark ? text_number(mark + strlen(vni_mark), INT32_MAX) : -1;
	return *vni < 0 ? 0 : (size_t)(mark - peer_relay);
}

bool peer_index_has_end(const struct known_peer *peer, const char *remote, int64_t vni)
{
	int64_t relay_vni;
	size_t length;

	if (vni == LINK_DERP || !peer->obs)
		return false;
	if (!vni)
		return strcmp(peer->obs->current_address, remote) == 0;
	length = read_relay(peer->obs->peer_relay, &relay_vni);
	return length && relay_vni == vni && strlen(remote) == length &&
	       strncmp(peer->obs->peer_relay, remote, length) == 0;
}

bool peer_end(const struct known_peer *peer, enum peer_end_kind kind, struct peer_end *end)
{
	const char *address = !peer->obs                ? ""
			      : kind == PEER_END_DIRECT ? peer->obs->current_address
							: peer->obs->peer_relay;
	size_t length = strlen(address);

	end->vni = 0;
	if (kind == PEER_END_RELAYED)
		length = read_relay(address, &end->vni);
	if (!length || length >= sizeof(end->remote))
		return false;
	memcpy(end->remote, address, length);
	end->remote[length] = '\0';
	return true;
}

/* ---- the index ---- */

/* Keeps at most EQUAL_MAX peers of one hash: if thousands claim the same address, each insertion would
 * pass all earlier ones. */
static void add(struct peer_index *index, uint32_t sum, size_t peer)
{
	size_t at = sum & (index->room - 1), equal = 0;

	for (; index->slots[at].peer; at = (at + 1) & (index->room - 1)) {
		equal += index->slots[at].hash == sum;
		if (equal == EQUAL_MAX)
			return;
	}
	index->slots[at].hash = sum;
	index->slots[at].peer = (uint32_t)peer + 1;
	index->count++;
}

static void add_key(struct peer_index *index, const struct known_peer *peer, size_t number)
{
	if (peer->packet_state && *peer->packet_state->disco)
		add(index, hash(KEY, peer->packet_state->disco, strlen(peer->packet_state->disco)), number);
}

static void add_peer(struct peer_index *index, const struct known_peer *peer, size_t number)
{
	struct peer_end end;

	for (size_t i = 0; peer->obs->addresses[i]; i++)
		add(index, hash(ADDRESS, peer->obs->addresses[i], strlen(peer->obs->addresses[i])), number);
	for (int kind = 0; kind < PEER_ENDS; kind++)
		if (peer_end(peer, (enum peer_end_kind)kind, &end))
			add(index, peer_index_hash(end.remote, end.vni), number);
	add_key(index, peer, number);
}

/* Room for all entries, with those learned before the next status, and half as many free slots. */
static size_t room_for(const struct ledger *ledger)
{
	size_t texts = SLOTS_MIN / 2, room = SLOTS_MIN;

	for (size_t i = 0; i < ledger->peer_count; i++) {
		texts += PEER_ENDS + 2; /* its disco key, and a new one */
		for (size_t a = 0; ledger->peers[i].obs->addresses[a]; a++)
			texts++;
	}
	while (room < texts * 3 / 2)
		room *= 2;
	return room;
}

void peer_index_all(struct ledger *ledger)
{
	struct peer_index *index = &ledger->index;
	size_t room = room_for(ledger);

	if (room != index->room) {
		free(index->slots);
		index->slots = mem_alloc(room * sizeof(*index->slots));
		index->room = room;
	} else {
		memset(index->slots, 0, room * sizeof(*index->slots));
	}
	index->count = index->with_packets.count = 0;
	for (size_t i = 0; i < ledger->peer_count; i++) {
		add_peer(index, &ledger->peers[i], i);
		if (ledger->peers[i].packet_state)
			*VEC_PUSH(&index->with_packets) = (uint32_t)i;
	}
}

void peer_index_packets(struct ledger *ledger, const struct known_peer *peer)
{
	if (peer != &ledger->self)
		*VEC_PUSH(&ledger->index.with_packets) = (uint32_t)(peer - ledger->peers);
}

void peer_index_key(struct ledger *ledger, const struct known_peer *peer)
{
	if (peer == &ledger->self)
		return;
	if (ledger->index.count >= ledger->index.room * 3 / 4)
		peer_index_all(ledger); /* drops keys that are no longer used */
	else
		add_key(&ledger->index, peer, (size_t)(peer - ledger->peers));
}

/* The next peer with that hash, from *step on, which is moved behind it; NULL: none. */
static struct known_peer *next(const struct ledger *ledger, uint32_t sum, size_t *step)
{
	const struct peer_index *index = &ledger->index;

	for (; index->room && *step < index->room; (*step)++) {
		size_t at = (sum + *step) & (index->room - 1);

		if (!index->slots[at].peer)
			return NULL;
		if (index->slots[at].hash != sum)
			continue;
		(*step)++;
		return &ledger->peers[index->slots[at].peer - 1];
	}
	return NULL;
}

struct known_peer *peer_index_at(const struct ledger *ledger, const char *ip)
{
	struct known_peer *peer;
	size_t step = 0;

	if (peer_has_address(&ledger->self, ip))
		return (struct known_peer *)(uintptr_t)&ledger->self;
	while ((peer = next(ledger, hash(ADDRESS, ip, strlen(ip)), &step)) && !peer_has_address(peer, ip))
		;
	return peer;
}

struct known_peer *peer_index_with_end(const struct ledger *ledger, const char *remote, int64_t vni)
{
	struct known_peer *peer;
	size_t step = 0;

	while ((peer = next(ledger, peer_index_hash(remote, vni), &step)) &&
		!peer_index_has_end(peer, remote, vni))
		;
	return peer;
}

struct known_peer *peer_index_with_key(const struct ledger *ledger, const char *key)
{
	struct known_peer *peer;
	size_t step = 0;

	while ((peer = next(ledger, hash(KEY, key, strlen(key)), &step)) &&
		!(peer->packet_state && strcmp(peer->packet_state->disco, key) == 0))
		;
	return peer;
}
