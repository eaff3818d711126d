#include "probes/endpoints/search.h"

#include "probes/ledger/daemon.h"
#include "probes/servers/family.h"

void search_init(
	struct search *search, const struct settings *settings, struct ledger *ledger, struct pool *pool)
{
	*search = (struct search){
		.settings = settings, .ledger = ledger, .pool = pool, .discover = discover_new(settings)
	};
}

void search_fini(struct search *search)
{
	discover_free(search->discover);
	left_alone_fini(&search->left_alone);
}

static bool may_probe(const struct search *search)
{
	return !search->settings->is_passive && daemon_runs(search->ledger);
}

static void ask(struct search *search, const struct probe *probe)
{
	pool_add(search->pool, &(struct endpoint_spec){
				       .url = probe->url,
				       .peer_id = probe->peer_id,
				       .address = probe->address,
				       .found_by = FOUND_PORT,
				       .is_own = !*probe->peer_id,
				       .is_candidate = true,
				       .family = "",
				       .key = "",
			       });
}

void search_probe(struct search *search)
{
	struct probe probe;
	struct when now = when_now();

	if (!may_probe(search))
		return;
	while (discover_next(search->discover, now, &probe)) {
		bool is_watched = pool_has_server(search->pool, probe.url, probe.peer_id);

		ledger_see(search->ledger,
			&(struct observation){ .kind = OBSERVED_PROBED, .peer_id = probe.peer_id }, now);
		if (is_watched || left_alone_has(&search->left_alone, probe.url))
			discover_tell(search->discover, probe.url, is_watched, OUTCOME_ANSWERED, now);
		else
			ask(search, &probe);
	}
}

/* What is not a server is left alone, because services are announced again by every tailnet and mounts by
 * every serve configuration: a service immediately, any other URL only after it has answered as something
 * else. */
void search_see_result(struct search *search, const struct pool_result *result)
{
	const struct endpoint_spec *spec = result->spec;
	bool is_given_up = spec->is_mount && !spec->is_candidate; /* the worker has decided */

	if (!result->family &&
		(is_given_up || left_alone_is_final(spec->found_by, result->outcome, result->status)))
		left_alone_add(&search->left_alone, spec->url);
	discover_tell(search->discover, spec->url, result->family != NULL, result->outcome, when_now());
}

int64_t search_wait(const struct search *search, struct when now)
{
	return may_probe(search) ? discover_wait(search->discover, now) : -1;
}

void search_again(struct search *search)
{
	left_alone_forget(&search->left_alone);
	discover_again(search->discover);
}
