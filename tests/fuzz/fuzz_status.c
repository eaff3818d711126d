/* tailscaled's status, whole, in pieces, and after itself.
 *
 * The first byte is the size of the pieces. All ways lead to the same: no status, or one with the same
 * peers. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/tailscaled/status.h"
#include "probes/tailscaled/status_before.h"

#include <stdlib.h>
#include <string.h>

static struct obs_status *parse(
	const struct status_before *before, const char *bytes, size_t size, size_t piece)
{
	struct status_parser *parser = status_parser_new(before);
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

static void compare(const struct obs_status *whole, const struct obs_status *other)
{
	check(!whole == !other, "a status is read the same in any way");
	if (!whole)
		return;
	check(whole->backend == other->backend && whole->peer_count == other->peer_count &&
			are_same(&whole->self, &other->self),
		"neither state nor self differ");
	for (size_t i = 0; i < whole->peer_count; i++)
		check(are_same(&whole->peers[i], &other->peers[i]), "no peer differs");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct obs_status *whole, *pieces, *again;
	struct status_before *before;

	if (!size)
		return 0;
	whole = parse(NULL, (const char *)data + 1, size - 1, size);
	pieces = parse(NULL, (const char *)data + 1, size - 1, data[0] ? data[0] : 1);
	if (whole)
		check_status(whole);
	compare(whole, pieces);
	if (whole) {
		before = status_before_new(whole);
		again = parse(before, (const char *)data + 1, size - 1, size);
		compare(whole, again);
		obs_status_free(again);
		status_before_free(before);
	}
	obs_status_free(whole);
	obs_status_free(pieces);
	return 0;
}
