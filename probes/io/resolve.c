/* A name becomes an address. The system's resolver blocks for as long as it likes, so it does so in a thread
 * of libuv's pool, of which there are four at most; a look-up that is no longer wanted is left to end by
 * itself. */
#include "probes/io/resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "probes/base/mem.h"

struct resolve {
	uv_getaddrinfo_t request;
	resolve_done_fn *done; /* NULL: cancelled */
	void *data;
};

static const struct addrinfo *first_of(const struct addrinfo *list, int family)
{
	while (list && list->ai_family != family)
		list = list->ai_next;
	return list;
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct resolve *resolve = request->data;
	const struct addrinfo *v4 = first_of(list, AF_INET), *v6 = first_of(list, AF_INET6);
	char address[INET6_ADDRSTRLEN] = "";

	if (!status && v4)
		uv_ip4_name((const struct sockaddr_in *)v4->ai_addr, address, sizeof(address));
	else if (!status && v6)
		uv_ip6_name((const struct sockaddr_in6 *)v6->ai_addr, address, sizeof(address));
	uv_freeaddrinfo(list);
	if (resolve->done)
		resolve->done(resolve->data, address[0] ? address : NULL);
	free(resolve);
}

struct resolve *resolve_start(uv_loop_t *loop, const char *name, resolve_done_fn *done, void *data)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct resolve *resolve = mem_alloc(sizeof(*resolve));

	resolve->request.data = resolve;
	resolve->done = done;
	resolve->data = data;
	if (uv_getaddrinfo(loop, &resolve->request, on_resolved, name, NULL, &hints)) {
		free(resolve);
		return NULL;
	}
	return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
	if (!resolve)
		return;
	resolve->done = NULL;
	uv_cancel((uv_req_t *)&resolve->request);
}
