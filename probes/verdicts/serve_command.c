#include "probes/verdicts/serve_command.h"

#include "probes/base/text.h"

#include <string.h>

void serve_command(const struct obs_mount *mount, const char *target, char *text, size_t size)
{
	static const char *const options[] = {
		[SERVE_HTTPS] = "https",
		[SERVE_HTTP] = "http",
		[SERVE_TCP] = "tcp",
		[SERVE_TLS_TCP] = "tls-terminated-tcp",
	};
	bool is_tcp = mount->protocol == SERVE_TCP || mount->protocol == SERVE_TLS_TCP;

	text_add(text, size, "sudo tailscale serve --bg --%s=%d", options[mount->protocol], mount->port);
	if (*mount->path && strcmp(mount->path, "/") != 0)
		text_add(text, size, " --set-path=%s", mount->path);
	text_add(text, size, " %s%s", is_tcp ? "tcp://" : "", target);
}
