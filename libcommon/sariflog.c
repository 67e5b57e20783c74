/* SPDX-License-Identifier: Apache-2.0 */
#include "canon.h"
#include "sariflog.h"

struct sariflog
sariflog_start(struct arena *a)
{
	return (struct sariflog){ a, json_array(), json_array() };
}

void
sariflog_add(struct sariflog *log, struct slice rule, bool error,
    const char *message, const struct json *location)
{
	struct arena *a = log->a;
	struct json result = json_object(), text = json_object();
	struct json prints = json_object(), named = json_object();
	struct json locations = json_array();

	json_set(a, &named, "id", json_string(rule));
	json_push(a, &log->rules, named);
	json_set_z(a, &text, "text", message);
	json_set(a, &result, "ruleId", json_string(rule));
	json_set_z(a, &result, "level", error ? "error" : "warning");
	json_set(a, &result, "message", text);
	json_set_z(a, &prints, "provkit/v1", arena_printf(a, "%.*s|%s",
	    (int)rule.len, rule.data, message));
	json_set(a, &result, "partialFingerprints", prints);
	if (location != NULL) {
		json_push(a, &locations, *location);
		json_set(a, &result, "locations", locations);
	}
	json_push(a, &log->results, result);
}

void
sariflog_write(struct buf *out, struct sariflog *log,
    const struct json *properties)
{
	struct arena *a = log->a;
	struct json document = json_object(), runs = json_array();
	struct json run = json_object(), tool = json_object();
	struct json driver = json_object();

	canon_sort(a, &log->rules);
	json_set_z(a, &driver, "name", "provkit");
	json_set(a, &driver, "rules", log->rules);
	json_set(a, &tool, "driver", driver);
	json_set(a, &run, "tool", tool);
	json_set(a, &run, "results", log->results);
	json_set_opt(a, &run, "properties", properties);
	json_push(a, &runs, run);
	json_set_z(a, &document, "version", "2.1.0");
	json_set_z(a, &document, "$schema", "https://docs.oasis-open.org/"
	    "sarif/sarif/v2.1.0/errata01/os/schemas/"
	    "sarif-schema-2.1.0.json");
	json_set(a, &document, "runs", runs);
	canon_write(out, &document);
	buf_byte(out, '\n');
}
