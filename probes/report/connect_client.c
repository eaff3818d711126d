#include "probes/report/connect_client.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <string.h>

const struct connect_client *connect_client_at(size_t index)
{
	static const struct connect_client *const tables[] = { connect_code, connect_agents, connect_apps };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct connect_client *client = tables[i]; client->name; client++)
			if (index-- == 0)
				return client;
	return NULL;
}

const struct connect_client *connect_client_named(const char *name)
{
	const struct connect_client *client;

	for (size_t i = 0; (client = connect_client_at(i)); i++)
		if (strcmp(client->name, name) == 0)
			return client;
	return NULL;
}

const char *connect_format_name(enum connect_format format)
{
	static const char *const names[FORMAT_COUNT] = { "shell", "JSON", "TOML", "YAML", "Python",
		"JavaScript", "form" };

	return names[format];
}

char *connect_client_names(char *to, size_t size)
{
	const struct connect_client *client;

	*to = '\0';
	for (size_t i = 0; (client = connect_client_at(i)); i++)
		text_add(to, size, "%s%s", i ? ", " : "", client->name);
	return to;
}
