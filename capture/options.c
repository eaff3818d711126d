/* One row for each option: its letter, what it takes (for error messages), and its reader. */
#include "capture/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PERIOD_MS_MIN 100
#define PERIOD_MS_MAX 3600000

const char options_usage[] = "usage: tsllm-capture [-i DEVICE]... [-u PORT]... [-d ADDRESS:PORT]... [-s "
			     "PORT]... [-l ADDRESS]... [-p MS]\n"
			     "       tsllm-capture -r FILE [the same but -i]\n"
			     "  -i DEVICE        watch this device; without it, all that are up\n"
			     "  -r FILE          read a pcap file, - for standard input\n"
			     "  -u PORT          a UDP port of tailscaled on this machine\n"
			     "  -d ADDRESS:PORT  a DERP server\n"
			     "  -s PORT          a served port whose flows on the loopback are measured\n"
			     "  -l ADDRESS       an address of this machine\n"
			     "  -p MS            print totals every so many milliseconds, by default 1000\n"
			     "  -h, -V           print this, or the version\n"
			     "See tsllm-capture(8).\n";

struct option_row {
	char letter;
	const char *what; /* the value it takes, for error messages */
	bool (*take)(struct options *options, const char *value);
};

static bool take_device(struct options *options, const char *value)
{
	if (!*value || strlen(value) > 15 || options->device_count == DEVICES_MAX)
		return false;
	options->devices[options->device_count++] = value;
	return true;
}

static bool take_file(struct options *options, const char *value)
{
	options->file = value;
	return *value;
}

static bool take_port(uint16_t *ports, size_t *count, size_t max, const char *value)
{
	uint16_t port = place_parse_port(value);

	if (!port || *count == max)
		return false;
	ports[(*count)++] = port;
	return true;
}

static bool take_udp_port(struct options *options, const char *value)
{
	return take_port(options->udp_ports, &options->udp_port_count, UDP_PORTS_MAX, value);
}

static bool take_service(struct options *options, const char *value)
{
	return take_port(options->services, &options->service_count, SERVICES_MAX, value);
}

static bool take_derp(struct options *options, const char *value)
{
	if (options->derp_count == DERP_SERVERS_MAX ||
		place_parse(&options->derp[options->derp_count], value, true))
		return false;
	options->derp_count++;
	return true;
}

static bool take_local(struct options *options, const char *value)
{
	if (options->local_count == LOCALS_MAX ||
		place_parse(&options->locals[options->local_count], value, false))
		return false;
	options->local_count++;
	return true;
}

static bool take_period(struct options *options, const char *value)
{
	long ms = 0;

	if (!*value || strlen(value) > 7 || strspn(value, "0123456789") != strlen(value))
		return false;
	for (; *value; value++)
		ms = ms * 10 + (*value - '0');
	options->period_us = (int64_t)ms * 1000;
	return ms >= PERIOD_MS_MIN && ms <= PERIOD_MS_MAX;
}

static const struct option_row rows[] = {
	{ 'i', "a device, at most 8 of them", take_device },
	{ 'r', "a file", take_file },
	{ 'u', "a port from 1 to 65535, at most 8 of them", take_udp_port },
	{ 'd', "ADDRESS:PORT, at most 64 of them", take_derp },
	{ 's', "a port from 1 to 65535, at most 16 of them", take_service },
	{ 'l', "an IP address, at most 64 of them", take_local },
	{ 'p', "milliseconds from 100 to 3600000", take_period },
};

static const struct option_row *row_of(int letter)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static int take(struct options *options, int letter, char *trouble, size_t size)
{
	const struct option_row *row = row_of(letter == ':' ? optopt : letter);

	if (letter == 'h')
		options->wants_help = true;
	else if (letter == 'V')
		options->wants_version = true;
	else if (!row)
		snprintf(trouble, size, "there is no option -%c%s", optopt,
			optopt == '-' ? ": all options are single letters" : "");
	else if (letter == ':')
		snprintf(trouble, size, "-%c wants %s", row->letter, row->what);
	else if (!row->take(options, optarg))
		snprintf(trouble, size, "-%c takes %s, not '%.64s'", row->letter, row->what, optarg);
	return *trouble ? -1 : 0;
}

int options_read(struct options *options, int argc, char **argv, char *trouble, size_t size)
{
	int letter;

	*options = (struct options){ .period_us = 1000000 };
	*trouble = '\0';
	opterr = 0;
	while ((letter = getopt(argc, argv, ":i:r:u:d:s:l:p:hV")) != -1)
		if (take(options, letter, trouble, size))
			return -1;
	if (optind < argc)
		snprintf(trouble, size, "'%.64s' is one argument too many", argv[optind]);
	else if (options->file && options->device_count)
		snprintf(trouble, size, "-i and -r do not go together");
	return *trouble ? -1 : 0;
}
