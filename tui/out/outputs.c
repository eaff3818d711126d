/* The table of outputs. The first row that can print what is requested is the default. */
#include "tui/out/outputs.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/out/audit.h"
#include "tui/out/canary.h"
#include "tui/out/connect.h"
#include "tui/out/csv.h"
#include "tui/out/doctor.h"
#include "tui/out/exposition.h"
#include "tui/out/http_sd.h"
#include "tui/out/json.h"
#include "tui/out/nagios.h"
#include "tui/out/pick.h"
#include "tui/out/report.h"
#include "tui/out/svg.h"
#include "tui/out/text.h"

#include <string.h>

static const struct output outputs[] = {
	{ "text", .snapshot = text_print, .doctor = doctor_print, .pick = pick_print, .connect = connect_print,
		.audit = audit_print, .report = report_print, .canary = canary_print },
	{ "json", .snapshot = json_print, .record = json_print_line, .audit = audit_print_json,
		.report = report_print_json, .canary = canary_print_json },
	{ "csv", .can_view = csv_can, .snapshot = csv_print },
	{ "prometheus", .snapshot = exposition_print },
	{ "nagios", .snapshot = nagios_print },
	{ "http-sd", .snapshot = http_sd_print },
	{ "svg", .is_picture = true, .can_view = svg_can, .snapshot = svg_print },
};

const struct output *outputs_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (strcmp(outputs[i].name, name) == 0)
			return &outputs[i];
	return NULL;
}

bool outputs_can(const struct output *output, enum output_use use)
{
	const bool can[] = {
		[OUTPUT_SNAPSHOT] = output->snapshot,
		[OUTPUT_RECORD] = output->record,
		[OUTPUT_DOCTOR] = output->doctor,
		[OUTPUT_PICK] = output->pick,
		[OUTPUT_CONNECT] = output->connect,
		[OUTPUT_AUDIT] = output->audit,
		[OUTPUT_REPORT] = output->report,
		[OUTPUT_CANARY] = output->canary,
	};

	return can[use];
}

const struct output *outputs_default(enum output_use use)
{
	const struct output *output = outputs;

	while (!outputs_can(output, use))
		output++;
	return output;
}

char *outputs_names(char *to, size_t size, enum output_use use, const char *between)
{
	*to = '\0';
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (outputs_can(&outputs[i], use))
			text_add(to, size, "%s%s", *to ? between : "", outputs[i].name);
	return to;
}
