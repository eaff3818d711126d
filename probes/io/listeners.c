#include "probes/io/listeners.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/mem.h"
#include "probes/base/url.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_MAX_BYTES (8 * 1024 * 1024)
#define STATE_LISTEN 0x0A

/* The kernel prints each word of an address as a number in the byte order of this machine. */
static bool read_address(const char *hex, size_t digits, char *text, size_t size)
{
	uint32_t words[4];
	size_t count = digits / 8;
	char word[9];

	if (digits % 8 || count > 4)
		return false;
	for (size_t i = 0; i < count; i++) {
		snprintf(word, sizeof(word), "%.8s", hex + 8 * i);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	return inet_ntop(count == 4 ? AF_INET6 : AF_INET, words, text, (socklen_t)size) != NULL;
}

static void read_line(struct listeners *listeners, const char *line)
{
	struct listener found = { .port = 0 };
	char address[40];
	unsigned port, state;

	if (sscanf(line, " %*d: %39[0-9A-F]:%4X %*[0-9A-F:] %2X %*s %*s %*s %*s %*s %lu", address, &port,
		    &state, &found.inode) < 3 ||
		state != STATE_LISTEN ||
		!read_address(address, strlen(address), found.address, sizeof(found.address)))
		return;
	url_normalise_v6(found.address, sizeof(found.address)); /* ::ffff:127.0.0.1 is IPv4 */
	found.port = (int)port;
	*VEC_PUSH(listeners) = found;
}

void listeners_parse(struct listeners *listeners, const char *text)
{
	char line[256];

	while (*text) {
		size_t length = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		read_line(listeners, line);
		text += length + (text[length] == '\n');
	}
}

static void read_files(struct listeners *listeners)
{
	static const char *const paths[] = { "/proc/net/tcp", "/proc/net/tcp6" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		size_t length;
		struct fault fault;
		char *text = file_read(paths[i], FILE_MAX_BYTES, FILE_NO_PIPE, &length, &fault);

		if (text)
			listeners_parse(listeners, text);
		free(text);
	}
}

/* The group is only told since Linux 5.9. */
static uint64_t cgroup_of(const struct nlmsghdr *message)
{
	const struct rtattr *attribute =
		(const struct rtattr *)((const char *)NLMSG_DATA(message) + sizeof(struct inet_diag_msg));
	int left = (int)message->nlmsg_len - (int)NLMSG_SPACE(sizeof(struct inet_diag_msg));
	uint64_t id = 0;

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == INET_DIAG_CGROUP_ID && RTA_PAYLOAD(attribute) == sizeof(id))
			memcpy(&id, RTA_DATA(attribute), sizeof(id));
	return id;
}

int listeners_read_messages(struct listeners *listeners, const struct nlmsghdr *message, size_t length)
{
	int left = (int)length;

	for (; left > 0 && NLMSG_OK(message, (unsigned)left); message = NLMSG_NEXT(message, left)) {
		const struct inet_diag_msg *diag = NLMSG_DATA(message);
		struct listener found = { .port = 0 };

		if (message->nlmsg_type == NLMSG_DONE)
			return 0;
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
			message->nlmsg_len < NLMSG_SPACE(sizeof(*diag)))
			return -1;
		inet_ntop(diag->idiag_family, diag->id.idiag_src, found.address, sizeof(found.address));
		url_normalise_v6(found.address, sizeof(found.address)); /* ::ffff:127.0.0.1 is IPv4 */
		found.port = ntohs(diag->id.idiag_sport);
		found.inode = diag->idiag_inode;
		found.cgroup = cgroup_of(message);
		*VEC_PUSH(listeners) = found;
	}
	return 1;
}

/* By sock_diag(7), which goes through the listening sockets alone. */
static bool ask_kernel(struct listeners *listeners, int fd, int family)
{
	const struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = {
		.head = { .nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (uint8_t)family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1 << TCP_LISTEN },
	};
	alignas(struct nlmsghdr) char bytes[16384];
	int more = send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request) ? 1 : -1;

	while (more > 0) {
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		more = got > 0 ? listeners_read_messages(
					 listeners, (const struct nlmsghdr *)bytes, (size_t)got)
			       : -1;
	}
	return more == 0;
}

/* The files come from the same tables, but the kernel looks through every connection for them. */
void listeners_read(struct listeners *listeners)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0 || !ask_kernel(listeners, fd, AF_INET) || !ask_kernel(listeners, fd, AF_INET6)) {
		listeners->count = 0;
		read_files(listeners);
	}
	if (fd >= 0)
		close(fd);
}

static bool has(const struct listeners *listeners, const char *address, int port)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->items[i].port == port && strcmp(listeners->items[i].address, address) == 0)
			return true;
	return false;
}

bool listeners_have(const struct listeners *listeners, int port)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->items[i].port == port)
			return true;
	return false;
}

/* "::" takes IPv4 too, unless the program asked for IPv6 alone, which the list does not tell. */
static bool is_at_v4(const struct listeners *listeners, int port)
{
	return has(listeners, "127.0.0.1", port) || has(listeners, "0.0.0.0", port) ||
	       has(listeners, "::", port);
}

const char *listeners_localhost(const struct listeners *listeners, int port)
{
	return !is_at_v4(listeners, port) && has(listeners, "::1", port) ? "::1" : "127.0.0.1";
}

bool listeners_have_alone(const struct listeners *listeners, int port, const char *address)
{
	return has(listeners, address, port) && !is_at_v4(listeners, port) && !has(listeners, "::1", port);
}

bool listeners_take_all(const struct listeners *listeners, int port, const char *address)
{
	return (has(listeners, "0.0.0.0", port) || has(listeners, "::", port)) &&
	       !has(listeners, address, port);
}

void listeners_fini(struct listeners *listeners)
{
	free(listeners->items);
	memset(listeners, 0, sizeof(*listeners));
}
