/* The smaller answers of tailscaled: the first byte says which one it is.
 *
 * A serve configuration and a DERP map go on to what is made of them: the doors of mounts, and the arguments
 * of the capture helper. */
#include "tests/fuzz/fuzz.h"

#include "probes/packets/arguments.h"
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/owner.h"
#include "probes/tailscaled/lock.h"
#include "probes/tailscaled/netcheck.h"
#include "probes/tailscaled/path_history.h"
#include "probes/tailscaled/prefs.h"
#include "probes/tailscaled/serve.h"
#include "probes/tailscaled/services.h"
#include "probes/tailscaled/metrics.h"
#include "tests/unit/status_help.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_aim(const struct obs_serve *serve, const struct derpmap *derpmap)
{
	struct obs_status *status = running();
	struct strings regions = { 0 }, addresses = { 0 }, arguments = { 0 };

	strings_add(&regions, "fra");
	arguments_add_regions(&regions, status);
	arguments_make(&(struct arguments_basis){ status, serve, derpmap, &regions, &addresses }, &arguments);
	check(arguments.count % 2 == 0, "an option has a value");
	for (size_t i = 0; i < arguments.count; i++) {
		check_text(arguments.items[i], TEXT_CAP);
		check((arguments.items[i][0] == '-') == (i % 2 == 0), "no value is an option");
	}
	strings_fini(&arguments);
	strings_fini(&addresses);
	strings_fini(&regions);
	obs_status_free(status);
}

static void check_doors(struct obs_serve *serve)
{
	static const int ports[] = { 11434, 8000, 0 };
	struct obs_status *status = running();
	struct url url;

	owner_fill_mounts(serve, status, &(struct mount_facts){ ports, &(struct listeners){ 0 } });
	for (size_t i = 0; i < serve->mount_count; i++) {
		const char *const texts[] = { serve->mounts[i].url, serve->mounts[i].backend };

		for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
			if (!*texts[k])
				continue;
			check(url_split(&url, texts[k]) == 0, "a door is a URL");
			check_url(&url);
		}
	}
	obs_status_free(status);
}

static void read_serve(const char *text, size_t length)
{
	struct fault fault;
	struct obs_serve *serve = serve_parse(text, length, &fault);

	if (!serve)
		return;
	check_serve(serve);
	check_doors(serve);
	check_aim(serve, NULL);
	serve_free(serve);
}

static void read_services(const char *text, size_t length)
{
	struct fault fault;
	struct obs_services *services = services_parse(text, length, &fault);

	for (size_t i = 0; services && i < services->service_count; i++) {
		const struct obs_service *service = &services->services[i];

		check_text(service->name, TEXT_CAP);
		check_text(service->address, TEXT_CAP);
		check(service->port_count <= ARRAY_LEN(service->ports), "the ports of a service have room");
	}
	services_free(services);
}

static void read_prefs(const char *text, size_t length)
{
	struct fault fault;
	struct obs_prefs *prefs = prefs_parse(text, length, &fault);

	if (!prefs)
		return;
	check_text(prefs->exit_node, TEXT_CAP);
	check_text(prefs->control_url, TEXT_CAP);
	arena_free(prefs->arena);
}

static void read_lock(const char *text, size_t length)
{
	struct fault fault;
	struct obs_lock *lock = lock_parse(text, length, &fault);

	if (!lock)
		return;
	check_text(lock->node_key, TEXT_CAP);
	for (size_t i = 0; i < lock->unsigned_count; i++) {
		check_text(lock->unsigned_peers[i].fqdn, TEXT_CAP);
		check_text(lock->unsigned_peers[i].node_key, TEXT_CAP);
	}
	arena_free(lock->arena);
}

static void read_usermetrics(const char *text, size_t length)
{
	struct obs_traffic traffic;
	bool is_good = metrics_parse(text, length, &traffic) == 0;

	for (size_t i = 0; i < TRAFFIC_PATHS; i++) {
		check(is_good || (isnan(traffic.rx_bytes[i]) && isnan(traffic.tx_bytes[i])),
			"what is torn tells nothing");
		check(!(traffic.rx_bytes[i] < 0) && !isinf(traffic.rx_bytes[i]), "no count is below zero");
	}
}

static void read_derpmap(const char *text, size_t length)
{
	struct fault fault;
	struct derpmap *map = derpmap_parse(text, length, &fault);

	if (!map)
		return;
	for (size_t i = 0; i < map->node_count; i++) {
		check_text(map->nodes[i].region, TEXT_CAP);
		check_text(map->nodes[i].address, TEXT_CAP);
	}
	check_aim(NULL, map);
	derpmap_free(map);
}

static void read_netcheck(const char *text, size_t length)
{
	struct fault fault;
	struct obs_net net;

	if (netcheck_parse(text, length, &net, &fault) == 0)
		check_net(&net);
}

static void read_whois(const char *text, size_t length)
{
	struct fault fault;
	struct obs_node node;

	if (whois_parse(text, length, &node, &fault) == 0)
		check_net(&node.net);
}

static void read_path_memory(const char *text, size_t length)
{
	struct fault fault;
	struct obs_path_history memory;

	if (path_history_parse(text, length, &memory, &fault) < 0)
		return;
	check(memory.change_count <= ARRAY_LEN(memory.changes), "the changes of a path have room");
}

static void read_ping(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct answer answer;
	struct obs_ping ping;

	if (answer_from_recording(&answer, text, length) == 0) {
		ping_read(&answer, &ping, arena);
		check(isnan(ping.ms) || (isfinite(ping.ms) && ping.ms >= 0),
			"a ping takes some time, or has no answer");
		check_text(ping.endpoint, TEXT_CAP);
		check_text(ping.derp, TEXT_CAP);
		check_text(ping.peer_relay, TEXT_CAP);
	}
	answer_fini(&answer);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *text, size_t length) = { read_serve, read_services,
		read_usermetrics, read_derpmap, read_netcheck, read_whois, read_path_memory, read_ping,
		read_prefs, read_lock };
	char *text;

	if (!size)
		return 0;
	text = fuzz_copy(data + 1, size - 1);
	readers[data[0] % ARRAY_LEN(readers)](text, size - 1);
	free(text);
	return 0;
}
