#include "probes/endpoints/discover_ports.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/server_facts.h"
#include "probes/servers/family.h"

/* In this order: HTTPS by tailscale serve first, then the default ports of server families, most widely used
 * first, then the usual ports of proxies. At most 16, which is what a round may cost a peer. The default ports
 * of all other families follow by themselves. */
static const int usual_ports[] = { 443, 11434, 8080, 9931, 8000, 1234, 30000, 3000, 4000, 5000, 5001, 1337,
	80, 8443, 10000, 0 };
static const char *const usual_mounts[] = { "/ollama", "/llama", "/api", "/v1" };

_Static_assert(ARRAY_LEN(usual_ports) - 1 <= 16, "a round asks at most 16 ports of a peer");

bool discover_ports_has(const struct discover_ports *ports, int port)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->ports[i] == port)
			return true;
	return false;
}

static void add_base(struct discover_ports *ports, int port, const char *path)
{
	ports->bases[ports->base_count++] =
		(struct discover_base){ port, ports->count - 1, server_facts_is_serve_port(port), path };
}

static void add_port(struct discover_ports *ports, int port)
{
	if (ports->count == DISCOVER_PORTS_MAX || discover_ports_has(ports, port))
		return;
	ports->ports[ports->count++] = port;
	text_add(ports->text, sizeof(ports->text), "%s%s%d",
		ports->usual && ports->count == ports->usual_count + 1 ? ", and one a round of" : "",
		*ports->text ? " " : "", port);
	add_base(ports, port, "");
	for (size_t i = 0; port == 443 && i < ARRAY_LEN(usual_mounts); i++)
		add_base(ports, port, usual_mounts[i]);
}

void discover_ports_init(struct discover_ports *ports, const int *chosen)
{
	const struct server_facts *const *facts = family_facts();

	*ports = (struct discover_ports){ .count = 0 };
	for (const int *port = *chosen ? chosen : usual_ports; *port; port++)
		add_port(ports, *port);
	ports->usual = ports->base_count;
	ports->usual_count = ports->count;
	for (; !*chosen && *facts; facts++)
		for (size_t i = 0; i < ARRAY_LEN((*facts)->ports) && (*facts)->ports[i]; i++)
			add_port(ports, (*facts)->ports[i]);
}
