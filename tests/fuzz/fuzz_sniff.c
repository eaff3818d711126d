/* The lines of the capture helper, whole and in pieces: the first byte is their size. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/packets/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct count {
	size_t good, broken;
	double sum;
};

static void check_place(const struct sniffed_place *place)
{
	check_text(place->text, sizeof(place->text) - 1);
	check_text(place->host, sizeof(place->host) - 1);
	check(place->port >= 0 && place->port <= 65535, "a place has a port, or none");
}

static void check_sniffed(const struct sniffed *sniffed)
{
	const double numbers[] = { sniffed->rx_bytes, sniffed->tx_bytes, sniffed->pings, sniffed->pongs,
		sniffed->lost, sniffed->us, sniffed->connections, sniffed->open, sniffed->up_bytes,
		sniffed->down_bytes, sniffed->exchanges, sniffed->ttfb_us, sniffed->ttft_us, sniffed->gap_us,
		sniffed->chunks, sniffed->tokens, sniffed->tokens_per_s, sniffed->received,
		sniffed->dropped };

	check(sniffed->word < SNIFFED_COUNT, "a line has a word");
	check_text(sniffed->name, sizeof(sniffed->name) - 1);
	check_text(sniffed->disco, sizeof(sniffed->disco) - 1);
	check_place(&sniffed->local);
	check_place(&sniffed->remote);
	check_place(&sniffed->client);
	check_place(&sniffed->server);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		check(isnan(numbers[i]) || (isfinite(numbers[i]) && numbers[i] >= 0),
			"a number is untold, or finite and not below zero");
}

static int take(void *data, const struct sniffed *sniffed, const struct fault *fault)
{
	struct count *count = data;

	if (sniffed) {
		check_sniffed(sniffed);
		count->good++;
		count->sum += isnan(sniffed->us) ? 0 : sniffed->us;
	} else {
		check_text(fault->text, sizeof(fault->text));
		count->broken++;
	}
	return 0;
}

static struct count feed(const char *bytes, size_t size, size_t piece)
{
	struct count count = { 0, 0, 0 };
	struct lines_cut cut = { .length = 0 };

	for (size_t at = 0, length; at < size; at += length) {
		char *copy;

		length = size - at < piece ? size - at : piece;
		copy = fuzz_copy(bytes + at, length);
		lines_feed(&cut, copy, length, take, &count);
		free(copy);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct count whole, pieces;

	if (!size)
		return 0;
	whole = feed((const char *)data + 1, size - 1, size);
	pieces = feed((const char *)data + 1, size - 1, data[0] ? data[0] : 1);
	check(whole.good == pieces.good && whole.broken == pieces.broken && whole.sum == pieces.sum,
		"lines in pieces are read as whole ones are");
	return 0;
}
