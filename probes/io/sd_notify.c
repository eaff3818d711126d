/* A datagram to the socket that systemd names; an @ in front stands for the NUL of an abstract one. */
#include "probes/io/sd_notify.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/timer.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DAY_US (INT64_C(24) * 3600 * 1000000)

struct sd_notify {
	struct timer *timer;
	int64_t every_ms; /* 0: there is no watchdog */
};

static void tell(const char *what)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (!length || length >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* Nobody could be told if it failed. */
	if (sendto(fd, what, strlen(what), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		(void)what;
	close(fd);
}

static void feed(void *data)
{
	struct sd_notify *notify = data;

	tell("WATCHDOG=1");
	timer_start(notify->timer, notify->every_ms);
}

/* The watchdog may be meant for another process, which passed its environment on. */
static int64_t watchdog_ms(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us = time ? text_number(time, DAY_US) : 0;

	if (us <= 0 || (pid && text_number(pid, INT32_MAX) != getpid()))
		return 0;
	return us / 2000 > 0 ? us / 2000 : 1;
}

struct sd_notify *sd_notify_new(struct uv_loop_s *loop)
{
	struct sd_notify *notify;

	if (!getenv("NOTIFY_SOCKET"))
		return NULL;
	notify = mem_alloc(sizeof(*notify));
	notify->every_ms = watchdog_ms();
	notify->timer = timer_new(loop, feed, notify);
	tell("READY=1");
	if (notify->every_ms)
		timer_start(notify->timer, notify->every_ms);
	return notify;
}

void sd_notify_free(struct sd_notify *notify)
{
	if (!notify)
		return;
	tell("STOPPING=1");
	timer_free(notify->timer);
	free(notify);
}
