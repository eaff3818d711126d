/* What must hold of texts, of output and of observations, whatever the input was.
 *
 * Characters are judged by a list of this file's own, not by the one that cleaned them. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/gpu.h"
#include "probes/model/obs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* ---- characters ---- */

static bool is_harmless(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} harmful[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xd800, 0xdfff }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe0fff },
		{ 0x110000, UINT32_MAX } };

	for (size_t i = 0; i < ARRAY_LEN(harmful); i++)
		if (c >= harmful[i].first && c <= harmful[i].last)
			return false;
	return true;
}

/* Bytes of the character at the front of length bytes; 0: they are no UTF-8. */
static size_t take_character(const unsigned char *at, size_t length, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = at[0] < 0x80   ? 1
		       : at[0] < 0xc0 ? 0
		       : at[0] < 0xe0 ? 2
		       : at[0] < 0xf0 ? 3
		       : at[0] < 0xf8 ? 4
				      : 0;

	if (!bytes || bytes > length)
		return 0;
	*c = bytes == 1 ? at[0] : at[0] & (0x7fu >> bytes);
	for (size_t i = 1; i < bytes; i++) {
		if (at[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (at[i] & 0x3f);
	}
	return *c < least[bytes] ? 0 : bytes;
}

static void check_characters(const char *text, size_t length, const char *allowed)
{
	const unsigned char *at = (const unsigned char *)text;

	while (length) {
		uint32_t c = 0;
		size_t bytes = take_character(at, length, &c);

		check(bytes, "the text is UTF-8");
		check(is_harmless(c) || (c && c < 0x80 && strchr(allowed, (int)c)),
			"the text has no control character");
		at += bytes;
		length -= bytes;
	}
}

void check_text(const char *text, size_t cap)
{
	check(text, "there is a text");
	check(strlen(text) <= cap, "the text is no longer than its cap");
	check_characters(text, strlen(text), "");
}

void check_texts(const char *const *texts, size_t cap)
{
	check(texts, "there is a list of texts");
	for (; *texts; texts++)
		check_text(*texts, cap);
}

void check_printed(const char *text, size_t length)
{
	check_characters(text, length, "\n");
}

void check_json(const char *text, size_t length)
{
	struct fault fault;
	struct json *tree = json_parse(text, length, &fault);

	check(tree, "the JSON reads back");
	json_free(tree);
	check_characters(text, length, "\n\t");
}

/* ---- observations ---- */

static void check_amount(double amount)
{
	check(isnan(amount) || (isfinite(amount) && amount >= 0),
		"a number is unknown, or finite and not below zero");
}

static void check_peer(const struct obs_peer *peer)
{
	const char *const texts[] = { peer->id, peer->host_name, peer->fqdn, peer->os, peer->user,
		peer->current_address, peer->home_derp, peer->peer_relay };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i], TEXT_CAP);
	check_texts(peer->addresses, TEXT_CAP);
	check_texts(peer->tags, TEXT_CAP);
	check_texts(peer->routes, TEXT_CAP);
}

void check_status(const struct obs_status *status)
{
	const char *const texts[] = { status->backend_word, status->version, status->auth_url,
		status->tailnet, status->magicdns_suffix };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i], TEXT_CAP);
	check_texts(status->health, TEXT_CAP);
	check_texts(status->own_addresses, TEXT_CAP);
	check_peer(&status->self);
	for (size_t i = 0; i < status->peer_count; i++)
		check_peer(&status->peers[i]);
}

void check_serve(const struct obs_serve *serve)
{
	for (size_t i = 0; i < serve->mount_count; i++) {
		const struct obs_mount *mount = &serve->mounts[i];

		check_text(mount->host, TEXT_CAP);
		check_text(mount->service, TEXT_CAP);
		check_text(mount->path, TEXT_CAP);
		check_text(mount->target, TEXT_CAP);
		check(mount->port > 0 && mount->port < 65536, "a mount has a port");
	}
}

void check_net(const struct obs_net *net)
{
	check_amount(net->candidates);
	check_amount(net->derp_ms);
}

void check_answer(const struct obs_answer *answer)
{
	const char *const texts[] = { answer->tls_text, answer->excerpt, answer->server_header,
		answer->via_header, answer->content_type, answer->location };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i], TEXT_CAP);
	check_amount(answer->retry_after_s);
}

static void check_histogram(const struct obs_histogram *histogram)
{
	check(histogram->count && histogram->count <= HISTOGRAM_BUCKETS, "a histogram has buckets");
	check(isinf(histogram->bounds[histogram->count - 1]), "a histogram ends at infinity");
	for (size_t i = 1; i < histogram->count; i++) {
		check(histogram->bounds[i] > histogram->bounds[i - 1], "the bounds of a histogram rise");
		check(histogram->counts[i] >= histogram->counts[i - 1],
			"the counts of a histogram never fall");
	}
}

void check_reading(const struct reading *reading)
{
	const double amounts[] = { reading->figures.running, reading->figures.waiting, reading->figures.slots,
		reading->generated_tokens, reading->generation_seconds, reading->prompt_tokens,
		reading->prompt_seconds, reading->figures.kv_cache, reading->figures.preemptions,
		reading->rejected, reading->started, reading->uptime_s };

	check_text(reading->version, TEXT_CAP);
	check_text(reading->incarnation, TEXT_CAP);
	for (size_t i = 0; i < ARRAY_LEN(amounts); i++)
		check_amount(amounts[i]);
	for (size_t i = 0; i < reading->engine_count; i++) {
		check_text(reading->engines[i].name, TEXT_CAP);
		check_amount(reading->engines[i].running);
		check_amount(reading->engines[i].waiting);
		check_amount(reading->engines[i].progress);
	}
	for (size_t i = 0; i < reading->model_count; i++) {
		check_text(reading->models[i].id, TEXT_CAP);
		check_text(reading->models[i].quantisation, TEXT_CAP);
		check_text(reading->models[i].remote_host, TEXT_CAP);
		check_amount(reading->models[i].size_bytes);
		check_amount(reading->models[i].vram_bytes);
		check_amount(reading->models[i].context);
	}
	for (size_t i = 0; i < TIMING_COUNT; i++)
		if (reading->timings[i])
			check_histogram(reading->timings[i]);
}

void check_gpus(const struct obs_gpus *gpus)
{
	for (size_t i = 0; i < gpus->count; i++) {
		check_text(gpus->items[i].id, TEXT_CAP);
		check_text(gpus->items[i].name, TEXT_CAP);
		check_amount(gpus->items[i].figures.memory_used);
		check_amount(gpus->items[i].figures.memory_free);
		check_amount(gpus->items[i].figures.memory_total);
		check_amount(gpus->items[i].figures.busy);
	}
}

void check_url(const struct url *url)
{
	char once[900], twice[900];
	struct url again;

	if (url_join(url, once, sizeof(once)) < 0)
		return;
	check_text(once, sizeof(once));
	check(url_split(&again, once) == 0, "a normal form is a URL");
	check(url_join(&again, twice, sizeof(twice)) == 0 && strcmp(once, twice) == 0,
		"a normal form is its own normal form");
}
