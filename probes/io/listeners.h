/* Which TCP ports this machine listens on, and at which addresses: by sock_diag(7), else from /proc/net/tcp and
 * tcp6. Where neither is there the list is empty, and everything is answered as if it were usual. */
#ifndef TSLLM_IO_LISTENERS_H
#define TSLLM_IO_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listeners {
	struct listener {
		char address[48]; /* "127.0.0.1", "0.0.0.0", "::1", "::" */
		char process[64]; /* its name, after listeners_name(); "": not readable */
		int port;
		int pid;             /* of the process, after listeners_name(); 0: not readable */
		unsigned long inode; /* of the socket; 0: unknown */
		uint64_t cgroup;     /* id of the control group that it was opened in; 0: unknown */
	} * items;
	size_t count, room;
};

void listeners_read(struct listeners *listeners); /* into a zeroed one */
/* Adds the listeners in the text of /proc/net/tcp or tcp6. Pure. */
void listeners_parse(struct listeners *listeners, const char *text);
/* Adds those in an answer of sock_diag(7). Whether more messages follow; -1: the kernel has no such table. Pure. */
struct nlmsghdr;
int listeners_read_messages(struct listeners *listeners, const struct nlmsghdr *message, size_t length);
/* Where "localhost" leads for that port: "::1" if only that listens, else "127.0.0.1". */
const char *listeners_localhost(const struct listeners *listeners, int port);
/* Finds the processes behind them, in /proc/PID/fd: those of other users only if this program may read them. */
void listeners_name(struct listeners *listeners);
bool listeners_have(const struct listeners *listeners, int port); /* at any address */
/* At that one, and not at localhost. */
bool listeners_have_alone(const struct listeners *listeners, int port, const char *address);
/* Whether a program listens on that port at all addresses, and none at this one. */
bool listeners_take_all(const struct listeners *listeners, int port, const char *address);
void listeners_fini(struct listeners *listeners);

#endif
