#include "probes/io/listen_socket.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64
#define PORT_MAX 65535

/* The path of a unix socket; NULL: it is a port. */
static const char *path_of(const char *address)
{
	return text_has_prefix(address, LISTEN_UNIX) ? address + strlen(LISTEN_UNIX) : NULL;
}

static int give_up(int fd, const char *address, const char *why, struct fault *fault)
{
	fault_say(fault, "cannot listen at '%s': %s", address, why);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Whether the socket's process is gone. */
static bool is_abandoned(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_refused = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
			  errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return is_refused;
}

/* Nobody else may connect: not even in the moment before a chmod(). */
static int bind_private(int fd, const struct sockaddr_un *address)
{
	mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	int result = bind(fd, (const struct sockaddr *)address, sizeof(*address)), error = errno;

	umask(before);
	errno = error;
	return result;
}

static int open_unix(const char *address, const char *path, struct fault *fault)
{
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	struct stat entry;
	int fd, result;

	if (!*path || strlen(path) >= sizeof(place.sun_path))
		return give_up(-1, address, "no path, or too long a one for a socket", fault);
	memcpy(place.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return give_up(fd, address, strerror(errno), fault);
	result = bind_private(fd, &place);
	if (result < 0 && errno == EADDRINUSE && lstat(path, &entry) == 0 && S_ISSOCK(entry.st_mode) &&
		is_abandoned(&place) && unlink(path) == 0)
		result = bind_private(fd, &place);
	if (result < 0 || listen(fd, BACKLOG) < 0)
		return give_up(fd, address, strerror(errno), fault);
	return fd;
}

static int open_port(const char *address, int port, struct fault *fault)
{
	struct sockaddr_in place = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		bind(fd, (const struct sockaddr *)&place, sizeof(place)) < 0 || listen(fd, BACKLOG) < 0)
		return give_up(fd, address, strerror(errno), fault);
	return fd;
}

int listen_socket_open(const char *address, struct fault *fault)
{
	const char *path = path_of(address);
	int port = (int)text_number(address, PORT_MAX);

	if (path)
		return open_unix(address, path, fault);
	if (port > 0)
		return open_port(address, port, fault);
	return give_up(-1, address,
		"expected a port of this machine (from elsewhere: tailscale serve --bg PORT) or unix:PATH",
		fault);
}

void listen_socket_remove(const char *address)
{
	if (path_of(address))
		unlink(path_of(address));
}
