/* One value of a member: comparing, copying, writing as JSON, reading. holder is the struct that holds the
 * member. */
#ifndef TSLLM_RECORDING_VALUE_H
#define TSLLM_RECORDING_VALUE_H

#include "probes/recording/shape.h"

/* Bytes of one item. */
size_t value_size(enum member_kind kind);
/* Number of items of an array. */
size_t value_count(const struct member *member, const void *holder);
bool value_equal(const struct member *member, const void *a, const void *b);
void value_copy(const struct member *member, void *to, const void *from, struct arena *arena);
/* Writes the new value; of a counter, how much it differs from the old one, if that is exact. */
void value_write(struct json_out *out, const char *key, const struct member *member, const void *before,
	const void *now);
/* What value_write() wrote; holder has the value before. Anything of another type, and numbers out of range,
 * change nothing. */
void value_read(const struct member *member, void *holder, const struct json *json, struct arena *arena);

#endif
