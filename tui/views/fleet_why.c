#include "tui/views/fleet_why.h"

#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/views/fleet_rows.h"
#include "tui/views/values.h"

#include <math.h>
#include <string.h>

/* What to say for a peer without an endpoint and without a verdict. */
static void say_peer(const struct snapshot *snapshot, const struct peer *peer, struct value *value)
{
	char drops[LINE_BYTES] = "";

	if (peer->probed.silent)
		wording_probed(drops, &peer->probed);
	if (!peer->is_online)
		value_last_seen(value, snapshot, peer);
	else if (*drops)
		value_say(value, ROLE_DIM, drops);
	else if (peer->was_asked)
		value_say(value, ROLE_DIM,
			snapshot->discovery.pending && peer->probed.is_running ? "being asked"
									       : "no LLM server found");
}

static void say_peers(const struct snapshot *snapshot, struct value *value)
{
	size_t all, offline;

	fleet_count_peers(snapshot, &all, &offline);
	value_say(value, ROLE_DIM, "no LLM server known");
	text_set(value->brief, sizeof(value->brief), "no server known");
	if (offline)
		text_add(value->text, sizeof(value->text), ", %zu offline", offline);
}

/* Another column names the server. */
static const char *without_server(const char *brief, const struct endpoint *endpoint)
{
	char server[VALUE_MAX];

	text_set(server, sizeof(server), "%s is ", endpoint ? endpoint->title : "");
	return text_has_prefix(brief, server) ? brief + strlen(server) : brief;
}

/* The endpoint that it is about, if the row stands for several and its text does not say; and how old its
 * data is, where there is room. */
void fleet_why(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *worst = fleet_worst(snapshot, row);
	struct value why = { .text = "", .brief = "", .role = ROLE_TEXT };
	char at[64] = "", old[48] = "", age[32];
	bool is_said;

	if (row == fleet_peers_line(snapshot)) {
		say_peers(snapshot, value);
		return;
	}
	value_why(&why, snapshot, worst ? worst->verdicts : fleet_peer(snapshot, row)->verdicts);
	if (worst != fleet_endpoint(snapshot, row))
		text_set(at, sizeof(at), "%s", worst->at);
	if (worst && worst->is_stale && !isnan(worst->age_ms))
		text_set(old, sizeof(old), "%s old%s", text_span(age, sizeof(age), (int64_t)worst->age_ms),
			*why.text ? ": " : "");
	is_said = !*at || strstr(why.text, at);
	value->role = why.role;
	text_set(value->text, sizeof(value->text), "%s%s%s%s", is_said ? "" : at, is_said ? "" : ": ", old,
		why.text);
	if (*why.brief)
		text_set(value->brief, sizeof(value->brief), "%s%s%s",
			without_server(why.brief, worst), *at ? " " : "", at);
	if (!worst && !*value->text)
		say_peer(snapshot, fleet_peer(snapshot, row), value);
}
