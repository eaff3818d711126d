#include "probes/endpoints/search.h"

#include "probes/ledger/daemon.h"
#include "probes/servers/family.h"

/* Known endpoints of a peer go first: if it drops our connections, tailscaled's log proves why only for the
 * first few. */
static bool is_held(const void *data, const char *peer_id)
{
	const struct search *search = data;

	return search->is_held || pool_is_undecided(search->pool, peer_id);
}

void search_init(
	struct search *search, const struct settings *settings, struct ledger *ledger, struct pool *pool)
{
	*search = (struct search){
		.settings = settings, .ledger = ledger, .pool = pool, .discover = discover_new(settings)
	};
	discover_hold(search->discover, is_held, search);
}

void search_fini(struct search *search)
{
	discover_free(search->discover);
	left_alone_fini(&search->left_alone);
}

static void ask(struct search *search, const struct probe *probe)
{
	pool_add(search->pool, &(struct endpoint_spec){
				       .url = probe->url,
				       .peer_id = probe->peer_id,
				       .address = probe->address,
				       .found_by = FOUND_PORT,
				       .is_own = probe->is_own,
				       .is_candidate = true,
				       .family = "",
				       .key = "",
			       });
}

static void tell_progress(const struct search *search, const char *peer_id, struct when now)
{
	struct obs_probed progress;

	discover_progress(search->discover, peer_id, &progress);
	ledger_see(
		search->ledger, &(struct observation){ .kind = OBSERVED_PROBED, .probed = &progress }, now);
}

static void look_who_listens(struct search *search)
{
	struct listeners listeners = { 0 };

	listeners_read(&listeners);
	discover_see_listeners(search->discover, &listeners, ledger_serve(search->ledger));
	listeners_fini(&listeners);
}

void search_see_status(struct search *search)
{
	const struct obs_status *status = daemon_runs(search->ledger) ? ledger_status(search->ledger) : NULL;

	if (search->settings->is_passive)
		return;
	discover_see(search->discover, status);
	/* Until it is known what is mounted, tailscaled would be taken for a server. */
	if (status && status->has_self && ledger_serve(search->ledger))
		discover_see_own(search->discover, &status->self);
}

void search_probe(struct search *search)
{
	struct probe probe;
	struct when now = when_now();

	if (discover_begins_here(search->discover, now))
		look_who_listens(search);
	while (discover_next(search->discover, now, &probe)) {
		bool is_watched = pool_has_server(search->pool, probe.url, probe.peer_id);

		if (is_watched || left_alone_has(&search->left_alone, probe.url))
			discover_tell(search->discover, probe.url, is_watched, OUTCOME_ANSWERED, now);
		else
			ask(search, &probe);
		tell_progress(search, probe.peer_id, now);
	}
}

/* What is not a server is left alone, because services are announced again by every tailnet and mounts by
 * every serve configuration: a service immediately, any other URL only after it has answered as something
 * else. */
void search_see_result(struct search *search, const struct pool_result *result)
{
	const struct endpoint_spec *spec = result->spec;
	struct when now = when_now();
	bool is_given_up = spec->is_mount && !spec->is_candidate; /* the worker has decided */

	if (!result->family &&
		(is_given_up || left_alone_is_final(spec->found_by, result->outcome, result->status)))
		left_alone_add(&search->left_alone, spec->url);
	discover_tell(search->discover, spec->url, result->family != NULL, result->outcome, now);
	tell_progress(search, spec->peer_id, now);
}

int64_t search_wait(const struct search *search, struct when now)
{
	return discover_wait(search->discover, now);
}

void search_again(struct search *search)
{
	left_alone_forget(&search->left_alone);
	discover_again(search->discover);
}
