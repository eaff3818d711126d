/* For each packet: find its path, count it, pair it with its answer.
 *
 * A pong may be hidden at the end of a packet that the kernel merged. So a ping without a pong counts as lost
 * only if nothing at all came from the peer in the meantime. */
#include "capture/paths.h"

#include "capture/wire.h"

#include <string.h>

#define LATE_US_MIN 400000 /* a machine under load may take this long */
#define LATE_US_MAX 2500000
#define LATE_TIMES 4 /* multiple of the typical round trip */
#define LOST_US 5000000
#define HANDSHAKE_US 5000000 /* then WireGuard tries again */
#define STUN_US 3000000
#define SEGMENT 1312 /* a full packet of the tunnel, at its MTU of 1280 */

void paths_fini(struct paths *paths)
{
	table_fini(&paths->table);
}

/* ---- lines ---- */

static void begin_line(struct lines *lines, const char *word, int64_t at_us, const struct path_key *key)
{
	lines_begin(lines, word);
	lines_time(lines, "at", at_us);
	lines_place(lines, "local", &key->local);
	lines_place(lines, "remote", &key->remote);
	lines_number(lines, "vni", key->vni);
}

static void say_round_trip(
	struct paths *paths, const struct path_key *key, const char *method, int64_t from_us, int64_t to_us)
{
	lines_round_trip(paths->lines, method, &key->local, &key->remote, key->vni, to_us, to_us - from_us);
}

static void say_path(struct lines *lines, const struct path *path, int64_t now_us)
{
	begin_line(lines, WIRE_PATH, now_us, &path->key);
	if (path->has_disco)
		lines_hex(lines, "disco", path->disco, sizeof(path->disco));
	lines_number(lines, "rx_bytes", (int64_t)path->rx_bytes);
	lines_number(lines, "tx_bytes", (int64_t)path->tx_bytes);
	lines_number(lines, "rx_packets", (int64_t)path->rx_packets);
	lines_number(lines, "tx_packets", (int64_t)path->tx_packets);
	lines_word(lines, "packets", path->is_joined ? "estimated" : "exact");
	lines_number(lines, "pings", (int64_t)path->pings);
	lines_number(lines, "pongs", (int64_t)path->pongs);
	lines_number(lines, "lost", (int64_t)path->lost);
	lines_end(lines);
}

static void say_last(void *paths, void *path, int64_t now_us)
{
	if (((struct path *)path)->is_dirty)
		say_path(((struct paths *)paths)->lines, path, now_us);
}

void paths_report(struct paths *paths, int64_t now_us)
{
	for (size_t i = 0; i < PATHS_MAX; i++) {
		struct path *path = table_at(&paths->table, i);

		if (!path || !path->is_dirty)
			continue;
		say_path(paths->lines, path, now_us);
		path->is_dirty = false;
	}
}

int paths_init(struct paths *paths, const struct options *options, struct lines *lines)
{
	*paths = (struct paths){ .lines = lines, .due_us = INT64_MAX };
	if (table_init(&paths->table, sizeof(struct path), sizeof(struct path_key), PATHS_MAX, options->seed))
		return -1;
	paths->table.owner = paths;
	paths->table.evicts = say_last;
	return 0;
}

/* ---- pings ---- */

static int64_t late_after(const struct path *path)
{
	int64_t late = path->typical_us * LATE_TIMES;

	return late < LATE_US_MIN ? LATE_US_MIN : late > LATE_US_MAX ? LATE_US_MAX : late;
}

static void note_due(struct paths *paths, int64_t due_us)
{
	if (due_us < paths->due_us)
		paths->due_us = due_us;
}

static void drop_oldest(struct path *path)
{
	path->waiting_count--;
	memmove(path->waiting, path->waiting + 1, path->waiting_count * sizeof(*path->waiting));
}

static void send_ping(struct paths *paths, struct path *path, int64_t now_us)
{
	path->pings++;
	path->is_dirty = true;
	if (path->waiting_count == PINGS_MAX)
		drop_oldest(path);
	path->waiting[path->waiting_count++] = (struct ping){ .sent_us = now_us };
	note_due(paths, now_us + late_after(path));
}

/* The ping that a pong answers: the only one that is not late, or the only one at all. NULL if it is
 * ambiguous. */
static const struct ping *answered(const struct path *path)
{
	const struct ping *found = NULL;

	for (unsigned i = 0; i < path->waiting_count; i++) {
		if (path->waiting[i].is_missed)
			continue;
		if (found)
			return NULL;
		found = &path->waiting[i];
	}
	if (!found && path->waiting_count == 1)
		found = path->waiting;
	return found && !found->is_shared ? found : NULL;
}

/* From now on it is ambiguous which of them a pong answers. */
static void share_pongs(struct path *path)
{
	for (unsigned i = 0; i < path->waiting_count; i++)
		path->waiting[i].is_shared = true;
}

static void take_pong(struct paths *paths, struct path *path, int64_t now_us)
{
	const struct ping *ping = answered(path);

	if (!path->waiting_count)
		return;
	path->pongs++;
	path->is_dirty = true;
	if (!ping || now_us < ping->sent_us) {
		share_pongs(path);
		drop_oldest(path);
		return;
	}
	say_round_trip(paths, &path->key, WIRE_METHOD_DISCO, ping->sent_us, now_us);
	path->typical_us = path->typical_us ? (path->typical_us * 7 + now_us - ping->sent_us) / 8
					    : now_us - ping->sent_us;
	path->waiting_count = 0;
}

/* Whether anything came from the peer after this ping could have arrived there. */
static bool is_heard_since(const struct path *path, const struct ping *ping)
{
	return path->heard_us > ping->sent_us + path->typical_us / 2;
}

static void say_late(struct paths *paths, struct path *path, struct ping *ping)
{
	ping->is_missed = true;
	if (!path->pongs || is_heard_since(path, ping)) /* candidates that never answered do not count */
		return;
	begin_line(paths->lines, WIRE_MISS, ping->sent_us + late_after(path), &path->key);
	lines_time(paths->lines, "sent", ping->sent_us);
	lines_end(paths->lines);
}

static void give_up_oldest(struct path *path)
{
	if (path->pongs && !is_heard_since(path, path->waiting)) {
		path->lost++;
		path->is_dirty = true;
	}
	drop_oldest(path);
}

static void look_at_pings(struct paths *paths, struct path *path, int64_t now_us)
{
	while (path->waiting_count && now_us - path->waiting[0].sent_us >= LOST_US)
		give_up_oldest(path);
	for (unsigned i = 0; i < path->waiting_count; i++) {
		struct ping *ping = &path->waiting[i];

		if (!ping->is_missed && now_us - ping->sent_us >= late_after(path))
			say_late(paths, path, ping);
		note_due(paths, ping->sent_us + (ping->is_missed ? LOST_US : late_after(path)));
	}
}

void paths_pass_time(struct paths *paths, int64_t now_us)
{
	paths->due_us = INT64_MAX;
	for (size_t i = 0; i < PATHS_MAX; i++) {
		struct path *path = table_at(&paths->table, i);

		if (path && path->waiting_count)
			look_at_pings(paths, path, now_us);
	}
}

void paths_forget_waiting(struct paths *paths)
{
	for (size_t i = 0; i < PATHS_MAX; i++) {
		struct path *path = table_at(&paths->table, i);

		if (!path)
			continue;
		path->waiting_count = path->asked_count = 0;
		path->asked_us = path->initiated.at_us = path->responded.at_us = path->heard_us = 0;
	}
	memset(paths->stun, 0, sizeof(paths->stun));
	paths->due_us = INT64_MAX;
}

static bool is_recent(int64_t then_us, int64_t now_us, int64_t limit_us)
{
	return then_us && now_us >= then_us && now_us - then_us <= limit_us;
}

/* ---- pings of the peer ---- */

static void take_ping(struct path *path, int64_t now_us)
{
	if (!is_recent(path->asked_us, now_us, LOST_US))
		path->asked_count = 0;
	path->asked_is_shared = path->asked_count > 0;
	path->asked_count++;
	path->asked_us = now_us;
}

static void send_pong(struct paths *paths, struct path *path, int64_t now_us)
{
	if (!path->asked_count)
		return;
	if (!path->asked_is_shared && is_recent(path->asked_us, now_us, LOST_US))
		say_round_trip(paths, &path->key, WIRE_METHOD_TURNAROUND, path->asked_us, now_us);
	path->asked_count--;
}

/* ---- handshakes ---- */

/* From initiation to response, matched by the index that the initiator chose. */
static void take_response(struct paths *paths, struct path *path, uint32_t index, int64_t now_us)
{
	if (path->initiated.index == index && is_recent(path->initiated.at_us, now_us, HANDSHAKE_US))
		say_round_trip(paths, &path->key, WIRE_METHOD_WIREGUARD, path->initiated.at_us, now_us);
	path->initiated.at_us = 0;
}

/* From our response to the first packet with the index that we chose: the initiator sends one immediately. */
static void take_confirmation(struct paths *paths, struct path *path, uint32_t index, int64_t now_us)
{
	if (path->responded.index != index)
		return;
	if (is_recent(path->responded.at_us, now_us, HANDSHAKE_US))
		say_round_trip(paths, &path->key, WIRE_METHOD_WIREGUARD, path->responded.at_us, now_us);
	path->responded.at_us = 0;
}

/* ---- STUN ---- */

static void ask_stun(struct paths *paths, const struct underlay *underlay, const struct packet *packet)
{
	struct stun_question *question = &paths->stun[paths->stun_next++ % STUN_MAX];

	memcpy(question->id, underlay->stun_id, STUN_ID_SIZE);
	question->path = (struct path_key){ .local = packet->from, .remote = packet->to };
	question->sent_us = packet->at_us;
}

static void take_stun(struct paths *paths, const struct underlay *underlay, const struct packet *packet)
{
	for (unsigned i = 0; i < STUN_MAX; i++) {
		struct stun_question *question = &paths->stun[i];

		if (memcmp(question->id, underlay->stun_id, STUN_ID_SIZE) != 0)
			continue;
		if (is_recent(question->sent_us, packet->at_us, STUN_US))
			say_round_trip(
				paths, &question->path, WIRE_METHOD_STUN, question->sent_us, packet->at_us);
		question->sent_us = 0;
	}
}

/* ---- packets ---- */

/* Counts bytes as tailscaled's metrics do: WireGuard, with the header of a peer relay. */
static void count(struct path *path, const struct packet *packet, bool is_joined, bool is_outgoing)
{
	uint64_t packets = is_joined ? (packet->length + SEGMENT - 1) / SEGMENT : 1;

	*(is_outgoing ? &path->tx_bytes : &path->rx_bytes) += packet->length;
	*(is_outgoing ? &path->tx_packets : &path->rx_packets) += packets;
	path->is_joined = path->is_joined || is_joined;
	path->is_dirty = true;
}

static bool is_copy(struct path *path, const struct underlay *underlay, bool is_outgoing)
{
	uint64_t *last = is_outgoing ? &path->tx_mark : &path->rx_mark;
	uint64_t mark = underlay->mark ^ (uint64_t)underlay->receiver << 32 ^ (uint64_t)underlay->kind << 56;

	if (*last == mark)
		return true;
	*last = mark;
	return false;
}

static void see_outgoing(
	struct paths *paths, struct path *path, const struct underlay *underlay, int64_t now_us)
{
	if (underlay->kind == UNDERLAY_PING)
		send_ping(paths, path, now_us);
	else if (underlay->kind == UNDERLAY_PONG)
		send_pong(paths, path, now_us);
	else if (underlay->kind == UNDERLAY_DISCO) /* an MTU probe is also answered by a pong */
		share_pongs(path);
	if (underlay->kind == UNDERLAY_INITIATION) {
		path->initiated.index = underlay->sender;
		path->initiated.at_us = now_us;
	} else if (underlay->kind == UNDERLAY_RESPONSE) {
		path->responded.index = underlay->sender;
		path->responded.at_us = now_us;
	}
}

static void learn_key(struct path *path, const uint8_t *key)
{
	if (path->has_disco && memcmp(path->disco, key, DISCO_KEY_SIZE) == 0)
		return;
	memcpy(path->disco, key, DISCO_KEY_SIZE);
	path->has_disco = path->is_dirty = true;
}

static void see_incoming(
	struct paths *paths, struct path *path, const struct underlay *underlay, int64_t now_us)
{
	if (underlay->disco_key && underlay->kind != UNDERLAY_DISCO) /* a relay signs its own messages */
		learn_key(path, underlay->disco_key);
	if (underlay->kind == UNDERLAY_PING)
		take_ping(path, now_us);
	else if (underlay->kind == UNDERLAY_PONG)
		take_pong(paths, path, now_us);
	else if (underlay->kind == UNDERLAY_RESPONSE || underlay->kind == UNDERLAY_COOKIE)
		take_response(paths, path, underlay->receiver, now_us);
	else if (underlay->kind == UNDERLAY_DATA && path->responded.at_us)
		take_confirmation(paths, path, underlay->receiver, now_us);
	path->heard_us = now_us;
}

/* tailscaled does not answer a forged sender, so a path with traffic both ways is real: keep it in the
 * table. */
static void note_way(struct path *path, bool is_outgoing)
{
	*(is_outgoing ? &path->was_sent : &path->was_heard) = true;
	path->entry.is_kept = path->was_sent && path->was_heard;
}

void paths_see(
	struct paths *paths, const struct packet *packet, const struct underlay *underlay, bool is_outgoing)
{
	const struct path_key key = { .local = is_outgoing ? packet->from : packet->to,
		.remote = is_outgoing ? packet->to : packet->from,
		.vni = underlay->vni };
	struct path *path;

	if (underlay->kind == UNDERLAY_STUN_REQUEST && is_outgoing)
		ask_stun(paths, underlay, packet);
	else if (underlay->kind == UNDERLAY_STUN_RESPONSE && !is_outgoing)
		take_stun(paths, underlay, packet);
	if (underlay->stun_id)
		return;
	path = table_claim(&paths->table, &key, packet->at_us);
	note_way(path, is_outgoing);
	if (is_copy(path, underlay, is_outgoing))
		return;
	if (underlay->kind >= UNDERLAY_INITIATION)
		count(path, packet, underlay->is_joined, is_outgoing);
	(is_outgoing ? see_outgoing : see_incoming)(paths, path, underlay, packet->at_us);
}
