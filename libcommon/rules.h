/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - what a gate wants of an SBOM or VEX document beyond its schema
 * (layer 3).
 *
 * Each finding has a stable name.  The rules:
 *
 *	ref-unique	bom-ref, SPDXID and spdxId name one thing each
 *	ref-exists	dependencies and relationships lead somewhere
 *	purl		package URLs parse
 *	hash-length	a digest has as many digits as its algorithm makes
 *	vex-status	OpenVEX: justification or impact for not_affected, an
 *			action for affected
 *	vex-complete	OpenVEX: a statement ends up with a product and a time
 *	time		times are RFC 3339, and neither before 2000 nor after
 *			the time of the check
 *	ntia-author, ntia-time, ntia-supplier, ntia-name, ntia-version,
 *	ntia-identifier, ntia-relationship
 *			NTIA's minimum elements (2021)
 *	cisa-hash, cisa-license, cisa-tool, cisa-context
 *			what CISA's draft of 2025 adds to them: a digest and
 *			a license for each component, the tool, and the stage
 *			of the life cycle
 */
#ifndef RULES_H
#define RULES_H

#include "json.h"

enum rules_severity {
	RULES_WARNING,
	RULES_ERROR
};

struct rules_finding {
	const char *rule;
	enum rules_severity severity;
	char *instance;		/* JSON Pointer */
	uint32_t offset;
	char *message;
};

struct rules_report {
	struct arena *arena;	/* set by the caller */
	int64_t at;		/* set by the caller: no later time is
				 * plausible */
	struct rules_finding *finding;
	size_t count, cap;
};

/* format as schemastore_recognise names it; others have no rules. */
void rules_check(const char *format, const struct json *doc,
    struct rules_report *report);

#endif
