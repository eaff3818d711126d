/* libpcap. Every device is opened once, at the start: after the privileges are dropped nothing can be opened
 * again.
 *
 * Buffers are half the usual size, and frames are truncated after the headers. A file is opened without any
 * privilege, and libpcap sees its first byte only in the jail. */
#include "capture/device.h"

#include "capture/interfaces.h"

#include <pcap/pcap.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES (1024 * 1024)
#define READ_TIMEOUT_MS 100
#define SECONDS_MAX INT64_C(253402300799) /* the end of the year 9999 */
#define FILE_BUFFER_BYTES (64 * 1024)
#define FILTER_MAX 8192

struct device {
	pcap_t *pcap;
	char name[INTERFACE_NAME_MAX];
	enum link link;
};

struct devices {
	struct device items[DEVICES_MAX + 1]; /* plus the loopback */
	size_t count;
	FILE *file;                          /* NULL: live */
	const char *path;                    /* of the file, borrowed */
	char file_buffer[FILE_BUFFER_BYTES]; /* stdio's own is 4 kB */
};

static const struct {
	int type;
	enum link link;
	const char *name;
} links[] = {
	{ DLT_EN10MB, LINK_ETHERNET, "EN10MB" },
	{ DLT_RAW, LINK_RAW, "RAW" },
	{ 101, LINK_RAW, "RAW" }, /* LINKTYPE_RAW, the value used in files */
	{ DLT_LINUX_SLL, LINK_SLL, "LINUX_SLL" },
	{ DLT_LINUX_SLL2, LINK_SLL2, "LINUX_SLL2" },
	{ DLT_NULL, LINK_NULL, "NULL" },
	{ DLT_LOOP, LINK_LOOP, "LOOP" },
};

static enum link link_of(pcap_t *pcap)
{
	int type = pcap_datalink(pcap);

	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].type == type)
			return links[i].link;
	return LINK_NONE;
}

const char *devices_link_name(const struct devices *devices, size_t index)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].link == devices->items[index].link)
			return links[i].name;
	return "unknown";
}

/* ---- filters ---- */

static void add(char *filter, const char *term)
{
	size_t length = strlen(filter);

	snprintf(filter + length, FILTER_MAX - length, "%s%s", length ? " or " : "", term);
}

static void add_port(char *filter, const char *protocol, uint16_t port)
{
	char text[32];

	snprintf(text, sizeof(text), "%s port %u", protocol, port);
	add(filter, text);
}

static void add_server(char *filter, const struct place *server)
{
	struct place bare = place_without_port(server);
	char address[PLACE_TEXT_MAX], text[PLACE_TEXT_MAX + 48];

	snprintf(text, sizeof(text), "(tcp port %u and host %s)", server->port, place_format(&bare, address));
	add(filter, text);
}

/* The kernel passes as little as possible to this program. */
static void write_filter(char filter[static FILTER_MAX], const struct options *options, bool is_loopback)
{
	*filter = '\0';
	for (size_t i = 0; is_loopback && i < options->service_count; i++)
		add_port(filter, "tcp", options->services[i]);
	if (is_loopback)
		return;
	for (size_t i = 0; i < options->udp_port_count; i++)
		add_port(filter, "udp", options->udp_ports[i]);
	if (!options->udp_port_count)
		add(filter, "udp");
	add(filter, "(tcp and (net 100.64.0.0/10 or net fd7a:115c:a1e0::/48))");
	for (size_t i = 0; i < options->derp_count; i++)
		add_server(filter, &options->derp[i]);
}

static int set_filter(pcap_t *pcap, const struct options *options, bool is_loopback)
{
	char filter[FILTER_MAX];
	struct bpf_program program;
	int error;

	write_filter(filter, options, is_loopback);
	if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN))
		return -1;
	error = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return error;
}

/* ---- live ---- */

static enum wire_exit status_of(int error)
{
	return error == PCAP_ERROR_PERM_DENIED ? WIRE_EXIT_NO_RIGHT : WIRE_EXIT_NO_DEVICE;
}

static int set_up(pcap_t *pcap)
{
	int error = pcap_set_snaplen(pcap, SNAPLEN);

	error = error ? error : pcap_set_buffer_size(pcap, BUFFER_BYTES);
	error = error ? error : pcap_set_timeout(pcap, READ_TIMEOUT_MS);
	error = error ? error : pcap_activate(pcap);
	return error > 0 ? 0 : error; /* > 0: a warning */
}

static int open_device(struct devices *devices, const struct options *options, const char *name,
	bool is_loopback, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX])
{
	struct device *device = &devices->items[devices->count];
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap;
	int error;

	*status = WIRE_EXIT_NO_DEVICE;
	if (!interface_is_known(name)) {
		snprintf(trouble, DEVICE_TROUBLE_MAX, "%s: there is no such network interface", name);
		return -1;
	}
	pcap = pcap_create(name, why);
	error = pcap ? set_up(pcap) : PCAP_ERROR;
	if (!error && !(set_filter(pcap, options, is_loopback) || pcap_setnonblock(pcap, 1, why))) {
		device->pcap = pcap;
		device->link = link_of(pcap);
		snprintf(device->name, sizeof(device->name), "%s", name);
		devices->count++;
		return 0;
	}
	*status = status_of(error);
	snprintf(trouble, DEVICE_TROUBLE_MAX, "%s: %s", name,
		*status == WIRE_EXIT_NO_RIGHT ? "no right to capture (cap_net_raw)"
		: *why                        ? why
		: pcap && *pcap_geterr(pcap)  ? pcap_geterr(pcap)
					      : pcap_statustostr(error));
	if (pcap)
		pcap_close(pcap);
	return -1;
}

/* Opens the named devices, or all that are up. A named device that fails is fatal; an unnamed one only if
 * none could be opened. */
static int open_live(struct devices *devices, const struct options *options,
	const struct interfaces *interfaces, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX])
{
	for (size_t i = 0; i < options->device_count; i++)
		if (open_device(devices, options, options->devices[i], false, status, trouble))
			return -1;
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *found = &interfaces->items[i];
		bool is_wanted = found->is_loopback
					 ? options->service_count > 0
					 : !options->device_count && found->is_up && found->has_address;

		if (is_wanted && devices->count <= DEVICES_MAX)
			open_device(devices, options, found->name, found->is_loopback, status, trouble);
	}
	return devices->count ? 0 : -1;
}

static int open_machine(struct devices *devices, struct options *options, enum wire_exit *status,
	char trouble[static DEVICE_TROUBLE_MAX])
{
	struct interfaces interfaces;

	*status = WIRE_EXIT_NO_DEVICE;
	if (interfaces_read(&interfaces, options)) {
		snprintf(trouble, DEVICE_TROUBLE_MAX, "the network interfaces of this machine: %s",
			strerror(errno));
		return -1;
	}
	snprintf(trouble, DEVICE_TROUBLE_MAX, "no device is up");
	return open_live(devices, options, &interfaces, status, trouble);
}

/* ---- a file ---- */

static int open_file(struct devices *devices, const struct options *options, enum wire_exit *status,
	char trouble[static DEVICE_TROUBLE_MAX])
{
	devices->path = options->file;
	devices->file = strcmp(options->file, "-") == 0 ? stdin : fopen(options->file, "rb");
	*status = WIRE_EXIT_NO_INPUT;
	if (!devices->file) {
		snprintf(trouble, DEVICE_TROUBLE_MAX, "%.256s: %s", options->file, strerror(errno));
		return -1;
	}
	setvbuf(devices->file, devices->file_buffer, _IOFBF, sizeof(devices->file_buffer));
	return 0;
}

static int begin_file(struct devices *devices, char trouble[static DEVICE_TROUBLE_MAX])
{
	struct device *device = devices->items;
	char why[PCAP_ERRBUF_SIZE] = "";

	device->pcap = pcap_fopen_offline(devices->file, why);
	if (!device->pcap) {
		snprintf(trouble, DEVICE_TROUBLE_MAX, "%.256s: %s", devices->path, why);
		return -1;
	}
	devices->count = 1;
	device->link = link_of(device->pcap);
	snprintf(device->name, sizeof(device->name), "file");
	if (device->link != LINK_NONE)
		return 0;
	snprintf(trouble, DEVICE_TROUBLE_MAX, "%.64s: link type %d is none of those that are read",
		devices->path, pcap_datalink(device->pcap));
	return -1;
}

/* ---- both ---- */

struct devices *devices_open(
	struct options *options, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX])
{
	struct devices *devices = calloc(1, sizeof(*devices));
	int error;

	if (!devices) {
		snprintf(trouble, DEVICE_TROUBLE_MAX, "no memory");
		return NULL;
	}
	error = options->file ? open_file(devices, options, status, trouble)
			      : open_machine(devices, options, status, trouble);
	if (!error)
		return devices;
	free(devices);
	return NULL; /* the program exits now, and the kernel closes what was open */
}

int devices_begin(struct devices *devices, enum wire_exit *status, char trouble[static DEVICE_TROUBLE_MAX])
{
	*status = WIRE_EXIT_NO_INPUT;
	return devices->file ? begin_file(devices, trouble) : 0;
}

size_t devices_count(const struct devices *devices)
{
	return devices->count;
}

const char *devices_name(const struct devices *devices, size_t index)
{
	return devices->items[index].name;
}

int devices_fd(const struct devices *devices, size_t index)
{
	return pcap_get_selectable_fd(devices->items[index].pcap);
}

uint64_t devices_dropped(struct devices *devices)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < devices->count; i++) {
		struct pcap_stat counts;

		if (!devices->file && !pcap_stats(devices->items[i].pcap, &counts))
			dropped += counts.ps_drop;
	}
	return dropped;
}

/* What pcap_dispatch() passes to the callback. */
struct handover {
	enum link link;
	device_frame_fn *take;
	void *data;
};

/* A file may claim any time. Clamped, so that no sum or difference of two times can overflow. */
static int64_t time_of(const struct timeval *time)
{
	int64_t s = time->tv_sec < 0 ? 0 : time->tv_sec > SECONDS_MAX ? SECONDS_MAX : time->tv_sec;
	int64_t us = time->tv_usec < 0 ? 0 : time->tv_usec > UINT32_MAX ? UINT32_MAX : time->tv_usec;

	return s * 1000000 + us;
}

static void hand_over(unsigned char *user, const struct pcap_pkthdr *header, const unsigned char *bytes)
{
	const struct handover *handover = (const struct handover *)(const void *)user;
	const struct frame frame = {
		.at_us = time_of(&header->ts),
		.bytes = bytes,
		.captured = header->caplen < SNAPLEN ? header->caplen : SNAPLEN,
		.length = header->len,
	};

	handover->take(handover->data, handover->link, &frame);
}

int devices_read(struct devices *devices, size_t index, device_frame_fn *take, void *data,
	char trouble[static DEVICE_TROUBLE_MAX])
{
	struct device *device = &devices->items[index];
	struct handover handover = { device->link, take, data };
	int count = pcap_dispatch(device->pcap, DEVICE_BATCH, hand_over, (unsigned char *)&handover);

	if (count >= 0)
		return count || !devices->file;
	snprintf(trouble, DEVICE_TROUBLE_MAX, "%s: %s", device->name, pcap_geterr(device->pcap));
	return -1;
}
