/* Source of frames: network devices or a file. Only device.c includes libpcap. */
#ifndef TSLLM_CAPTURE_DEVICE_H
#define TSLLM_CAPTURE_DEVICE_H

#include "capture/options.h"
#include "capture/packet.h"
#include "capture/wire.h"

#define DEVICE_TROUBLE_MAX 512
#define DEVICE_BATCH 1000 /* most frames per call of devices_read() */

struct devices;

/* Opens the devices or the file of the options; the file is not read yet. Adds this machine's addresses to
 * the options' locals if they name none. On failure returns NULL, with an exit status (wire.h) in status and
 * a sentence in trouble. */
struct devices *devices_open(
	struct options *options, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX]);
/* Call in the jail, before the first read. Reads the file's header; for devices there is nothing to do.
 * Returns -1 on failure, with status and trouble as above. */
int devices_begin(struct devices *devices, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX]);

size_t devices_count(const struct devices *devices);
const char *devices_name(const struct devices *devices, size_t index);
const char *devices_link_name(const struct devices *devices, size_t index);
int devices_fd(const struct devices *devices, size_t index); /* for poll() */
/* Packets dropped by the kernel, summed over all devices. */
uint64_t devices_dropped(struct devices *devices);

typedef void device_frame_fn(void *data, enum link link, const struct frame *frame);
/* Passes the pending frames to take, DEVICE_BATCH at most. Returns 1, or 0 at the end of a file, or -1 with a
 * sentence in trouble if the device went away or the file is broken. */
int devices_read(struct devices *devices, size_t index, device_frame_fn *take, void *data,
	char trouble[static DEVICE_TROUBLE_MAX]);

#endif
