#include "tui/examine.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/io/http.h"
#include "probes/io/machine.h"
#include "probes/past_hour.h"
#include "probes/report/audit.h"
#include "probes/report/diagnose.h"
#include "tui/out/report.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Prints that the name is unknown and, unless names are hidden, similar ones. A URL that was not asked
 * (--passive) is also unknown. */
static int say_unknown(const struct examine *examine, const char *word)
{
	char bare[TEXT_CAP], shown[TEXT_CAP] = "…";
	const char *names[5];
	size_t count = 0;

	url_typed(word, bare, sizeof(bare));
	if (!examine->redactor) {
		text_clean(shown, sizeof(shown), bare, strlen(bare));
		count = diagnose_near(examine->snapshot, word, names, sizeof(names) / sizeof(*names));
	}
	if (examine->snapshot->is_passive && strstr(word, "://")) {
		fprintf(stderr, "tsllm-top: --doctor: '%s' was not asked (--passive)\n", shown);
		return STATUS_UNKNOWN;
	}
	fprintf(stderr, "tsllm-top: --doctor: no peer and no server is called '%s'", shown);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%s%s", i ? ", " : "; there is ", names[i]);
	fputs("\n", stderr);
	return EX_USAGE;
}

/* Names are hidden after they were looked for, because targets and `ignore` are names. */
static void hide(const struct examine *examine)
{
	if (examine->redactor)
		redactor_apply(examine->redactor, examine->snapshot);
}

/* ---- both: a report ---- */

/* The worse one; what is not known is worse than well alone. */
static enum status worse(enum status a, enum status b)
{
	static const int weights[] = {
		[STATUS_OK] = 0, [STATUS_UNKNOWN] = 1, [STATUS_DEGRADED] = 2, [STATUS_DOWN] = 3
	};

	return weights[a] > weights[b] ? a : b;
}

/* What cannot be read of a recording names its file. */
static void say_fault(const struct examine *examine, const char *text, char *to, size_t size)
{
	if (examine->redactor)
		redact_complaint(getenv("HOME"), text, to, size);
	else
		text_set(to, size, "%s", text);
}

static void print_report(const struct examine *examine, const struct print_to *to, struct report *report)
{
	struct fault fault;
	struct past_hour *hour = past_hour_new(examine->settings, examine->snapshot->taken.wall_ms, &fault);
	char missing[sizeof(fault.text)], libraries[400] = "", system[256], pseudonyms[400];

	for (size_t i = 0; hour && examine->redactor && i < hour->count; i++)
		redactor_apply(examine->redactor, hour->items[i]);
	if (hour) {
		report->runs = (const struct snapshot *const *)hour->items;
		report->run_count = hour->count;
		report->from = hour->from;
		report->until = hour->until;
	}
	say_fault(examine, fault.text, missing, sizeof(missing));
	report->missing = missing;
	http_libraries(libraries, sizeof(libraries));
	text_add(libraries, sizeof(libraries), " cJSON/%s", json_library());
	report->libraries = libraries;
	machine_system("", system, sizeof(system));
	report->system = system;
	if (examine->redactor)
		report->pseudonyms = redactor_say(examine->redactor, pseudonyms, sizeof(pseudonyms));
	examine->options->output->report(to, examine->snapshot, report);
	past_hour_free(hour);
}

int examine_print(const struct examine *examine, const struct print_to *to)
{
	const struct output *output = examine->options->output;
	const struct snapshot *snapshot = examine->snapshot;
	bool is_doctor = examine->options->is_doctor, is_audit = examine->options->is_audit;
	const char *word = is_doctor ? examine->settings->examine : "";
	struct diagnosis_target found;
	const struct diagnosis_target *target =
		*word && diagnose_find(snapshot, word, &found) ? &found : NULL;
	struct audit *audit = NULL;
	enum status status = STATUS_OK;

	if (*word && !target && snapshot->peer_count)
		return say_unknown(examine, word);
	if (is_audit) {
		audit = audit_new(snapshot, examine->settings->ignore.items, examine->settings->ignore.count);
		status = audit_status(snapshot, audit);
	}
	hide(examine);
	if (is_doctor)
		status = worse(status, diagnose_status(snapshot, target));
	if (is_doctor && is_audit)
		print_report(examine, to, &(struct report){ .target = target, .audit = audit });
	else if (is_doctor)
		output->doctor(to, snapshot, target);
	else
		output->audit(to, snapshot, audit);
	audit_free(audit);
	return (int)status;
}
