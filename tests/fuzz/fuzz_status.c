/* tailscaled's status, whole and in pieces.
 *
 * The first byte is the size of the pieces. Both ways lead to the same: no status, or one with the same
 * peers. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/tailscaled/status.h"

#include <stdlib.h>
#include <string.h>

static struct obs_status *parse(const char *bytes, size_t size, size_t piece)
{
	struct status_parser *parser = status_parser_new();
	struct obs_status *status;
	struct fault fault;

	for (size_t at = 0, length; at < size; at += length) {
		char *copy;

		length = size - at < piece ? size - at : piece;
		copy = fuzz_copy(bytes + at, length);
		status_parser_feed(parser, copy, length, &fault);
		free(copy);
	}
	status = status_parser_end(parser, &fault);
	status_parser_free(parser);
	return status;
}

static bool are_same(const struct obs_peer *a, const struct obs_peer *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->fqdn, b->fqdn) == 0 &&
	       strcmp(a->host_name, b->host_name) == 0 && strcmp(a->user, b->user) == 0 &&
	       strcmp(a->current_address, b->current_address) == 0 && a->is_online == b->is_online &&
	       a->key_expiry == b->key_expiry;
}

static void compare(const struct obs_status *whole, const struct obs_status *pieces)
{
	check(!whole == !pieces, "a status in pieces is read as a whole one is");
	if (!whole)
		return;
	check(whole->backend == pieces->backend && whole->peer_count == pieces->peer_count &&
			are_same(&whole->self, &pieces->self),
		"pieces change neither state nor self");
	for (size_t i = 0; i < whole->peer_count; i++)
		check(are_same(&whole->peers[i], &pieces->peers[i]), "pieces change no peer");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct obs_status *whole, *pieces;

	if (!size)
		return 0;
	whole = parse((const char *)data + 1, size - 1, size);
	pieces = parse((const char *)data + 1, size - 1, data[0] ? data[0] : 1);
	if (whole)
		check_status(whole);
	compare(whole, pieces);
	obs_status_free(whole);
	obs_status_free(pieces);
	return 0;
}
