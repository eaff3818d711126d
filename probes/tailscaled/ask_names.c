#include "probes/tailscaled/ask_names.h"

#include "probes/base/mem.h"
#include "probes/io/resolve.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS (5 * 60 * 1000)

struct names_asker {
	struct uv_loop_s *loop;
	struct ledger *ledger;
	void (*changed)(void *data);
	void *data;
	struct resolve *resolve; /* NULL: none is open */
	struct when asked;       /* unknown: never */
};

struct names_asker *ask_names_new(
	struct uv_loop_s *loop, struct ledger *ledger, void (*changed)(void *data), void *data)
{
	struct names_asker *names_asker = mem_alloc(sizeof(*names_asker));

	*names_asker =
		(struct names_asker){ .loop = loop, .ledger = ledger, .changed = changed, .data = data };
	return names_asker;
}

void ask_names_free(struct names_asker *names_asker)
{
	if (names_asker->resolve)
		resolve_cancel(names_asker->resolve);
	free(names_asker);
}

/* /etc/hosts may name this machine by its loopback or local address, and an older address of the tailnet may be
 * cached. An address of the internet is another matter. */
static bool leads_elsewhere(const struct ledger *ledger, const char *address)
{
	const struct obs_status *status = ledger_status(ledger);
	unsigned char v4[4], v6[16];

	for (size_t i = 0; status && status->self.addresses[i]; i++)
		if (strcmp(status->self.addresses[i], address) == 0)
			return false;
	if (inet_pton(AF_INET, address, v4) == 1)
		return v4[0] != 127 && v4[0] != 10 && !(v4[0] == 100 && (v4[1] & 0xc0) == 64) &&
		       !(v4[0] == 192 && v4[1] == 168) && !(v4[0] == 172 && (v4[1] & 0xf0) == 16);
	return inet_pton(AF_INET6, address, v6) == 1 && (v6[0] & 0xe0) == 0x20; /* 2000::/3 */
}

static void resolved(void *data, const char *address, bool is_answered)
{
	struct names_asker *names_asker = data;

	(void)is_answered; /* if our resolver is silent, so is the clients' */
	names_asker->resolve = NULL;
	ledger_see(names_asker->ledger,
		&(struct observation){ .kind = OBSERVED_NAMES,
			.names_resolve = address != NULL,
			.names_address =
				address && leads_elsewhere(names_asker->ledger, address) ? address : NULL },
		when_now());
	names_asker->changed(names_asker->data);
}

void ask_names_see_status(struct names_asker *names_asker, const struct obs_status *status, struct when now)
{
	bool was_asked_lately =
		when_known(names_asker->asked) && when_since(names_asker->asked, now) < AGAIN_MS;

	if (names_asker->resolve || was_asked_lately || !status->has_magicdns || !status->has_tun ||
		!*status->self.fqdn)
		return;
	names_asker->asked = now;
	names_asker->resolve = resolve_start(names_asker->loop, status->self.fqdn, resolved, names_asker);
}
