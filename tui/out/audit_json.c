/* One object: status, findings with their rules for the policy, and what cannot be known. */
#include "tui/out/audit.h"

#include "probes/base/json_out.h"
#include "probes/report/audit_policy.h"
#include "tui/out/json.h"
#include "tui/out/outputs.h"

static void write_policy(struct json_out *out, const struct audit_policy *policy)
{
	json_out_begin(out, "policy", '{');
	audit_policy_write_needs(out, policy);
	json_out_begin(out, "grants", '[');
	for (int by = 0; by < AUDIT_BY_COUNT; by++)
		audit_policy_write_grant(out, policy, (enum audit_by)by);
	json_out_end(out, ']');
	json_out_begin(out, "acls", '[');
	for (int by = 0; by < AUDIT_BY_COUNT; by++)
		audit_policy_write_acl(out, policy, (enum audit_by)by);
	json_out_end(out, ']');
	json_out_end(out, '}');
}

static void write_finding(
	struct json_out *out, const struct snapshot *snapshot, const struct audit_finding *finding)
{
	const struct audit_subject *about = &finding->about;
	struct audit_words words;
	struct audit_policy policy;

	audit_say(snapshot, finding, &words);
	json_out_begin(out, NULL, '{');
	json_out_text(out, "code", finding->code);
	json_out_text(out, "severity", severity_name(finding->severity));
	json_out_true(out, "muted", finding->is_muted);
	json_out_text(out, "about", audit_about(snapshot, finding));
	if (about->peer >= 0) {
		json_out_text(out, "peer", snapshot->peers[about->peer].name);
		json_out_text(out, "peer_id", snapshot->peers[about->peer].id);
	}
	json_out_text(out, "text", words.text);
	json_out_text(out, "practice", words.practice);
	json_out_text(out, "run", words.run);
	json_out_text(out, "run_on", words.run_on);
	json_out_text(out, "paste", words.paste);
	json_out_text(out, "hint", words.hint);
	if (audit_policy_of(snapshot, finding, &policy))
		write_policy(out, &policy);
	json_out_end(out, '}');
}

void audit_add_json(
	struct json_out *out, const char *key, const struct snapshot *snapshot, const struct audit *audit)
{
	char unknowns[AUDIT_UNKNOWNS_MAX][400];
	size_t count = audit_unknowns(snapshot, unknowns, AUDIT_UNKNOWNS_MAX);

	json_out_begin(out, key, '{');
	json_out_number(out, "schema_version", JSON_SCHEMA_VERSION);
	json_out_text(out, "version", TSLLM_VERSION);
	json_out_time(out, "taken_at", snapshot->taken.wall_ms);
	json_out_text(out, "status", status_name(audit_status(snapshot, audit)));
	json_out_text(out, "self", snapshot->daemon.self);
	json_out_begin(out, "findings", '[');
	for (size_t i = 0; i < audit->count; i++)
		write_finding(out, snapshot, &audit->items[i]);
	json_out_end(out, ']');
	json_out_begin(out, "unknown", '[');
	for (size_t i = 0; i < count; i++)
		json_out_text(out, NULL, unknowns[i]);
	json_out_end(out, ']');
	json_out_end(out, '}');
}

void audit_print_json(const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit)
{
	struct json_out out = { .file = to->file, .is_pretty = true };

	audit_add_json(&out, NULL, snapshot, audit);
	putc('\n', to->file);
}
