/* The table of the keys, and how they are printed back. */
#include "tui/config_keys.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/config.h"
#include "tui/config_kinds.h"

#include <stdlib.h>
#include <string.h>

static const struct key keys[] = {
	{ "period", &kind_seconds, offsetof(struct settings, period_s), 0.5, 3600 },
	{ "deadline", &kind_seconds, offsetof(struct settings, deadline_s), 0.5, 600 },
	{ "canary-limit", &kind_seconds, offsetof(struct settings, canary_limit_s), 1, 3600 },
	{ "discover", &kind_discover, offsetof(struct settings, discover), 0, 0 },
	{ "exclude", &kind_list, offsetof(struct settings, exclude), 0, 0 },
	{ "ignore", &kind_ignore, offsetof(struct settings, ignore), 0, 0 },
	{ "ports", &kind_ports, offsetof(struct settings, ports), 0, 0 },
	{ "socket", &kind_path, offsetof(struct settings, socket), 0, 0 },
	{ "tailscale", &kind_name_or_path, offsetof(struct settings, tailscale), 0, 0 },
	{ "ca_file", &kind_path, offsetof(struct settings, ca_file), 0, 0 },
	{ "proxy", &kind_proxy, offsetof(struct settings, proxy), 0, 0 },
	{ "theme", &kind_name_or_path, offsetof(struct settings, theme), 0, 0 },
	{ "columns.fleet", &kind_columns, offsetof(struct settings, columns_fleet), 0, 0 },
	{ "columns.paths", &kind_columns, offsetof(struct settings, columns_paths), 0, 0 },
	{ "columns.models", &kind_columns, offsetof(struct settings, columns_models), 0, 0 },
	{ "columns.serve", &kind_columns, offsetof(struct settings, columns_serve), 0, 0 },
	{ "columns.clients", &kind_columns, offsetof(struct settings, columns_clients), 0, 0 },
	{ "columns.events", &kind_columns, offsetof(struct settings, columns_events), 0, 0 },
	{ "event-log", &kind_path, offsetof(struct settings, event_log), 0, 0 },
	{ "bell", &kind_switch, offsetof(struct settings, has_bell), 0, 0 },
	{ "notify", &kind_switch, offsetof(struct settings, has_notify), 0, 0 },
	{ "on-change", &kind_command, offsetof(struct settings, on_change), 0, 0 },
	{ "llama-metrics", &kind_switch, offsetof(struct settings, has_llama_metrics), 0, 0 },
	{ "capture", &kind_switch, offsetof(struct settings, has_capture), 0, 0 },
	{ "passive", &kind_switch, offsetof(struct settings, is_passive), 0, 0 },
	{ "listen", &kind_listen, offsetof(struct settings, listen), 0, 0 },
	{ "record", &kind_path, offsetof(struct settings, record), 0, 0 },
	{ "record-size", &kind_size, offsetof(struct settings, record_bytes), 1e6, 1e12 },
	{ "record-age", &kind_age, offsetof(struct settings, record_age_s), 3600, 3650.0 * 24 * 3600 },
};

static const struct key peer_keys[] = {
	{ "mac", &kind_mac, offsetof(struct peer_settings, mac), 0, 0 },
	{ "gpu", &kind_url, offsetof(struct peer_settings, gpu), 0, 0 },
};

static int refuse_key(const struct key *table, size_t count, const char *name, struct fault *fault)
{
	char expected[480] = "";

	for (size_t i = 0; i < count; i++)
		text_add(expected, sizeof(expected), "%s%s", i ? ", " : "", table[i].name);
	return config_refuse_key(name, expected, fault);
}

/* base: the struct whose members the table sets; where: directory and fault. */
static int set(const struct key *table, size_t count, void *base, const char *name, const char *value,
	struct target where)
{
	for (size_t i = 0; i < count; i++) {
		if (config_is_key(table[i].name, name)) {
			where.key = &table[i];
			where.member = (char *)base + table[i].offset;
			return table[i].kind->take(&where, value);
		}
	}
	return refuse_key(table, count, name, where.fault);
}

int config_set(struct settings *settings, const char *name, const char *value, const char *directory,
	struct fault *fault)
{
	return set(keys, ARRAY_LEN(keys), settings, name, value,
		(struct target){ .directory = directory, .fault = fault });
}

void config_note_place(struct settings *settings, const char *key, const char *place)
{
	strings_add(&settings->placed, key);
	strings_add(&settings->places, place);
}

const char *config_place(const struct settings *settings, const char *key)
{
	for (size_t i = settings->placed.count; i-- > 0;)
		if (config_is_key(key, settings->placed.items[i]))
			return settings->places.items[i];
	return "";
}

int config_set_peer(struct peer_settings *peer, const char *name, const char *value, const char *directory,
	struct fault *fault)
{
	return set(peer_keys, ARRAY_LEN(peer_keys), peer, name, value,
		(struct target){ .directory = directory, .fault = fault });
}

/* Whether the value needs quotes to be read back unchanged. */
static bool needs_quotes(const char *value)
{
	size_t length = strlen(value);

	return value[strcspn(value, "\n\r")] || strstr(value, " ;") || strstr(value, "\t;") ||
	       (length && (strchr(" \t\";", value[0]) || strchr(" \t", value[length - 1])));
}

static void print_value(FILE *file, const char *value)
{
	bool is_quoted = needs_quotes(value);

	fputs(is_quoted ? "\"" : "", file);
	for (; *value; value++) {
		if (is_quoted && strchr("\"\\\n\r", *value))
			fprintf(file, "\\%c", *value == '\n' ? 'n' : *value == '\r' ? 'r' : *value);
		else
			putc(*value, file);
	}
	fputs(is_quoted ? "\"\n" : "\n", file);
}

static char *text_of(const struct key *key, const void *base)
{
	char *value = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&value, &length);

	if (memory) {
		key->kind->print(memory, (const char *)base + key->offset);
		fclose(memory);
	}
	return value ? value : mem_copy("");
}

/* A key that is unset by default is printed as a comment while it is unset. */
static void print_key(
	FILE *file, const struct key *key, const struct settings *settings, const struct settings *defaults)
{
	char *value = text_of(key, settings), *usual = text_of(key, defaults);

	fprintf(file, "%s%s =%s", *value || *usual ? "" : "# ", key->name, *value ? " " : "");
	print_value(file, value);
	free(value);
	free(usual);
}

static void print_word(FILE *file, const char *name, const char *value)
{
	if (!value[0])
		return;
	fprintf(file, "%s = ", name);
	print_value(file, value);
}

static void print_peer(FILE *file, const struct peer_settings *peer)
{
	fprintf(file, "\n[peer %s]\n", peer->peer);
	for (size_t i = 0; i < ARRAY_LEN(peer_keys); i++) {
		char *value = text_of(&peer_keys[i], peer);

		print_word(file, peer_keys[i].name, value);
		free(value);
	}
}

void config_print(FILE *file, const struct settings *settings)
{
	struct settings defaults;

	settings_init(&defaults);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		print_key(file, &keys[i], settings, &defaults);
	settings_fini(&defaults);
	for (size_t i = 0; i < settings->pins.count; i++) {
		const struct pin *pin = &settings->pins.items[i];

		fprintf(file, "\n[endpoint %zu]\n", i + 1);
		print_word(file, "url", pin->url);
		print_word(file, "key_env", pin->key_env);
		print_word(file, "key_file", pin->key_file);
		if (pin->has_plain_key)
			fprintf(file, "plain-key = on\n");
	}
	for (size_t i = 0; i < settings->peers.count; i++)
		print_peer(file, &settings->peers.items[i]);
}
