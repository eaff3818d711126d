/* The network interfaces of this machine and their addresses, as the kernel lists them.
 *
 * libpcap's own list includes message buses and sockets that are not networks, and opening one of those runs
 * code that this program must not run. A name that the kernel does not know as an interface is refused. */
#ifndef TSLLM_CAPTURE_INTERFACES_H
#define TSLLM_CAPTURE_INTERFACES_H

#include "capture/options.h"

#define INTERFACES_MAX 256
#define INTERFACE_NAME_MAX 16 /* IFNAMSIZ */

struct interface {
	char name[INTERFACE_NAME_MAX];
	bool is_loopback, is_up, has_address;
};

struct interfaces {
	struct interface items[INTERFACES_MAX];
	size_t count;
};

/* Fills the list, and adds the addresses to the options' locals if they name none. Returns -1 with errno
 * set. */
int interfaces_read(struct interfaces *interfaces, struct options *options);
/* Whether packets can be captured under this name: an interface, or "any" for all of them. */
bool interface_is_known(const char *name);

#endif
