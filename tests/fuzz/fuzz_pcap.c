/* A whole capture file, as `tsllm-capture -r` reads it: libpcap, the guess at whose it is, the sampler.
 *
 * The first byte says whether the addresses of the machine are told or guessed. The program itself ends after
 * one file and leaves it to the kernel; here it is closed. */
#include "capture/device.c"
#include "capture/guess.h"
#include "capture/sampler.h"
#include "tests/fuzz/lines.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void see(void *data, enum link link, const struct frame *frame)
{
	sampler_see(data, link, frame);
}

static void keep(void *data, enum link link, const struct frame *frame)
{
	guess_see(data, link, frame);
}

static int learn(struct devices *devices, struct options *options, struct sampler *sampler)
{
	static struct guess guess;
	char trouble[DEVICE_TROUBLE_MAX];
	int more = 1;

	guess.count = guess.frame_count = 0;
	while (more > 0 && !guess_is_full(&guess, DEVICE_BATCH))
		more = devices_read(devices, 0, keep, &guess, trouble);
	guess_add_locals(&guess, options);
	for (size_t i = 0; i < guess.frame_count; i++) {
		const struct frame frame = guess_frame(&guess, i);

		sampler_see(sampler, guess.link, &frame);
	}
	return more;
}

static void read_file(struct devices *devices, struct options *options)
{
	static struct lines lines;
	char trouble[DEVICE_TROUBLE_MAX];
	struct sampler sampler;
	int more = 1;

	lines_init(&lines, open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
	if (sampler_init(&sampler, options, &lines))
		abort();
	if (!options->local_count)
		more = learn(devices, options, &sampler);
	while (more > 0)
		more = devices_read(devices, 0, see, &sampler, trouble);
	sampler_end(&sampler, "eof");
	fuzz_check_lines(&lines);
	sampler_fini(&sampler);
	close(lines.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options = { .period_us = 1000000 };
	char trouble[DEVICE_TROUBLE_MAX];
	struct devices *devices;
	enum wire_exit status;

	if (size < 2)
		return 0;
	if (data[0] & 1 && place_parse(&options.locals[options.local_count++], "10.99.0.10", false))
		abort();
	devices = calloc(1, sizeof(*devices));
	if (!devices)
		abort();
	devices->path = "fuzz";
	devices->file = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "rb");
	if (devices_begin(devices, &status, trouble) == 0)
		read_file(devices, &options);
	if (devices->items[0].pcap)
		pcap_close(devices->items[0].pcap);
	else
		fclose(devices->file);
	free(devices);
	return 0;
}
