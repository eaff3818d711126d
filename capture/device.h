/* Where frames come from: network devices, or a file. The only includer of libpcap. */
#ifndef TSLLM_CAPTURE_DEVICE_H
#define TSLLM_CAPTURE_DEVICE_H

#include "capture/options.h"
#include "capture/packet.h"
#include "capture/wire.h"

#define DEVICE_TROUBLE_MAX 512
#define DEVICE_BATCH 1000 /* frames that one call hands over, at most */

struct devices;

/* Opens what the options name, a file without a look at it, and adds this machine's addresses to their locals
 * where they name none. On failure returns NULL, an exit status (wire.h) in status and a sentence in trouble. */
struct devices *devices_open(
	struct options *options, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX]);
/* In the jail, before the first read: learns what kind of file it is; a device is ready. -1: as above. */
int devices_begin(struct devices *devices, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX]);

size_t devices_count(const struct devices *devices);
const char *devices_name(const struct devices *devices, size_t index);
const char *devices_link_name(const struct devices *devices, size_t index);
int devices_fd(const struct devices *devices, size_t index); /* to wait on */
/* Packets that the kernel dropped, over all devices. */
uint64_t devices_dropped(struct devices *devices);

typedef void device_frame_fn(void *data, enum link link, const struct frame *frame);
/* Hands over the frames that are there, some at a time: 1, or 0 at the end of a file, -1 where the device
 * went away or the file is broken, with a sentence in trouble. */
int devices_read(struct devices *devices, size_t index, device_frame_fn *take, void *data,
	char trouble[static DEVICE_TROUBLE_MAX]);

#endif
