/* Resolves names. The system's resolver may block for a long time, so each look-up has a detached thread
 * that neither the loop nor the end of the program waits for. (libuv joins its thread pool at exit: 10 s
 * later if the DNS server is silent.) The thread and the loop share only a pair of sockets. The thread
 * sends the address, or that there is none, or just closes its end if it does not know; the loop may have
 * closed the other end by then. */
#define _GNU_SOURCE /* EAI_NODATA, EAI_ADDRFAMILY */
#include "probes/io/resolve.h"

#include "probes/base/mem.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NO_SUCH_NAME "-"

struct resolve {
	uv_poll_t poll;
	int from;
	resolve_done_fn *done;
	void *data;
};

/* Owned and freed by the thread. */
struct look_up {
	int to;
	char name[NI_MAXHOST];
};

static const struct addrinfo *first_of(const struct addrinfo *list, int family)
{
	while (list && list->ai_family != family)
		list = list->ai_next;
	return list;
}

/* Errors that mean that the name does not exist; all others say nothing about it. */
static bool is_no(int error)
{
	return error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY;
}

static void *look_up(void *data)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct look_up *job = data;
	struct addrinfo *list = NULL;
	const struct addrinfo *best;
	char address[INET6_ADDRSTRLEN] = NO_SUCH_NAME;
	int error = getaddrinfo(job->name, NULL, &hints, &list);

	if (!error) {
		best = first_of(list, AF_INET) ? first_of(list, AF_INET) : first_of(list, AF_INET6);
		if (best && getnameinfo(best->ai_addr, best->ai_addrlen, address, sizeof(address), NULL, 0,
				    NI_NUMERICHOST) != 0)
			snprintf(address, sizeof(address), NO_SUCH_NAME);
		freeaddrinfo(list);
	}
	if (!error || is_no(error))
		send(job->to, address, strlen(address), MSG_NOSIGNAL);
	close(job->to);
	free(job);
	return NULL;
}

/* The thread blocks all signals: they are handled on the loop. */
static int start_thread(struct look_up *job)
{
	sigset_t all, before;
	pthread_attr_t detached;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &detached, look_up, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return error;
}

static void on_closed(uv_handle_t *poll)
{
	free(poll->data);
}

static void end(struct resolve *resolve)
{
	uv_close((uv_handle_t *)&resolve->poll, on_closed);
	close(resolve->from);
}

static void on_said(uv_poll_t *poll, int status, int events)
{
	struct resolve *resolve = poll->data;
	char address[INET6_ADDRSTRLEN] = "";
	ssize_t length = recv(resolve->from, address, sizeof(address) - 1, 0);

	(void)status, (void)events;
	end(resolve);
	resolve->done(
		resolve->data, length > 0 && strcmp(address, NO_SUCH_NAME) != 0 ? address : NULL, length > 0);
}

struct resolve *resolve_start(uv_loop_t *loop, const char *name, resolve_done_fn *done, void *data)
{
	struct look_up *job;
	struct resolve *resolve;
	int ends[2];

	if (strlen(name) >= sizeof(job->name) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return NULL;
	job = mem_alloc(sizeof(*job));
	job->to = ends[1];
	snprintf(job->name, sizeof(job->name), "%s", name);
	if (start_thread(job) != 0) {
		close(ends[0]);
		close(ends[1]);
		free(job);
		return NULL;
	}
	resolve = mem_alloc(sizeof(*resolve));
	resolve->from = ends[0];
	resolve->done = done;
	resolve->data = data;
	uv_poll_init(loop, &resolve->poll, resolve->from);
	resolve->poll.data = resolve;
	uv_poll_start(&resolve->poll, UV_READABLE | UV_DISCONNECT, on_said);
	return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
	if (resolve)
		end(resolve);
}
