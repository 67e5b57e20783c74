// SPDX-License-Identifier: Apache-2.0
// usage: node bench-check.js SCHEMAS FILE [COUNT]
// Validates FILE with ajv as its content asks, formats date and date-time
// asserted; with COUNT, prints the seconds that COUNT more runs take, parsing
// included, with the compiled function warm.
'use strict';
const fs = require('fs');
const path = require('path');
const [dir, file, count] = process.argv.slice(2);
const read = (f) => JSON.parse(fs.readFileSync(f, 'utf8'));
const d = read(file);
const s = read(path.join(dir, `bom-${d.specVersion}.schema.json`));
const Ajv = require('ajv');
const ajv = new Ajv({ strict: false, validateFormats: true, unicodeRegExp: false, logger: false });
require('ajv-formats')(ajv, ['date', 'date-time']);
for (const r of ['spdx.schema.json', 'jsf-0.82.schema.json'])
	ajv.addSchema(read(path.join(dir, r)), new URL(r, s.$id).href);
const validate = ajv.compile(s);
const valid = validate(d);
if (count === undefined) process.exit(valid ? 0 : 1);
for (let i = 0; i < 20; i++) validate(read(file));
const begin = process.hrtime.bigint();
for (let i = 0; i < Number(count); i++)
	if (validate(read(file)) !== valid) process.exit(2);
console.log(Number(process.hrtime.bigint() - begin) / 1e9);
