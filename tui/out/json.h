/* A snapshot as JSON by the contract: `--format json`, `--watch`.
 *
 * Keys are added, never renamed; codes never change meaning. Unknown values are left out, or null where
 * the contract says so. Written member by member, so that memory does not grow with the number of peers
 * (10,000). */
#ifndef TSLLM_OUT_JSON_H
#define TSLLM_OUT_JSON_H

#include "probes/model/snapshot.h"

#include <stdbool.h>
#include <stdio.h>

struct json_out;
struct print_to;

#define JSON_SCHEMA_VERSION 1

/* One object, in another one under that key (NULL: in a list, or alone). */
void json_add_snapshot(struct json_out *out, const char *key, const struct snapshot *snapshot);
/* Writes one object and a newline; not pretty: on one line, for NDJSON. -1: the file cannot be written
 * (errno). */
int json_write_snapshot(FILE *file, const struct snapshot *snapshot, bool is_pretty);

/* The functions for the table of outputs: pretty, and on one line. */
void json_print(const struct print_to *to, const struct snapshot *snapshot);
void json_print_line(const struct print_to *to, const struct snapshot *snapshot);

#endif
