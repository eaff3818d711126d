/* What no look from this machine can tell: said, so that silence is not taken for safety. */
#include "probes/base/text.h"
#include "probes/report/audit_facts.h"
#include "probes/report/wording.h"

#include <stdio.h>
#include <string.h>

static size_t servers_elsewhere(const struct snapshot *snapshot)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->peer_count; i++)
		count += !snapshot->peers[i].is_self && snapshot->peers[i].endpoint_count;
	return count;
}

static void say_funnel(const struct snapshot *snapshot, char *text, size_t size)
{
	size_t count = servers_elsewhere(snapshot);

	if (count)
		text_set(text, size,
			"whether Funnel is on at the %zu other machine%s with servers: only each machine "
			"knows "
			"(there: tailscale funnel status)",
			count, count == 1 ? "" : "s");
}

static void say_policy(const struct snapshot *snapshot, char *text, size_t size)
{
	if (snapshot->daemon.is_known)
		text_set(text, size,
			"what the tailnet policy allows, and to whom your machines are shared: see Access "
			"controls and Machines in the admin console");
}

static void say_serve(const struct snapshot *snapshot, char *text, size_t size)
{
	if (servers_elsewhere(snapshot))
		text_set(text, size,
			"which networks servers on other machines listen on besides the tailnet (run --audit "
			"there)");
}

static void say_keys(const struct snapshot *snapshot, char *text, size_t size)
{
	const char *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		if (endpoint->lead != i || endpoint->wants_key != TRI_UNKNOWN || !*endpoint->server ||
			endpoint->state == STATE_WEB)
			continue;
		count++;
		first = first ? first : endpoint->url;
	}
	if (count)
		text_set(text, size, "whether %s%s", first,
			count == 1 ? " asks for a key: it was not seen without one, or does not answer" : "");
	if (count > 1)
		text_add(text, size,
			" and %zu more server%s ask for a key: they were not seen without one, or do not "
			"answer",
			count - 1, count == 2 ? "" : "s");
}

static void say_relayed(const struct snapshot *snapshot, char *text, size_t size)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (*snapshot->endpoints[i].relays_by) {
			text_set(text, size,
				"whether models of %s at %s run there: by %s they may run on another machine, which "
				"it does not say and no tailnet policy decides about",
				snapshot->endpoints[i].title, snapshot->endpoints[i].url,
				snapshot->endpoints[i].relays_by);
			return;
		}
}

static void say_listeners(const struct snapshot *snapshot, char *text, size_t size)
{
	if (!snapshot->bounds_known)
		text_set(text, size,
			"which ports programs on this machine listen on: the system does not say");
	else
		text_set(text, size, "whether a firewall stands before the ports of this machine");
}

static void say_companions(const struct snapshot *snapshot, char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->companion_count; i++)
		count += snapshot->companions[i].is_open == TRI_UNKNOWN;
	if (count)
		text_set(text, size,
			"whether %zu port%s beside servers (tailscaled's web page, dashboards) %s open: no "
			"answer, "
			"as where the policy denies them to this machine",
			count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
}

static void say_search(const struct snapshot *snapshot, char *text, size_t size)
{
	char line[LINE_BYTES] = "";

	if (snapshot->is_passive) {
		text_set(text, size, "anything that servers must be asked: --passive");
		return;
	}
	wording_pending(line, &snapshot->discovery);
	if (*line)
		text_set(text, size, "what servers were not found yet: %s", line);
	else if (snapshot->daemon.is_known && strcmp(snapshot->discovery.mode, "all") != 0)
		text_set(text, size, "servers on machines that are not searched: discover = %s",
			snapshot->discovery.mode);
}

static void (*const unknowns[])(const struct snapshot *snapshot, char *text, size_t size) = { say_search,
	say_keys, say_relayed, say_funnel, say_policy, say_serve, say_listeners, say_companions };

size_t audit_unknowns(const struct snapshot *snapshot, char (*texts)[400], size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(unknowns) / sizeof(*unknowns) && count < most; i++) {
		texts[count][0] = '\0';
		unknowns[i](snapshot, texts[count], sizeof(texts[count]));
		count += texts[count][0] != '\0';
	}
	return count;
}
