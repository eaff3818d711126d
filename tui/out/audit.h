/* --audit: what is exposed, worst first, as text and as JSON. */
#ifndef TSLLM_OUT_AUDIT_H
#define TSLLM_OUT_AUDIT_H

#include "probes/report/audit.h"

struct json_out;
struct print_to;

void audit_print(const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit);
/* One object, in another one under that key (NULL: alone). */
void audit_add_json(
	struct json_out *out, const char *key, const struct snapshot *snapshot, const struct audit *audit);
void audit_print_json(const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit);

#endif
