// SPDX-License-Identifier: Apache-2.0
// Validates mutations of documents with ajv.
// usage: node check-mutations.js SHARED COUNT SEED OUT FILE...
// Writes COUNT documents into the folder OUT, one NDJSON file a schema
// (OUT/SCHEMA.ndjson), and ajv's answers beside them (OUT/SCHEMA.want).  The
// same seed gives the same documents.  Formats annotate.
'use strict';
const fs = require('fs');
const path = require('path');
const [shared, count, seed, out, ...files] = process.argv.slice(2);
const dir = path.join(shared, 'schemas');
const read = (f) => JSON.parse(fs.readFileSync(f, 'utf8'));
const schemaOf = (d) => d.bomFormat ? `bom-${d.specVersion}.schema.json`
	: d.spdxVersion ? `spdx-${d.spdxVersion.slice(5)}.schema.json`
	: d.runs ? 'sarif-2.1.0.schema.json'
	: d.document ? 'csaf-2.0.schema.json'
	: JSON.stringify(d['@context'] || '').includes('spdx.org') ? 'spdx-3.0.1.schema.json'
	: 'openvex-0.2.0.schema.json';

function compile(name) {
	const s = read(path.join(dir, name));
	const uri = s.$schema || '';
	const options = { strict: false, validateFormats: false, unicodeRegExp: false, logger: false };
	const Ajv = uri.includes('draft-04') ? require('ajv-draft-04')
		: uri.includes('2020-12') ? require('ajv/dist/2020') : require('ajv');
	const ajv = new Ajv(options);
	if (uri.includes('draft-07'))
		for (const r of ['spdx.schema.json', 'jsf-0.82.schema.json', 'cryptography-defs.schema.json'])
			if (s.$id) ajv.addSchema(read(path.join(dir, r)), new URL(r, s.$id).href);
	if (name.startsWith('csaf'))
		for (const r of ['cvss-v2.0.json', 'cvss-v3.0.json', 'cvss-v3.1.json']) {
			const c = read(path.join(dir, r));
			const id = (c.id || c.$id).split('?')[0];
			delete c.$schema;
			delete c.id;
			c.$id = id;
			ajv.addSchema(c);
		}
	return ajv.compile(s);
}

// xorshift32
let state = Number(seed) || 1;
function random(n) {
	state ^= state << 13; state >>>= 0;
	state ^= state >>> 17;
	state ^= state << 5; state >>>= 0;
	return state % n;
}
const values = [null, true, false, 0, 1, -1, 1.5, 1e2, '', 'x', 'MIT', 'pkg:npm/a@1',
	'2025-01-01', '2025-01-01T00:00:00Z', 'https://example.com/', [], {}, [1, 1], { a: 1 },
	'not_affected', 'library', 'SHA-256', '0'.repeat(64), 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79'];

// All places of a document: [container, key].
function places(v, into) {
	if (v === null || typeof v !== 'object') return into;
	for (const k of Object.keys(v)) { into.push([v, k]); places(v[k], into); }
	return into;
}
function mutate(d) {
	const all = places(d, []);
	const [c, k] = all[random(all.length)];
	const [c2, k2] = all[random(all.length)];
	const copy = (v) => v === undefined ? null : JSON.parse(JSON.stringify(v));
	// What a document is must stay, or it would have another schema.
	if (['bomFormat', 'specVersion', 'spdxVersion', '@context', 'csaf_version', 'version', 'runs'].includes(k)) return;
	switch (random(8)) {
	case 0: if (Array.isArray(c)) c.splice(k, 1); else delete c[k]; break;
	case 1: c[k] = copy(values[random(values.length)]); break;
	case 2: c[k] = copy(c2[k2]); break;
	case 3: if (Array.isArray(c)) c.push(copy(c[k])); else c[k + 'x'] = copy(c[k]); break;
	case 4: if (typeof c[k] === 'string') c[k] = c[k].slice(0, random(c[k].length + 1)); else c[k] = String(c[k]); break;
	case 5: if (typeof c[k] === 'string') c[k] = c[k] + ['\n', ' ', 'é', '\u0000', '/'][random(5)]; else c[k] = [copy(c[k])]; break;
	case 6: if (!Array.isArray(c) && k2 !== '__proto__') { c[k2] = copy(c[k]); } break;
	case 7: if (typeof c[k] === 'number') c[k] = -c[k]; else c[k] = copy(values[random(values.length)]); break;
	}
}
// A large document is cut to its first elements, so that many fit in a second.
function cut(v, n) {
	if (Array.isArray(v)) return v.slice(0, n).map((x) => cut(x, n));
	if (v === null || typeof v !== 'object') return v;
	return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, cut(x, n)]));
}

const bases = files.map(read).map((d) => [schemaOf(d), JSON.stringify(
	JSON.stringify(d).length > 60000 ? cut(d, 12) : d)]);
const compiled = {}, texts = {}, answers = {};
for (let i = 0; i < Number(count); i++) {
	const [name, text] = bases[i % bases.length];
	const d = JSON.parse(text);
	for (let n = 1 + random(2); n > 0; n--) mutate(d);
	compiled[name] ||= compile(name);
	(texts[name] ||= []).push(JSON.stringify(d));
	(answers[name] ||= []).push(compiled[name](d) ? 'true' : 'false');
}
for (const name of Object.keys(texts)) {
	fs.writeFileSync(path.join(out, name + '.ndjson'), texts[name].join('\n') + '\n');
	fs.writeFileSync(path.join(out, name + '.want'), answers[name].join('\n') + '\n');
}
