/* The kind of `listen`: a port, or "unix:PATH" with a path as others in a configuration. */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/listen_socket.h"
#include "tui/config_keys.h"
#include "tui/config_kinds.h"

#include <stdlib.h>
#include <string.h>

static int take_listen(const struct target *target, const char *value)
{
	bool is_unix = text_has_prefix(value, LISTEN_UNIX);
	const char *rest = is_unix ? value + strlen(LISTEN_UNIX) : value;
	char shown[64], *path, *address;
	size_t size;

	if (is_unix ? !*rest : *value && text_number(value, 65535) < 1) {
		fault_say(target->fault, "'%s' is neither a port from 1 to 65535 nor unix:PATH",
			config_show(shown, sizeof(shown), value));
		return -1;
	}
	path = is_unix ? config_path(rest, target->directory) : mem_copy(rest);
	size = strlen(LISTEN_UNIX) + strlen(path) + 1;
	address = mem_alloc(size);
	snprintf(address, size, "%s%s", is_unix ? LISTEN_UNIX : "", path);
	free(path);
	config_replace(target->member, address);
	return 0;
}

static void print_listen(FILE *file, const void *member)
{
	const char *address = *(char *const *)member, *path = address + strlen(LISTEN_UNIX);

	if (text_has_prefix(address, LISTEN_UNIX)) {
		fputs(LISTEN_UNIX, file);
		kind_path.print(file, &path);
	} else {
		fputs(address, file);
	}
}

const struct kind kind_listen = { take_listen, print_listen };
