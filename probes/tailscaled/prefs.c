#include "probes/tailscaled/prefs.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

static enum tri tri_of(const struct json *object, const char *key)
{
	const struct json *value = json_member(object, key);

	return json_is_true(value) ? TRI_YES : json_is_false(value) ? TRI_NO : TRI_UNKNOWN;
}

struct obs_prefs *prefs_parse(const char *bytes, size_t length, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);
	struct obs_prefs *prefs = NULL;

	if (tree && json_is_object(tree)) {
		struct arena *arena = arena_new();

		prefs = arena_alloc(arena, sizeof(*prefs));
		*prefs = (struct obs_prefs){ .arena = arena,
			.accepts_routes = tri_of(tree, "RouteAll"),
			.accepts_dns = tri_of(tree, "CorpDNS"),
			.runs_web_client = tri_of(tree, "RunWebClient"),
			.exit_node = text_keep(arena, json_text(tree, "ExitNodeID")),
			.control_url = text_keep(arena, json_text(tree, "ControlURL")) };
	} else if (tree) {
		fault_say(fault, "JSON, but no preferences");
	}
	json_free(tree);
	return prefs;
}
