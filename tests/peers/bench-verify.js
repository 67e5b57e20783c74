// SPDX-License-Identifier: Apache-2.0
// bench-verify.js ROOT BUNDLE ARTIFACT [N]: verifies once, and with N prints
// the milliseconds one verification takes in a warm process.
const fs = require("fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const [root, file, artifact, n] = process.argv.slice(2);
const read = (f) => JSON.parse(fs.readFileSync(f));
const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(read(root))), {});
const bundle = read(file), data = fs.readFileSync(artifact);
const once = () => verifier.verify(toSignedEntity(bundleFromJSON(bundle),
    bundle.messageSignature ? data : undefined));
once();
if (n) {
	for (let i = 0; i < 50; i++)
		once();
	const start = process.cpuUsage();
	for (let i = 0; i < n; i++)
		once();
	const used = process.cpuUsage(start);
	console.log(((used.user + used.system) / 1000 / n).toFixed(2));
}
