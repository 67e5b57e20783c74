// SPDX-License-Identifier: Apache-2.0
// verify-bundle.js BUNDLE KEY [ARTIFACT]: sigstore-js's verifier with a plain
// key and no log, timestamp or certificate asked for.
const crypto = require("crypto");
const fs = require("fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const [bundle, keyFile, artifact] = process.argv.slice(2);
const key = crypto.createPublicKey(fs.readFileSync(keyFile));
const material = toTrustMaterial(TrustedRoot.fromJSON({
	mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
}), () => ({ publicKey: key, validFor: () => true }));
const verifier = new Verifier(material, { ctlogThreshold: 0, tlogThreshold: 0,
	timestampThreshold: 0 });
verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(fs.readFileSync(bundle))),
	artifact ? fs.readFileSync(artifact) : undefined));
