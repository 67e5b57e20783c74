// SPDX-License-Identifier: Apache-2.0
// Writes keyless bundles made by sigstore-js against its own mock services,
// and the trusted root that goes with them, into the directory given:
// message.json, dsse.json, root.json.  The artifact is the file "artifact".
const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const mock = require("@sigstore/mock");
const sign = require("@sigstore/sign");
const { bundleToJSON } = require("@sigstore/bundle");

const dir = process.argv[2];
const pair = (curve) => crypto.generateKeyPairSync("ec", { namedCurve: curve });
const b64 = (bytes) => Buffer.from(bytes.buffer ?? bytes,
    bytes.byteOffset ?? 0, bytes.byteLength).toString("base64");

function serve(handlers) {
	const server = http.createServer((req, res) => {
		const parts = [];
		req.on("data", (p) => parts.push(p));
		req.on("end", async () => {
			const h = handlers.find((x) => req.url === x.path);
			const body = Buffer.concat(parts);
			const r = await h.fn(h.binary ? body : body.toString());
			res.writeHead(r.statusCode, { "Content-Type": r.contentType });
			res.end(r.response);
		});
	});
	return new Promise((done) => server.listen(0, "127.0.0.1",
	    () => done(server)));
}

function token() {
	const part = (o) => Buffer.from(JSON.stringify(o)).toString("base64url");
	return part({ alg: "none" }) + "." + part({ sub: "signer@example.com",
	    email: "signer@example.com", email_verified: true, iss: "https://issuer.example.com",
	    aud: "sigstore" }) + ".x";
}

async function main() {
	const start = new Date(Date.now() - 3600 * 1000).toISOString();
	const ctlog = await mock.initializeCTLog(pair("P-256"));
	const ca = await mock.initializeCA(pair("P-256"), ctlog);
	const handlers = [];
	const server = await serve(handlers);
	const host = `127.0.0.1:${server.address().port}`;
	const url = `http://${host}`;
	const tlog = await mock.initializeTLog(url, pair("P-256"));
	const tsa = await mock.initializeTSA(pair("P-384"));
	handlers.push(mock.fulcioHandler(ca), mock.rekorHandler(tlog),
	    { ...mock.tsaHandler(tsa), binary: true });

	const spki = (k) => b64(k);
	const id = (k) => crypto.createHash("sha256").update(k).digest("base64");
	const log = (name, key) => ({ baseUrl: name, hashAlgorithm: "SHA2_256",
	    publicKey: { rawBytes: spki(key),
		keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start } },
	    logId: { keyId: id(key) } });
	const chain = (certs) => ({ uri: url, validFor: { start },
	    certChain: { certificates: certs.map((c) => ({ rawBytes: b64(c) })) } });
	fs.writeFileSync(`${dir}/root.json`, JSON.stringify({
	    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
	    tlogs: [log(url, tlog.publicKey)],
	    ctlogs: [log("https://ctfe.example.com", ctlog.publicKey)],
	    certificateAuthorities: [chain([ca.rootCertificate])],
	    timestampAuthorities: [chain([tsa.intCertificate, tsa.rootCertificate])],
	}));

	const options = () => ({
	    signer: new sign.FulcioSigner({ fulcioBaseURL: url,
		identityProvider: { getToken: async () => token() } }),
	    witnesses: [new sign.RekorWitness({ rekorBaseURL: url,
		entryType: "intoto" }),
		new sign.TSAWitness({ tsaBaseURL: url })],
	});
	const artifact = fs.readFileSync(`${dir}/artifact`);
	const digest = crypto.createHash("sha256").update(artifact).digest("hex");
	const statement = JSON.stringify({ _type: "https://in-toto.io/Statement/v1",
	    subject: [{ name: "artifact", digest: { sha256: digest } }],
	    predicateType: "https://example.com/p", predicate: {} });
	const message = await new sign.MessageSignatureBundleBuilder(options())
	    .create({ data: artifact });
	const dsse = await new sign.DSSEBundleBuilder({ ...options() })
	    .create({ data: Buffer.from(statement), type: "application/vnd.in-toto+json" });
	fs.writeFileSync(`${dir}/message.json`, JSON.stringify(bundleToJSON(message)));
	fs.writeFileSync(`${dir}/dsse.json`, JSON.stringify(bundleToJSON(dsse)));
	server.close();
}
main().catch((e) => { console.error(e); process.exit(1); });
