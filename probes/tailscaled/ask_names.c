#include "probes/tailscaled/ask_names.h"

#include "probes/base/mem.h"
#include "probes/io/resolve.h"

#include <stdlib.h>

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

static void resolved(void *data, const char *address, bool is_answered)
{
	struct names_asker *names_asker = data;

	(void)is_answered; /* if our resolver is silent, so is the clients' */
	names_asker->resolve = NULL;
	ledger_see(names_asker->ledger,
		&(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = address != NULL },
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
