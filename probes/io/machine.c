#include "probes/io/machine.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

void machine_addresses(struct strings *addresses)
{
	uv_interface_address_t *interfaces;
	int count = 0;
	char text[64];

	if (uv_interface_addresses(&interfaces, &count))
		return;
	for (int i = 0; i < count; i++)
		if ((interfaces[i].address.address4.sin_family == AF_INET
				    ? uv_ip4_name(&interfaces[i].address.address4, text, sizeof(text))
				    : uv_ip6_name(&interfaces[i].address.address6, text, sizeof(text))) == 0)
			strings_add(addresses, text);
	uv_free_interface_addresses(interfaces, count);
}

static bool is_there(const char *root, const char *path)
{
	char whole[PATH_MAX];

	return snprintf(whole, sizeof(whole), "%s%s", root, path) < (int)sizeof(whole) &&
	       access(whole, F_OK) == 0;
}

/* By the marks of Docker, Podman and Kubernetes. With cgroup v2, the group of process 1 tells nothing. */
static bool is_in_container(const char *root)
{
	static const char *const words[] = { "docker", "kubepods", "containerd", "lxc", "libpod" };
	char path[PATH_MAX], line[512];
	bool is_found = is_there(root, "/.dockerenv") || is_there(root, "/run/.containerenv");
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/1/cgroup", root);
	file = fopen(path, "re");
	while (file && !is_found && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			is_found = is_found || strstr(line, words[i]);
	if (file)
		fclose(file);
	return is_found;
}

/* The first mark that is there. A container may run an init of its own, so these come first. */
static enum init init_of(const char *root)
{
	static const struct {
		const char *path;
		enum init init;
	} marks[] = {
		{ "/run/systemd/system", INIT_SYSTEMD },
		{ "/run/openrc/softlevel", INIT_OPENRC },
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (is_there(root, marks[i].path))
			return marks[i].init;
	if (is_in_container(root))
		return INIT_CONTAINER;
	return is_there(root, "/etc/init.d") ? INIT_SCRIPTS : INIT_UNKNOWN;
}

static bool has_program(const char *root, const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin" };
	char path[64];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (is_there(root, path))
			return true;
	}
	return false;
}

/* The system's name as a status of tailscaled has it. */
static void say_system(char *os, size_t size)
{
	uv_utsname_t names;

	if (uv_os_uname(&names) != 0)
		return;
	text_set(os, size, "%s", strcmp(names.sysname, "Darwin") == 0 ? "macOS" : names.sysname);
	for (; *os && strcmp(names.sysname, "Darwin") != 0; os++)
		*os = (char)tolower((unsigned char)*os);
}

void machine_look(const char *root, struct obs_machine *machine)
{
	*machine = (struct obs_machine){ .init = INIT_UNKNOWN };
	say_system(machine->os, sizeof(machine->os));
	if (strcmp(machine->os, "linux") == 0)
		machine->init = init_of(root);
	if (!is_there(root, "/etc/init.d/tailscaled") && is_there(root, "/etc/init.d/tailscale"))
		text_set(machine->service, sizeof(machine->service), "tailscale");
	if (has_program(root, "sudo") || has_program(root, "doas"))
		text_set(machine->sudo, sizeof(machine->sudo), "%s ",
			has_program(root, "sudo") ? "sudo" : "doas");
}

bool machine_beside_us(const char *name, char *path, size_t size)
{
	char self[PATH_MAX];
	size_t length = sizeof(self);
	const char *slash;
	int written;

	if (uv_exepath(self, &length) != 0)
		return false;
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	written = snprintf(path, size, "%.*s/%s", (int)(slash - self), self, name);
	return written > 0 && (size_t)written < size && access(path, F_OK) == 0;
}
