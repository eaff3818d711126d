/* How the members of a struct are written down in the tables of kinds_*.c, and the shapes that kinds.c puts together. */
#ifndef TSLLM_RECORDING_KINDS_PARTS_H
#define TSLLM_RECORDING_KINDS_PARTS_H

#include "probes/base/mem.h"
#include "probes/recording/kinds.h"

#define TEXTS_MOST 1000
#define ROWS_MOST 10000

/* clang-format off */
#define MEMBER(type, m, kind, ...) { #m, MEMBER_##kind, offsetof(struct type, m), .count_offset = NO_COUNT, __VA_ARGS__ }
#define KEY(type, m) MEMBER(type, m, TEXT, .is_key = true)
#define TEXT(type, m) MEMBER(type, m, TEXT)
#define TEXTS(type, m) MEMBER(type, m, TEXTS, .most = TEXTS_MOST)
#define BOOL(type, m) MEMBER(type, m, BOOL)
#define ENUM(type, m, last) MEMBER(type, m, ENUM, .most = last)
#define NUMBER(type, m) MEMBER(type, m, DOUBLE)
#define SLOW(type, m) MEMBER(type, m, DOUBLE, .is_counter = true, .is_slow = true)
#define COUNTER(type, m) MEMBER(type, m, DOUBLE, .is_counter = true)
#define TIME(type, m) MEMBER(type, m, INT64, .is_counter = true)
#define COUNTED(type, m, kind, n, count, ...) \
	{ #m, MEMBER_##kind, offsetof(struct type, m), .most = n, .count_offset = offsetof(struct type, count), __VA_ARGS__ }
#define ROWS(type, m, count, of) COUNTED(type, m, ROWS, ROWS_MOST, count, .shape = &of)
#define SHAPE(name, type) static const struct shape name = { .size = sizeof(struct type), .members = name##_members, .count = ARRAY_LEN(name##_members) }
#define PUBLIC_SHAPE(name, type) const struct shape shape_##name = { .size = sizeof(struct type), .members = name##_members, .count = ARRAY_LEN(name##_members) }
/* clang-format on */

extern const struct shape shape_peer, shape_status, shape_prefs, shape_lock, shape_machine,
	shape_listeners, shape_companion, shape_gpus, shape_serve, shape_traffic, shape_path_history, shape_ping,
	shape_net, shape_node, shape_capture, shape_sniffed, shape_discovery, shape_probed, shape_endpoint,
	shape_answer, shape_canary;

#endif
