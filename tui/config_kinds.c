#include "tui/config_kinds.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/settings.h"
#include "tui/config_amounts.h"
#include "tui/config_keys.h"
#include "tui/views/views.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int refuse(const struct target *target, const char *value, const char *expected)
{
	char shown[64];

	fault_say(target->fault, "'%s' is %s", config_show(shown, sizeof(shown), value), expected);
	return -1;
}

static int take_seconds(const struct target *target, const char *value)
{
	char expected[64], *end;
	double number = strtod(value, &end);
	bool is_plain = value[0] && !value[strspn(value, "0123456789.")] && !*end;

	snprintf(
		expected, sizeof(expected), "no number from %g to %g", target->key->least, target->key->most);
	if (!is_plain || number < target->key->least || number > target->key->most)
		return refuse(target, value, expected);
	*(double *)target->member = number;
	return 0;
}

static void print_seconds(FILE *file, const void *member)
{
	double seconds = *(const double *)member;
	char text[32];
	int digits = 6;

	do
		snprintf(text, sizeof(text), "%.*g", digits, seconds);
	while (strtod(text, NULL) != seconds && digits++ < 17);
	fprintf(file, "%s", text);
}

static int take_switch(const struct target *target, const char *value)
{
	bool is_on = !strcmp(value, "on");

	if (!is_on && strcmp(value, "off") != 0)
		return refuse(target, value, "neither 'on' nor 'off'");
	*(bool *)target->member = is_on;
	return 0;
}

static void print_switch(FILE *file, const void *member)
{
	fprintf(file, "%s", *(const bool *)member ? "on" : "off");
}

static const char *const discover_words[] = {
	[DISCOVER_MINE] = "mine",
	[DISCOVER_TAGGED] = "tagged",
	[DISCOVER_ALL] = "all",
	[DISCOVER_OFF] = "off",
};

static int take_discover(const struct target *target, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(discover_words); i++) {
		if (!strcmp(value, discover_words[i])) {
			*(enum discover *)target->member = (enum discover)i;
			return 0;
		}
	}
	return refuse(target, value, "not one of mine, tagged, all, off");
}

static void print_discover(FILE *file, const void *member)
{
	fprintf(file, "%s", discover_words[*(const enum discover *)member]);
}

/* The next item of a comma list, without spaces around it; false at the end. */
static bool next_item(const char **at, char *item, size_t size)
{
	size_t length;

	*at += strspn(*at, " \t,");
	length = strcspn(*at, ",");
	if (!length)
		return false;
	snprintf(item, size, "%.*s", (int)length, *at);
	*at += length;
	for (length = strlen(item); length && strchr(" \t", item[length - 1]); length--)
		item[length - 1] = '\0';
	return true;
}

static int take_list(const struct target *target, const char *value)
{
	char item[TEXT_CAP];

	while (next_item(&value, item, sizeof(item)))
		strings_add(target->member, item);
	return 0;
}

/* The URL in CODE@URL is normalised, because URLs are compared in their normal form. */
static int take_ignore(const struct target *target, const char *value)
{
	char item[TEXT_CAP], normal[2 * TEXT_CAP];

	while (next_item(&value, item, sizeof(item))) {
		size_t code = strcspn(item, "@");

		snprintf(normal, sizeof(normal), "%.*s@", (int)code, item);
		if (item[code] &&
			!url_normalise(item + code + 1, normal + code + 1, sizeof(normal) - code - 1))
			strings_add(target->member, normal);
		else
			strings_add(target->member, item);
	}
	return 0;
}

static void print_list(FILE *file, const void *member)
{
	const struct strings *list = member;

	for (size_t i = 0; i < list->count; i++)
		fprintf(file, "%s%s", i ? ", " : "", list->items[i]);
}

/* The view whose title follows "columns." in the key. */
static const struct view *view_of_key(const char *key)
{
	size_t i = 0;

	while (views[i + 1] && !text_equal_fold(views[i]->title, key + strlen("columns.")))
		i++;
	return views[i];
}

static int take_columns(const struct target *target, const char *value)
{
	const struct view *view = view_of_key(target->key->name);
	char item[TEXT_CAP], expected[TEXT_CAP] = "no column; expected:";

	for (size_t i = 0; i < view->column_count; i++)
		text_add(expected, sizeof(expected), "%s %s", i ? "," : "", view->columns[i].field);
	while (next_item(&value, item, sizeof(item))) {
		if (!columns_find(view->columns, view->column_count, item, strlen(item)))
			return refuse(target, item, expected);
		strings_add(target->member, item);
	}
	return 0;
}

static int take_ports(const struct target *target, const char *value)
{
	int ports[ARRAY_LEN(((struct settings *)NULL)->ports)] = { 0 };
	size_t count = 0;
	char item[TEXT_CAP];

	while (next_item(&value, item, sizeof(item))) {
		int64_t port = text_number(item, 65535);

		if (port < 1)
			return refuse(target, item, "no port from 1 to 65535");
		if (count == ARRAY_LEN(ports) - 1)
			return refuse(target, item, "one port too many, at most 31 are expected");
		ports[count++] = (int)port;
	}
	memcpy(target->member, ports, sizeof(ports));
	return 0;
}

static void print_ports(FILE *file, const void *member)
{
	for (const int *port = member; *port; port++)
		fprintf(file, "%s%d", port == member ? "" : ", ", *port);
}

static int take_path(const struct target *target, const char *value)
{
	config_replace(target->member, config_path(value, target->directory));
	return 0;
}

/* A word without a slash is a name to look up: a command in PATH, a theme among the themes. */
static int take_name_or_path(const struct target *target, const char *value)
{
	config_replace(target->member, config_path(value, strchr(value, '/') ? target->directory : NULL));
	return 0;
}

/* No resolver is used for the proxy: "socks5h://ADDRESS:PORT", or a Unix socket. */
static bool is_proxy(const char *value)
{
	char host[64];
	unsigned char binary[16];
	int port = 0;
	char more;

	if (text_has_prefix(value, "socks5h://localhost/"))
		return true;
	if (sscanf(value, "socks5h://[%63[^]]]:%5d%c", host, &port, &more) == 2)
		return inet_pton(AF_INET6, host, binary) == 1 && port > 0 && port <= 65535;
	return sscanf(value, "socks5h://%63[0-9.]:%5d%c", host, &port, &more) == 2 &&
	       inet_pton(AF_INET, host, binary) == 1 && port > 0 && port <= 65535;
}

static int take_proxy(const struct target *target, const char *value)
{
	if (strchr(value, '@') && !text_has_prefix(value, "socks5h://localhost/"))
		return refuse(target, value, "to be given without user and password");
	if (value[0] && !is_proxy(value))
		return refuse(target, value,
			"no SOCKS5 proxy like socks5h://127.0.0.1:1055 or socks5h://localhost/run/socks");
	config_replace(target->member, mem_copy(value));
	return 0;
}

static void print_text(FILE *file, const void *member)
{
	fprintf(file, "%s", *(char *const *)member);
}

/* Absolute, because relative paths in a configuration start at its directory. */
static void print_path(FILE *file, const void *member)
{
	const char *path = *(char *const *)member;
	char folder[4096];

	if (path[0] && path[0] != '/' && getcwd(folder, sizeof(folder)))
		fprintf(file, "%s/", folder);
	fputs(path, file);
}

static void print_name_or_path(FILE *file, const void *member)
{
	(strchr(*(char *const *)member, '/') ? print_path : print_text)(file, member);
}

static int take_size(const struct target *target, const char *value)
{
	if (config_take_amount(config_sizes, value, target->key->least, target->key->most, target->member))
		return 0;
	return refuse(target, value, "no size from 1MB to 1000GB, like 200MB");
}

static int take_age(const struct target *target, const char *value)
{
	if (config_take_amount(config_ages, value, target->key->least, target->key->most, target->member))
		return 0;
	return refuse(target, value, "no age from 1h to 3650d, like 7d");
}

static void print_size(FILE *file, const void *member)
{
	config_print_amount(file, config_sizes, *(const double *)member);
}

static void print_age(FILE *file, const void *member)
{
	config_print_amount(file, config_ages, *(const double *)member);
}

/* The address of one network card: with colons, or with hyphens as Windows prints it. */
static bool is_mac(const char *value)
{
	for (size_t i = 0; i < 17; i++)
		if (i % 3 == 2 ? value[i] != ':' && value[i] != '-' : !isxdigit((unsigned char)value[i]))
			return false;
	return !value[17] && !strchr("13579bdfBDF", value[1]) && strspn(value, "0:-") < 17;
}

static int take_mac(const struct target *target, const char *value)
{
	char normal[18] = "";

	if (!is_mac(value))
		return refuse(target, value, "no MAC address of a network card like 3c:7c:3f:1e:88:a0");
	for (size_t i = 0; value[i]; i++)
		normal[i] = i % 3 == 2 ? ':' : (char)tolower((unsigned char)value[i]);
	config_replace(target->member, mem_copy(normal));
	return 0;
}

static int take_url(const struct target *target, const char *value)
{
	char normal[512];

	if (strchr(value, '@') || url_normalise(value, normal, sizeof(normal)) < 0)
		return refuse(target, value, "no URL like http://gpu1:9400");
	config_replace(target->member, mem_copy(normal));
	return 0;
}

const struct kind kind_seconds = { take_seconds, print_seconds };
const struct kind kind_switch = { take_switch, print_switch };
const struct kind kind_discover = { take_discover, print_discover };
const struct kind kind_list = { take_list, print_list };
const struct kind kind_ignore = { take_ignore, print_list };
const struct kind kind_columns = { take_columns, print_list };
const struct kind kind_ports = { take_ports, print_ports };
const struct kind kind_path = { take_path, print_path };
const struct kind kind_name_or_path = { take_name_or_path, print_name_or_path };
const struct kind kind_proxy = { take_proxy, print_text };
const struct kind kind_size = { take_size, print_size };
const struct kind kind_age = { take_age, print_age };
const struct kind kind_mac = { take_mac, print_text };
const struct kind kind_url = { take_url, print_text };
