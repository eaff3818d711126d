#include "probes/endpoints/found.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/gone.h"

#include <stdio.h>

static void save(const struct found *found)
{
	struct fault fault;

	if (*found->settings->state_file &&
		state_file_save(&found->remembered, found->settings->state_file, &fault) < 0)
		log_line("%s", fault.text);
}

void found_load(struct found *found, const struct settings *settings)
{
	struct fault fault;

	found->settings = settings;
	if (!*settings->state_file || settings->discover == DISCOVER_OFF)
		return;
	if (state_file_load(&found->remembered, settings->state_file, &fault) < 0)
		log_line("%s", fault.text);
	else if (!found->remembered.count)
		save(found); /* even an empty file marks that this was not the first start */
}

void found_add(struct found *found, const char *url, const char *family)
{
	state_file_add(&found->remembered, url, family);
	save(found);
}

void found_drop(struct found *found, const char *url)
{
	state_file_drop(&found->remembered, url);
	save(found);
}

static const struct known_endpoint *endpoint_of(
	const struct found *found, const struct ledger *ledger, size_t i)
{
	const struct known_endpoint *endpoint = endpoint_find(ledger, found->remembered.items[i].url);

	return endpoint && endpoint->found_by == FOUND_PORT ? endpoint : NULL;
}

void found_keep_stops(struct found *found, const struct ledger *ledger)
{
	bool is_changed = false;

	for (size_t i = 0; i < found->remembered.count; i++) {
		const struct known_endpoint *endpoint = endpoint_of(found, ledger, i);
		int64_t stopped_s = endpoint ? endpoint->stopped_at / 1000 : 0;

		if (!endpoint || found->remembered.items[i].stopped_s == stopped_s)
			continue;
		found->remembered.items[i].stopped_s = stopped_s;
		is_changed = true;
	}
	if (is_changed)
		save(found);
}

bool found_is_over(
	const struct found *found, const struct ledger *ledger, struct when now, char *url, size_t size)
{
	for (size_t i = 0; i < found->remembered.count; i++) {
		const struct known_endpoint *endpoint = endpoint_of(found, ledger, i);

		if (!endpoint || !gone_is_over(ledger, endpoint, now))
			continue;
		snprintf(url, size, "%s", endpoint->url);
		return true;
	}
	return false;
}

void found_fini(struct found *found)
{
	state_file_fini(&found->remembered);
}
