/* Reads the API key of an endpoint from the place that the configuration names. Security: a key is sent to
 * one host only, and never shown, logged or recorded. */
#ifndef TSLLM_ENDPOINTS_API_KEY_H
#define TSLLM_ENDPOINTS_API_KEY_H

#include "probes/model/settings.h"

/* Fills key: "" if the pin names none. Returns -1 and a fault, which never contains any part of the key, if
 * it cannot be read. */
int api_key_read(const struct pin *pin, char *key, size_t size, struct fault *fault);

#endif
