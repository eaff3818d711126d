/* Any bytes, taken for packets: the decoder and all that counts on it.
 *
 * The first byte chooses the link type of all packets. Then packets follow, each behind five bytes: how many
 * were captured, how many more it had, and the time since the one before; 0xffff sets the clock back instead.
 * What is printed, to root and to others, has to be lines of the protocol: printable, and not too long. */
#include "capture/sampler.h"
#include "tests/fuzz/lines.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER 5
#define BEGIN_US 1700000000000000
#define TICK_US 1700 /* a few steps are a round trip, many a period */
#define CLOCK_BACK 0xffff
#define GRAIN_US 100000

static void add_place(struct place *places, size_t *count, const char *text, bool wants_port)
{
	if (place_parse(&places[(*count)++], text, wants_port))
		abort();
}

static void fill_options(struct options *options)
{
	static const char *const locals[] = { "10.99.0.10", "100.64.0.1", "10.0.0.1", "fd00::1",
		"fd7a:115c:a1e0::1" };

	for (size_t i = 0; i < sizeof(locals) / sizeof(*locals); i++)
		add_place(options->locals, &options->local_count, locals[i], false);
	add_place(options->derp, &options->derp_count, "10.99.0.1:8441", true);
	add_place(options->derp, &options->derp_count, "[fd00::2]:443", true);
	options->services[options->service_count++] = 8081;
	options->period_us = 1000000;
}

/* One packet, in memory of just its size, so that a sanitizer sees a byte too many. Returns what it took. */
static size_t take_packet(
	struct sampler *sampler, enum link link, const uint8_t *data, size_t size, int64_t *now_us)
{
	unsigned step = (unsigned)(data[3] << 8 | data[4]);
	size_t captured = data[0] < size - HEADER ? data[0] : size - HEADER;
	uint8_t *bytes = malloc(captured + !captured);
	struct frame frame = { .bytes = bytes, .captured = captured };

	if (!bytes)
		abort();
	memcpy(bytes, data + HEADER, captured);
	frame.length = captured + (size_t)(data[1] << 8 | data[2]);
	*now_us += step == CLOCK_BACK ? -3600000000 : (int64_t)step * TICK_US;
	frame.at_us = *now_us;
	sampler_see(sampler, link, &frame);
	free(bytes);
	return HEADER + captured;
}

static void take_all(const struct options *options, int sink, const uint8_t *data, size_t size)
{
	static struct lines lines;
	struct sampler sampler;
	int64_t now_us = BEGIN_US;

	lines_init(&lines, sink, options->is_discreet ? GRAIN_US : 1);
	if (sampler_init(&sampler, options, &lines))
		abort();
	for (size_t at = 1; at + HEADER < size;) {
		at += take_packet(
			&sampler, (enum link)(data[0] % (LINK_SLL2 + 1)), data + at, size - at, &now_us);
		fuzz_check_lines(&lines);
		lines_flush(&lines);
	}
	sampler_end(&sampler, "eof");
	sampler_fini(&sampler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	static int sink = -1;

	if (!size)
		return 0;
	if (sink < 0) {
		sink = open("/dev/null", O_WRONLY);
		fill_options(&options);
	}
	for (int is_discreet = 0; is_discreet < 2; is_discreet++) {
		options.is_discreet = is_discreet;
		take_all(&options, sink, data, size);
	}
	return 0;
}
