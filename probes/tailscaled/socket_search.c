/* Only looks at files: whether tailscaled answers there shows when it is connected to. */
#include "probes/tailscaled/socket_search.h"

#include "probes/base/owner.h"

#include <stdio.h>
#include <string.h>

/* Linux and BSD, containers, macOS, Synology 7 and 6, QNAP, Gokrazy, Ubuntu's
 * snap. */
const char *const socket_places[] = {
	"/run/tailscale/tailscaled.sock",
	"/var/run/tailscale/tailscaled.sock",
	"/tmp/tailscaled.sock",
	"/var/run/tailscaled.socket",
	"/var/packages/Tailscale/var/tailscaled.sock",
	"/var/packages/Tailscale/etc/tailscaled.sock",
	"/tmp/tailscale/tailscaled.sock",
	"/perm/tailscaled/tailscaled.sock",
	"/var/snap/tailscale/common/socket/tailscaled.sock",
	NULL,
};

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Security: a link must be owned by root or us as well, not only the socket that it leads to. */
static bool look(const char *path, struct stat *entry, bool *is_foreign)
{
	struct stat link;

	if (lstat(path, &link) || stat(path, entry) || !S_ISSOCK(entry->st_mode))
		return false;
	*is_foreign = !owner_is_believed(link.st_uid) || !owner_is_believed(entry->st_uid);
	return true;
}

const char *socket_search_next(struct socket_search *search)
{
	struct stat entry;

	for (size_t i = 0; i < SOCKET_PLACES_MAX && search->places[i]; i++) {
		search->found[i].is_foreign = false;
		if (look(search->places[i], &entry, &search->found[i].is_foreign) &&
			!search->found[i].is_foreign && !is_same_file(&entry, &search->found[i].refused))
			return search->places[i];
	}
	return NULL;
}

void socket_search_refuse(struct socket_search *search, const char *path)
{
	for (size_t i = 0; i < SOCKET_PLACES_MAX && search->places[i]; i++)
		if (strcmp(search->places[i], path) == 0 && stat(path, &search->found[i].refused))
			memset(&search->found[i].refused, 0, sizeof(search->found[i].refused));
}

void socket_search_forget(struct socket_search *search)
{
	memset(search->found, 0, sizeof(search->found));
}

const char *socket_search_foreign(const struct socket_search *search, char *text, size_t size)
{
	struct stat entry;
	char name[64];

	text[0] = '\0';
	for (size_t i = 0; i < SOCKET_PLACES_MAX && search->places[i]; i++) {
		if (!search->found[i].is_foreign || lstat(search->places[i], &entry))
			continue;
		snprintf(text, size, "%s belongs to “%s”, not to root or you", search->places[i],
			owner_name(entry.st_uid, name, sizeof(name)));
		break;
	}
	return text;
}
