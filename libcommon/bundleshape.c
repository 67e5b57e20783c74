/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of sigstore_bundle.proto as JSON names their members. */
#include "bundle.h"

static const struct proto_field raw_bytes[] = {
	{ "rawBytes", NULL }, { NULL, NULL }
};

static const struct proto_field chain[] = {
	{ "certificates", raw_bytes }, { NULL, NULL }
};

static const struct proto_field hint[] = {
	{ "hint", NULL }, { NULL, NULL }
};

static const struct proto_field key_id[] = {
	{ "keyId", NULL }, { NULL, NULL }
};

static const struct proto_field kind_version[] = {
	{ "kind", NULL }, { "version", NULL }, { NULL, NULL }
};

static const struct proto_field promise[] = {
	{ "signedEntryTimestamp", NULL }, { NULL, NULL }
};

static const struct proto_field note[] = {
	{ "envelope", NULL }, { NULL, NULL }
};

static const struct proto_field proof[] = {
	{ "logIndex", NULL }, { "rootHash", NULL }, { "treeSize", NULL },
	{ "hashes", NULL }, { "checkpoint", note }, { NULL, NULL }
};

static const struct proto_field entry[] = {
	{ "logIndex", NULL }, { "logId", key_id },
	{ "kindVersion", kind_version }, { "integratedTime", NULL },
	{ "inclusionPromise", promise }, { "inclusionProof", proof },
	{ "canonicalizedBody", NULL }, { NULL, NULL }
};

static const struct proto_field token[] = {
	{ "signedTimestamp", NULL }, { NULL, NULL }
};

static const struct proto_field tokens[] = {
	{ "rfc3161Timestamps", token }, { NULL, NULL }
};

static const struct proto_field material[] = {
	{ "publicKey", hint }, { "x509CertificateChain", chain },
	{ "certificate", raw_bytes }, { "tlogEntries", entry },
	{ "timestampVerificationData", tokens }, { NULL, NULL }
};

static const struct proto_field digest[] = {
	{ "algorithm", NULL }, { "digest", NULL }, { NULL, NULL }
};

static const struct proto_field message[] = {
	{ "messageDigest", digest }, { "signature", NULL }, { NULL, NULL }
};

static const struct proto_field signature[] = {
	{ "sig", NULL }, { "keyid", NULL }, { NULL, NULL }
};

static const struct proto_field envelope[] = {
	{ "payload", NULL }, { "payloadType", NULL },
	{ "signatures", signature }, { NULL, NULL }
};

const struct proto_field bundle_members[] = {
	{ "mediaType", NULL }, { "verificationMaterial", material },
	{ "messageSignature", message }, { "dsseEnvelope", envelope },
	{ NULL, NULL }
};
