/* Serve: what this node offers: mount, the backend behind it, what both probes say, and who can reach it.
 *
 * The state of a row is what a peer would see: the state of the mount's URL if it was probed, otherwise the
 * backend's. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <stdio.h>
#include <string.h>

#define FOREGROUND "until its `tailscale serve` ends"

static const struct mount *mount_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->mounts[row];
}

static const struct endpoint *endpoint_at(const struct snapshot *snapshot, int index)
{
	return index < 0 ? NULL : &snapshot->endpoints[index];
}

/* What the row is about; NULL: neither the mount nor its backend is probed. */
static const struct endpoint *probed_of(const struct snapshot *snapshot, size_t row)
{
	const struct mount *mount = mount_of(snapshot, row);

	return endpoint_at(snapshot, mount->endpoint >= 0 ? mount->endpoint : mount->backend);
}

static enum state state_of(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *probed = probed_of(snapshot, row);

	return probed ? probed->state : mount_of(snapshot, row)->backend_state;
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_state(value, state_of(snapshot, row));
}

static void format_mount(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct mount *mount = mount_of(snapshot, row);
	const char *name = *mount->service ? mount->service : *mount->host ? mount->host : "(this node)";

	/* The tailnet's suffix is the same on every row and is in the header. */
	text_set(value->text, sizeof(value->text), "%.*s:%d%s",
		text_has_suffix(name, snapshot->daemon.magicdns_suffix) ? (int)strcspn(name, ".")
									: (int)strlen(name),
		name, mount->port, mount->path);
}

static void format_protocol(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, serve_protocol_name(mount_of(snapshot, row)->protocol));
}

/* Of a target on the same machine, the port says most; the tailnet's suffix is in the header. */
static void format_target(const struct snapshot *snapshot, size_t row, struct value *value)
{
	static const char insecure[] = "https+insecure://";
	const char *target = mount_of(snapshot, row)->target;
	char plain[ID_MAX], place[sizeof(value->brief)];
	struct url url;

	value_say(value, ROLE_TEXT, target);
	text_set(plain, sizeof(plain), "%s%s", text_has_prefix(target, insecure) ? "https://" : "",
		text_has_prefix(target, insecure) ? target + strlen(insecure) : target);
	if (url_split(&url, plain) < 0)
		return;
	if (url_host_is_below(url.host, snapshot->daemon.magicdns_suffix))
		url.host[strcspn(url.host, ".")] = '\0';
	if (url_host_is_loopback(url.host))
		text_set(place, sizeof(place), ":%d", url.port);
	else
		url_place(&url, place, sizeof(place));
	text_set(value->brief, sizeof(value->brief), "%s%s", place, url.path);
}

static void format_backend(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_state(value, mount_of(snapshot, row)->backend_state);
}

static void format_server(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct mount *mount = mount_of(snapshot, row);
	const struct endpoint *endpoint = endpoint_at(snapshot, mount->endpoint);
	const struct endpoint *backend = endpoint_at(snapshot, mount->backend);
	const char *title = endpoint && *endpoint->title ? endpoint->title : backend ? backend->title : "";

	value_say(value, *title ? ROLE_TEXT : ROLE_DIM, *title ? title : "–");
}

static void format_reach(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct mount *mount = mount_of(snapshot, row);

	value_say(value, ROLE_TEXT, mount->is_funnel ? "INTERNET" : *mount->service ? "service" : "tailnet");
	if (mount->is_funnel)
		value->role = role_of_state(STATE_SLOW);
}

static void format_why(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct mount *mount = mount_of(snapshot, row);
	const struct endpoint *probed = probed_of(snapshot, row);

	if (!value_why(value, snapshot, mount->verdicts) && probed)
		value_why(value, snapshot, probed->verdicts);
	if (mount->is_foreground && *value->text)
		text_add(value->text, sizeof(value->text), "; " FOREGROUND);
	else if (mount->is_foreground)
		value_say(value, ROLE_DIM, FOREGROUND);
}

static int compare_mount(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct mount *one = mount_of(snapshot, a), *other = mount_of(snapshot, b);
	int order = strcmp(one->host, other->host);

	order = order ? order : one->port - other->port;
	return order ? order : strcmp(one->path, other->path);
}

static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	return (int)state_of(snapshot, a) - (int)state_of(snapshot, b);
}

static int compare_backend(const struct snapshot *snapshot, size_t a, size_t b)
{
	return (int)mount_of(snapshot, a)->backend_state - (int)mount_of(snapshot, b)->backend_state;
}

static int compare_target(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(mount_of(snapshot, a)->target, mount_of(snapshot, b)->target);
}

static int compare_reach(const struct snapshot *snapshot, size_t a, size_t b)
{
	return mount_of(snapshot, a)->is_funnel - mount_of(snapshot, b)->is_funnel;
}

static const struct column columns[] = {
	{ "STATE", "state", 10, 10, 100, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "MOUNT", "mount", 10, 40, 95, .is_exact = true, .format = format_mount, .compare = compare_mount },
	{ "AS", "as", 5, 7, 50, .format = format_protocol },
	{ "TARGET", "target", 12, 40, 70, .format = format_target, .compare = compare_target },
	{ "BACKEND", "backend", 10, 10, 75, .starts_high = true, .format = format_backend,
		.compare = compare_backend },
	{ "SERVER", "server", 7, 16, 40, .format = format_server },
	{ "REACH", "reach", 8, 8, 80, .starts_high = true, .format = format_reach, .compare = compare_reach },
	{ "WHY", "why", 16, 600, 92, .stretches = true, .starts_high = true, .format = format_why,
		.compare = compare_state },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->mount_count;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct mount *mount = mount_of(snapshot, row);

	snprintf(buffer, size, "%s%s:%d%s", mount->service, mount->host, mount->port, mount->path);
	return buffer;
}

static const char *target(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct endpoint *probed = probed_of(snapshot, row);

	return probed ? probed->url : row_id(snapshot, row, buffer, size);
}

static bool instead(const struct snapshot *snapshot, struct page *page)
{
	if (view_says_trouble(snapshot, page))
		return true;
	if (snapshot->mount_count)
		return false;
	page_line(page, ROLE_TITLE, "This node serves nothing.");
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TEXT, "", 0,
		"To offer a local Ollama to the tailnet, at this machine's 100.x address:");
	page_line(page, ROLE_FIX, "  %stailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434",
		snapshot->daemon.sudo);
	return true;
}

const struct view view_serve = {
	.title = "Serve",
	.key = '4',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = compare_mount,
	.row_count = row_count,
	.row_id = row_id,
	.target = target,
	.instead = instead,
};
