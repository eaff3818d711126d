/* The command line, checked before anything is opened. */
#ifndef TSLLM_CAPTURE_OPTIONS_H
#define TSLLM_CAPTURE_OPTIONS_H

#include "capture/place.h"

#define DEVICES_MAX 8
#define LOCALS_MAX 64
#define UDP_PORTS_MAX 8
#define SERVICES_MAX 16
#define DERP_SERVERS_MAX 64

struct options {
	const char *devices[DEVICES_MAX];
	size_t device_count;             /* 0: all that are up */
	const char *file;                /* NULL: live; "-": standard input */
	struct place locals[LOCALS_MAX]; /* without port */
	size_t local_count;
	uint16_t udp_ports[UDP_PORTS_MAX];
	size_t udp_port_count; /* 0: any */
	uint16_t services[SERVICES_MAX];
	size_t service_count;
	struct place derp[DERP_SERVERS_MAX];
	size_t derp_count;
	int64_t period_us;
	bool wants_help, wants_version;
	/* Not from the command line: */
	uint64_t seed;    /* of the hash tables; 0 for a file, so that the output is the same each time */
	bool is_discreet; /* live and not root: times must not show anybody's keystrokes */
};

/* Returns -1 and a sentence in trouble if an argument is wrong. options points into argv. */
int options_read(struct options *options, int argc, char **argv, char *trouble, size_t size);
extern const char options_usage[];

#endif
