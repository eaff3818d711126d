/* Rules about servers that answer well: what they are doing, and who else could use them. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/models.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/key.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/serve_command.h"

#include <stdio.h>
#include <string.h>

static const char tag_it[] = "tag %{peer} and grant its port to those who need it; %{value} there guards "
	"nothing";

#define FLAP_SPAN_MS (10 * 60 * 1000)
#define FLAP_CHANGES 4
#define CONTEXT_LEAST 8192

static bool is_flapping(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->endpoint;
	size_t recent = 0;

	for (size_t i = 0; i < endpoint->change_count && i < ARRAY_LEN(endpoint->changes); i++)
		recent += when_since(endpoint->changes[i], e->now) <= FLAP_SPAN_MS;
	text_set(f->detail, sizeof(f->detail), "%zu", recent);
	return recent >= FLAP_CHANGES;
}

static bool is_loading(const struct evidence *e, struct finding *f)
{
	(void)f;
	if (!endpoint_is_good(e->queried))
		return false;
	for (size_t i = 0; i < e->queried->models.count; i++)
		if (e->queried->models.items[i].state == MODEL_LOADING)
			text_set(f->detail, sizeof(f->detail), " %s", e->queried->models.items[i].id);
	return e->queried->is_loading.holds || *f->detail;
}

static bool is_busy(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;

	if (!endpoint_is_good(endpoint) ||
		!(endpoint->engine.figures.running > 0 || endpoint->engine.figures.waiting > 0))
		return false;
	if (endpoint->engine.figures.running > 0)
		text_set(f->detail, sizeof(f->detail), "is working on %.0f request%s",
			endpoint->engine.figures.running, endpoint->engine.figures.running < 2 ? "" : "s");
	else
		text_set(f->detail, sizeof(f->detail), "is busy");
	if (endpoint->engine.figures.waiting > 0) {
		text_add(f->detail, sizeof(f->detail), ", %.0f more wait%s", endpoint->engine.figures.waiting,
			endpoint->engine.figures.waiting < 2 ? "s" : "");
		work_say_wait(e, f->detail, sizeof(f->detail));
	}
	return true;
}

static bool has_sleepers_alone(const struct known_endpoint *endpoint)
{
	bool has_sleeper = false;

	for (size_t i = 0; i < endpoint->models.count; i++) {
		enum model_state state = endpoint->models.items[i].state;

		if (state == MODEL_LOADED || state == MODEL_LOADING)
			return false;
		has_sleeper = has_sleeper || state == MODEL_SLEEPING;
	}
	return has_sleeper;
}

/* The server sleeps, or it is a router and none of its models is awake. */
static bool is_sleeping(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;

	text_set(f->detail, sizeof(f->detail), "%s",
		endpoint->facts->stays_asleep ? "it serves nobody until it is woken"
					      : "the next request has to wait for it to load");
	return endpoint_is_good(endpoint) && (endpoint->is_sleeping.holds || has_sleepers_alone(endpoint));
}

static bool has_no_models(const struct evidence *e, struct finding *f)
{
	const struct server_facts *facts = e->queried->facts;

	if (!endpoint_is_good(e->queried) || !e->queried->models_known || e->queried->models.count ||
		facts->kind == SERVER_FRONT_END)
		return false;
	if (facts->get_model_fix)
		f->fix = facts->get_model_fix;
	return true;
}

static bool is_front_end(const struct evidence *e, struct finding *f)
{
	(void)f;
	return endpoint_is_good(e->endpoint) && e->endpoint->facts->kind == SERVER_FRONT_END;
}

static bool has_open_onboarding(const struct evidence *e, struct finding *f)
{
	(void)f;
	return endpoint_is_good(e->endpoint) && e->endpoint->open_onboarding.holds;
}

static bool is_on_funnel(const struct evidence *e, struct finding *f)
{
	if (!e->mount || !e->mount->is_funnel)
		return false;
	serve_command_choose_private(e, f);
	if (e->endpoint && key_is_wanted(e)) {
		only_note(f);
		text_set(f->detail, sizeof(f->detail), "; it asks for a key");
	} else if (e->endpoint && key_is_for_proxy(e)) {
		only_note(f);
		text_set(
			f->detail, sizeof(f->detail), "; what is in front of it refuses everyone without a "
				"login");
	} else if (e->endpoint && endpoint_is_good(e->endpoint)) {
		text_set(f->detail, sizeof(f->detail), ", and it asks for no key");
	}
	return true;
}

/* The owner of a machine may use what runs on it. Others are in a tailnet of several users, and in the one that
 * the machine is shared from. */
static bool may_others_reach(const struct evidence *e)
{
	return e->ledger->has_several_users ||
	       (e->ledger->status && peer_is_shared_in(e->ledger->status, e->peer->obs));
}

/* Anyone the tailnet policy lets reach the host can use it. Reported if nothing restricts the host, that
 * is, if it has no tag, and if there is anyone else. */
static bool is_open(const struct evidence *e, struct finding *f)
{
	const struct server_facts *facts = e->endpoint->facts;

	if (!endpoint_is_good(e->endpoint) || key_is_wanted(e) || facts->kind == SERVER_FRONT_END ||
		facts->has_open_list || !e->peer || !e->endpoint->models_known || e->peer->obs->tags[0] ||
		!may_others_reach(e))
		return false;
	if (facts->no_guard) {
		text_set(f->value, sizeof(f->value), "%s", facts->no_guard);
		f->fix = tag_it;
	}
	return true;
}

/* What the path of the figures answers instead of them; "": nothing that is worth a word. */
static void say_instead(const struct figures_answer *answer, char *text, size_t size)
{
	if (answer->outcome == OUTCOME_TOO_BIG)
		text_set(text, size, "is too large to read (over 4 MB)");
	else if (answer->status >= 300 && answer->status < 400)
		text_set(text, size, "redirects to %s (HTTP %d), which is not followed",
			*answer->location ? answer->location : "nowhere", answer->status);
	else if (answer->status == 200 && answer->shape == BODY_EMPTY)
		text_set(text, size, "is empty");
	else if (answer->status == 200)
		text_set(text, size, "has none");
	else if (answer->status == 404)
		text_set(text, size, "is not there (HTTP 404)");
	else if (answer->status == 501)
		text_set(text, size, "is switched off (HTTP 501)");
	else if (!answer->is_expected)
		text_set(text, size, "answers HTTP %d", answer->status);
}

/* Without them, nothing tells a busy server from an idle one. If it is loading or wants a key, that is said
 * already. */
static bool has_no_figures(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;
	const struct figures_answer *answer = &endpoint->figures_answer;
	char instead[TEXT_CAP] = "";

	if (!endpoint_is_good(endpoint) || !when_known(answer->at) || answer->has_figures ||
		endpoint->is_loading.holds || endpoint->wants_key.holds || endpoint->key_rejected.holds)
		return false;
	say_instead(answer, instead, sizeof(instead));
	if (!*instead)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s %s", endpoint->facts->figures_path, instead);
	if (answer->outcome == OUTCOME_ANSWERED && answer->is_expected && endpoint->facts->figures_fix)
		f->fix = endpoint->facts->figures_fix;
	return true;
}

static bool is_context_small(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;
	const struct known_model *least = NULL;
	size_t count = 0;

	if (!endpoint_is_good(endpoint) || endpoint->facts->kind != SERVER_ENGINE)
		return false;
	for (size_t i = 0; i < endpoint->models.count; i++) {
		const struct known_model *model = &endpoint->models.items[i];

		if (!models_has_context_under(model, CONTEXT_LEAST))
			continue;
		count++;
		least = least && least->context <= model->context ? least : model;
	}
	if (!least)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s is loaded with a context of %.0f tokens", least->id,
		least->context);
	if (count > 1)
		text_add(f->detail, sizeof(f->detail), " (and %zu more model%s under %d)", count - 1,
			count == 2 ? "" : "s", CONTEXT_LEAST);
	text_set(f->value, sizeof(f->value), "%s", least->id);
	f->fix = endpoint->facts->context_fix;
	return true;
}

const struct rule engine_rules[] = {
	{ CODE_ENDPOINT_FLAPPING, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW, is_flapping,
		"%{host_port} changed its state %{detail} times in ten minutes",
		"on %{peer}: look at the log of the server", false },
	{ CODE_LOADING, LAYER_ENGINE, SEVERITY_INFO, STATE_LOADING, is_loading,
		"%{server} is loading%{detail}", "", true },
	{ CODE_SLEEPING, LAYER_ENGINE, SEVERITY_INFO, STATE_SLEEPING, is_sleeping,
		"%{server} is asleep: %{detail}", "", true },
	{ CODE_BUSY, LAYER_ENGINE, SEVERITY_INFO, STATE_BUSY, is_busy, "%{server} %{detail}", "", false },
	{ CODE_NO_MODELS, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_FAULT, has_no_models,
		"%{server} is up, but has no model to offer", "on %{peer}: add a model to %{server}", false },
	{ CODE_FRONT_END, LAYER_ENGINE, SEVERITY_INFO, STATE_WEB, is_front_end,
		"a web front end: it says nothing about the engines behind it", "", false },
	{ CODE_OPEN_ONBOARDING, LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN, has_open_onboarding,
		"the first visitor of %{url} becomes its administrator",
		"sign up now, or take it off the tailnet", false },
	{ CODE_FUNNEL_PUBLIC, LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN, is_on_funnel,
		"Funnel is on: the whole internet can use %{url}%{detail}",
		serve_command_off, false },
	{ CODE_OPEN_ENDPOINT, LAYER_EXPOSURE, SEVERITY_INFO, STATE_OK, is_open,
		"no API key: anyone whom the tailnet policy lets reach %{peer}, which has no tag, can use it",
		"set an API key, or tag %{peer} and grant its port to those who need it", false },
	{ CODE_CONTEXT_SMALL, LAYER_ENGINE, SEVERITY_INFO, STATE_OK, is_context_small,
		"%{detail}: longer prompts are cut off or refused", "", false },
	{ CODE_FIGURES_UNREAD, LAYER_ENGINE, SEVERITY_INFO, STATE_OK, has_no_figures,
		"no figures (queue, speed) from %{server}: %{detail}", "", false },
	{ 0 },
};

const struct other_fix engine_fixes[] = {
	{ CODE_FUNNEL_PUBLIC, serve_command_private },
	{ CODE_OPEN_ENDPOINT, tag_it },
	{ 0 },
};
