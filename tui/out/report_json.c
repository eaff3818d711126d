/* One object: the snapshot and the audit as they are printed alone, and what stands beside them in the text. */
#include "probes/base/json_out.h"
#include "tui/out/audit.h"
#include "tui/out/json.h"
#include "tui/out/outputs.h"
#include "tui/out/report.h"

#include <stdio.h>

static void write_event(struct json_out *out, const struct event *event)
{
	json_out_begin(out, NULL, '{');
	json_out_time(out, "at", event->at);
	json_out_text(out, "severity", severity_name(event->severity));
	json_out_text(out, "code", event->code);
	json_out_text(out, "about", event->who);
	json_out_text(out, "state", state_name(event->state));
	json_out_text(out, "text", event->text);
	json_out_number(out, "times", event->times);
	json_out_end(out, '}');
}

static void write_events(struct json_out *out, const struct report *report)
{
	json_out_time(out, "events_from", report->from);
	json_out_time(out, "events_until", report->until);
	if (*report->missing)
		json_out_text(out, "events_missing", report->missing);
	json_out_begin(out, "events", '[');
	for (size_t run = report->run_count; run-- > 0;)
		for (size_t i = 0; i < report->runs[run]->event_count; i++)
			write_event(out, &report->runs[run]->events[i]);
	json_out_end(out, ']');
}

void report_print_json(
	const struct print_to *to, const struct snapshot *snapshot, const struct report *report)
{
	struct json_out out = { .file = to->file, .is_pretty = true };

	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "schema_version", JSON_SCHEMA_VERSION);
	json_out_text(&out, "version", TSLLM_VERSION);
	json_out_text(&out, "libraries", report->libraries);
	json_out_text(&out, "system", report->system);
	json_out_text(&out, "pseudonyms", report->pseudonyms ? report->pseudonyms : "");
	json_add_snapshot(&out, "snapshot", snapshot);
	audit_add_json(&out, "audit", snapshot, report->audit);
	if (report->run_count)
		write_events(&out, report);
	json_out_end(&out, '}');
	putc('\n', to->file);
}
