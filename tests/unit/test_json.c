/* JSON from strangers: refused before it hurts, cut anywhere, never trusted about types. */
#include "probes/base/json.h"
#include "probes/base/json_skim.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const groups[] = { "Peer", "User", NULL };

/* A document with everything that a cut can meet. */
static const char document[] =
	"{ \"Version\" : \"1.2\\\"}\",\"Peer\":{\"a\":{\"x\":[1,{\"y\":\"}],\"}],\"z\":\"\\\\\"},"
	"\"b\" : null},\n\"Empty\":{ },\"N\":-1.5e3 ,\"User\":{},\"List\":[ [], {} ],\"Last\":true }\n";

static void describe(FILE *seen, const struct json *value)
{
	if (json_is_object(value) || json_is_array(value)) {
		fputc(json_is_object(value) ? '{' : '[', seen);
		for (const struct json *item = json_first(value); item; item = json_next(item)) {
			fprintf(seen, "%s:", json_key(item));
			describe(seen, item);
		}
		fputc(json_is_object(value) ? '}' : ']', seen);
	} else if (!isnan(json_value(value))) {
		fprintf(seen, "%g;", json_value(value));
	} else {
		fprintf(seen, "%s;",
			json_is_true(value)   ? "true"
			: json_is_null(value) ? "null"
					      : json_string(value));
	}
}

static void note(void *data, const char *group, const char *key, const struct json *value)
{
	FILE *seen = data;

	fprintf(seen, "%s/%s=", group, key);
	describe(seen, value);
	fputc('\n', seen);
}

/* What a cut gives when the document comes in pieces of that size; *status: of feeding and ending it. */
static char *cut_in_pieces(const char *bytes, size_t length, size_t piece, int *status)
{
	char *text = NULL;
	size_t size;
	FILE *seen = open_memstream(&text, &size);
	struct json_cut *cut = json_cut_new(groups, NULL, note, seen);
	struct fault fault = { "" };

	*status = 0;
	for (size_t at = 0; at < length && *status == 0; at += piece)
		*status = json_cut_feed(cut, bytes + at, length - at < piece ? length - at : piece, &fault);
	if (*status == 0)
		*status = json_cut_end(cut, &fault);
	assert_true((*status == 0) == !*fault.text);
	json_cut_free(cut);
	fclose(seen);
	return text;
}

static void a_cut_gives_every_member_of_the_root_and_of_the_groups(void **state)
{
	int status;
	char *seen = cut_in_pieces(document, strlen(document), strlen(document), &status);

	(void)state;
	assert_int_equal(status, 0);
	assert_string_equal(seen, "/Version=1.2\"};\n"
				  "Peer/a={x:[:1;:{y:}],;}]z:\\;}\n"
				  "Peer/b=null;\n/Empty={}\n/N=-1500;\n/List=[:[]:{}]\n/Last=true;\n");
	free(seen);
}

static void pieces_of_any_size_give_the_same_as_the_whole(void **state)
{
	int status;
	char *whole = cut_in_pieces(document, strlen(document), strlen(document), &status);

	(void)state;
	for (size_t piece = 1; piece < strlen(document); piece++) {
		char *seen = cut_in_pieces(document, strlen(document), piece, &status);

		assert_int_equal(status, 0);
		assert_string_equal(seen, whole);
		free(seen);
	}
	free(whole);
}

static void a_document_that_ends_anywhere_before_its_end_is_refused(void **state)
{
	size_t whole = strlen(document) - 1; /* without the newline */

	(void)state;
	for (size_t length = 0; length < whole; length++) {
		int status;

		free(cut_in_pieces(document, length, 7, &status));
		assert_int_equal(status, -1);
	}
}

static void what_is_no_object_cannot_be_cut(void **state)
{
	static const char *const wrong[] = { "null", "[]", "7", "<html>", "{,}", "{\"a\":1,}", "{\"a\":}",
		"{\"a\"}", "{\"a\":1 2}", "{\"a\":[}", "{\"a\":]}", "{\"a\":{]}}", "{a:1}", "{\"a\":1}x",
		"{\"a\":1}{}", "{\"Peer\":{\"a\":1,}}", "{\"Peer\":{}]", "{\"Peer\":{\"a\":tru}}",
		"\xff\xfe\x00" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int status;

		free(cut_in_pieces(wrong[i], strlen(wrong[i]), 1, &status));
		assert_int_equal(status, -1);
	}
}

static void a_cut_refuses_endless_keys_and_values(void **state)
{
	size_t length = JSON_CUT_MAX + 100;
	char *bytes = mem_alloc(length);
	int status;

	(void)state;
	memset(bytes, 'k', length);
	memcpy(bytes, "{\"", 2);
	free(cut_in_pieces(bytes, length, 1000, &status));
	assert_int_equal(status, -1);
	memcpy(bytes, "{\"a\":\"", 6);
	memcpy(bytes + length - 2, "\"}", 2);
	free(cut_in_pieces(bytes, length, 1000, &status));
	assert_int_equal(status, -1);
	free(bytes);
}

/* Parses a copy whose last byte is the last one that may be read. */
static struct json *parse_at_the_edge(const char *bytes, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct fault fault = { "" };
	struct json *tree;

	assert_true(pages != MAP_FAILED && length <= page);
	assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
	memcpy(pages + page - length, bytes, length);
	tree = json_parse(pages + page - length, length, &fault);
	assert_true(!tree == !!*fault.text);
	munmap(pages, 2 * page);
	return tree;
}

static void a_text_truncated_at_any_byte_is_refused_without_reading_on(void **state)
{
	size_t whole = strlen(document) - 1;
	struct json *tree;

	(void)state;
	for (size_t length = 0; length < whole; length++)
		assert_null(parse_at_the_edge(document, length));
	tree = parse_at_the_edge(document, whole);
	assert_string_equal(json_text(tree, "Version"), "1.2\"}");
	json_free(tree);
}

static void binary_is_refused(void **state)
{
	char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(255 - i);
	assert_null(parse_at_the_edge(bytes, sizeof(bytes)));
	assert_null(parse_at_the_edge("{}\0x", 4));
	assert_null(parse_at_the_edge("\0", 1));
}

static void nesting_beyond_a_thousand_levels_is_refused(void **state)
{
	struct fault fault = { "" };
	char bytes[40000];

	(void)state;
	memset(bytes, '[', sizeof(bytes) / 2);
	memset(bytes + sizeof(bytes) / 2, ']', sizeof(bytes) / 2);
	assert_null(json_parse(bytes, sizeof(bytes), &fault));
	assert_non_null(strstr(fault.text, "not JSON"));
}

static void fifty_megabytes_of_ones_are_refused_before_a_tree_is_built(void **state)
{
	size_t length = 50 * 1000 * 1000 + 1;
	char *bytes = mem_alloc(length);
	struct fault fault = { "" };

	(void)state;
	for (size_t i = 0; i < length; i++)
		bytes[i] = i % 2 ? '1' : ',';
	bytes[0] = '[';
	bytes[length - 1] = ']';
	assert_null(json_parse(bytes, length, &fault));
	assert_string_equal(fault.text, "JSON with more than 200000 values");
	free(bytes);
}

static void a_long_text_with_few_values_is_no_bomb(void **state)
{
	size_t length = 2 * 1000 * 1000;
	char *bytes = mem_alloc(length);
	struct fault fault = { "" };
	struct json *tree;

	(void)state;
	memset(bytes, ',', length);
	memcpy(bytes, "[\"", 2);
	memcpy(bytes + length - 2, "\"]", 2);
	tree = json_parse(bytes, length, &fault);
	assert_non_null(tree);
	assert_int_equal(strlen(json_string(json_first(tree))), length - 4);
	json_free(tree);
	free(bytes);
}

/* Python writes them; in a text they are words. */
static void numbers_that_json_does_not_have_are_unknown(void **state)
{
	static const char text[] = "{\"word\":\"NaN \\\" Infinity\",\"a\":NaN,\"b\":-Infinity,"
				   "\"c\":[Infinity],\"d\":3}";
	struct fault fault;
	struct json *tree = json_parse(text, strlen(text), &fault);

	(void)state;
	assert_non_null(tree);
	assert_string_equal(json_text(tree, "word"), "NaN \" Infinity");
	assert_true(isnan(json_number(tree, "a")));
	assert_true(isnan(json_number(tree, "b")));
	assert_true(isnan(json_value(json_first(json_member(tree, "c")))));
	assert_true(json_number(tree, "d") == 3);
	json_free(tree);
	assert_null(json_parse("{\"a\":NaNo}", 10, &fault));
	assert_null(json_parse("{\"a\":Inf}", 9, &fault));
	assert_null(json_parse("[NaN", 4, &fault));
}

static void a_member_of_another_type_is_unknown_and_never_zero(void **state)
{
	static const char text[] =
		"{\"t\":\"7\",\"n\":7,\"b\":true,\"z\":null,\"big\":1e999,\"o\":{},\"a\":[3]}";
	struct fault fault;
	struct json *tree = json_parse(text, strlen(text), &fault);

	(void)state;
	assert_true(isnan(json_number(tree, "t")) && isnan(json_number(tree, "z")));
	assert_true(isnan(json_number(tree, "big")) && isnan(json_number(tree, "absent")));
	assert_true(json_number(tree, "n") == 7);
	assert_string_equal(json_text(tree, "n"), "");
	assert_string_equal(json_text(tree, "o"), "");
	assert_true(json_true(tree, "b"));
	assert_false(json_true(tree, "n"));
	assert_null(json_member(tree, "z"));
	assert_null(json_member(json_member(tree, "a"), "0"));
	assert_null(json_first(json_member(tree, "t")));
	assert_true(json_is_object(json_member(tree, "o")) && json_is_array(json_member(tree, "a")));
	assert_string_equal(json_key(json_first(tree)), "t");
	json_free(tree);
	assert_null(json_member(NULL, "x"));
	assert_string_equal(json_text(NULL, "x"), "");
}

static bool is_a_or_c(const char *name, size_t length)
{
	return length == 1 && (*name == 'a' || *name == 'c');
}

static void of_an_object_the_wanted_members_are_left(void **state)
{
	static const struct {
		const char *text, *left;
	} cases[] = {
		{ "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"c\":3}" },
		{ "{ \"b\" : {\"a\":[\"}\"]} ,\n\"c\" : \"\\\"\" }", "{\"c\" : \"\\\"\" }" },
		{ "{\"b\":\"\\\\\",\"a\":{\"b\":1},\"aa\":0}", "{\"a\":{\"b\":1}}" },
		{ "{\"b\":1}", "{}" },
		{ "{}", "{}" },
		{ "[\"a\"]", "[\"a\"]" },
		{ "7", "7" },
		{ "", "" },
		{ "{\"b\":1,a:2}", "{a:2}" },
		{ "{\"a\"", "{\"a\"" },
		{ "{\"a", "{\"a" },
		{ "{\"", "{\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t length = strlen(cases[i].text);
		char *text = mem_alloc(length + 1);

		memcpy(text, cases[i].text, length);
		text[json_skim_members(text, length, is_a_or_c)] = '\0';
		assert_string_equal(text, cases[i].left);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_gives_every_member_of_the_root_and_of_the_groups),
		cmocka_unit_test(pieces_of_any_size_give_the_same_as_the_whole),
		cmocka_unit_test(a_document_that_ends_anywhere_before_its_end_is_refused),
		cmocka_unit_test(what_is_no_object_cannot_be_cut),
		cmocka_unit_test(a_cut_refuses_endless_keys_and_values),
		cmocka_unit_test(of_an_object_the_wanted_members_are_left),
		cmocka_unit_test(a_text_truncated_at_any_byte_is_refused_without_reading_on),
		cmocka_unit_test(binary_is_refused),
		cmocka_unit_test(nesting_beyond_a_thousand_levels_is_refused),
		cmocka_unit_test(fifty_megabytes_of_ones_are_refused_before_a_tree_is_built),
		cmocka_unit_test(a_long_text_with_few_values_is_no_bomb),
		cmocka_unit_test(numbers_that_json_does_not_have_are_unknown),
		cmocka_unit_test(a_member_of_another_type_is_unknown_and_never_zero),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
