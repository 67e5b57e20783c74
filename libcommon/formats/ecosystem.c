/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ecosystem.h"
#include "purl.h"

/* How a name is taken apart. */
enum split {
	SPLIT_NONE,
	SPLIT_SLASH,		/* namespace to the last slash */
	SPLIT_COLON		/* group:artifact */
};

static const struct {
	const char *word;	/* lower-case */
	const char *type;
	const char *namespace;	/* NULL: in the name, or none */
	enum split split;
} table[] = {
	/* OSV's ecosystems, up to the colon */
	{ "npm", "npm", NULL, SPLIT_SLASH },
	{ "pypi", "pypi", NULL, SPLIT_NONE },
	{ "go", "golang", NULL, SPLIT_SLASH },
	{ "maven", "maven", NULL, SPLIT_COLON },
	{ "nuget", "nuget", NULL, SPLIT_NONE },
	{ "rubygems", "gem", NULL, SPLIT_NONE },
	{ "crates.io", "cargo", NULL, SPLIT_NONE },
	{ "packagist", "composer", NULL, SPLIT_SLASH },
	{ "hex", "hex", NULL, SPLIT_SLASH },
	{ "pub", "pub", NULL, SPLIT_NONE },
	{ "cran", "cran", NULL, SPLIT_NONE },
	{ "hackage", "hackage", NULL, SPLIT_NONE },
	{ "conancenter", "conan", NULL, SPLIT_NONE },
	{ "swifturl", "swift", NULL, SPLIT_SLASH },
	{ "github actions", "github", NULL, SPLIT_SLASH },
	{ "bitnami", "bitnami", NULL, SPLIT_NONE },
	{ "debian", "deb", "debian", SPLIT_NONE },
	{ "ubuntu", "deb", "ubuntu", SPLIT_NONE },
	{ "alpine", "apk", "alpine", SPLIT_NONE },
	{ "wolfi", "apk", "wolfi", SPLIT_NONE },
	{ "chainguard", "apk", "chainguard", SPLIT_NONE },
	{ "red hat", "rpm", "redhat", SPLIT_NONE },
	{ "rocky linux", "rpm", "rocky", SPLIT_NONE },
	{ "almalinux", "rpm", "almalinux", SPLIT_NONE },
	{ "suse", "rpm", "suse", SPLIT_NONE },
	{ "opensuse", "rpm", "opensuse", SPLIT_NONE },
	{ "mageia", "rpm", "mageia", SPLIT_NONE },
	{ "openeuler", "rpm", "openeuler", SPLIT_NONE },
	/* Trivy's types */
	{ "yarn", "npm", NULL, SPLIT_SLASH },
	{ "pnpm", "npm", NULL, SPLIT_SLASH },
	{ "node-pkg", "npm", NULL, SPLIT_SLASH },
	{ "bun", "npm", NULL, SPLIT_SLASH },
	{ "pip", "pypi", NULL, SPLIT_NONE },
	{ "pipenv", "pypi", NULL, SPLIT_NONE },
	{ "poetry", "pypi", NULL, SPLIT_NONE },
	{ "uv", "pypi", NULL, SPLIT_NONE },
	{ "python-pkg", "pypi", NULL, SPLIT_NONE },
	{ "gomod", "golang", NULL, SPLIT_SLASH },
	{ "gobinary", "golang", NULL, SPLIT_SLASH },
	{ "jar", "maven", NULL, SPLIT_COLON },
	{ "pom", "maven", NULL, SPLIT_COLON },
	{ "gradle", "maven", NULL, SPLIT_COLON },
	{ "sbt", "maven", NULL, SPLIT_COLON },
	{ "bundler", "gem", NULL, SPLIT_NONE },
	{ "gemspec", "gem", NULL, SPLIT_NONE },
	{ "cargo", "cargo", NULL, SPLIT_NONE },
	{ "rustbinary", "cargo", NULL, SPLIT_NONE },
	{ "composer", "composer", NULL, SPLIT_SLASH },
	{ "composer-vendor", "composer", NULL, SPLIT_SLASH },
	{ "dotnet-core", "nuget", NULL, SPLIT_NONE },
	{ "mix-lock", "hex", NULL, SPLIT_NONE },
	{ "conan", "conan", NULL, SPLIT_NONE },
	{ "cocoapods", "cocoapods", NULL, SPLIT_NONE },
	{ "swift", "swift", NULL, SPLIT_SLASH },
	{ "conda-pkg", "conda", NULL, SPLIT_NONE },
	{ "redhat", "rpm", "redhat", SPLIT_NONE },
	{ "centos", "rpm", "centos", SPLIT_NONE },
	{ "rocky", "rpm", "rocky", SPLIT_NONE },
	{ "alma", "rpm", "alma", SPLIT_NONE },
	{ "fedora", "rpm", "fedora", SPLIT_NONE },
	{ "amazon", "rpm", "amazon", SPLIT_NONE },
	{ "oracle", "rpm", "oracle", SPLIT_NONE },
	{ "photon", "rpm", "photon", SPLIT_NONE },
	{ "cbl-mariner", "rpm", "cbl-mariner", SPLIT_NONE },
	{ "azurelinux", "rpm", "azurelinux", SPLIT_NONE },
	{ "opensuse.leap", "rpm", "opensuse", SPLIT_NONE },
	{ "opensuse-leap", "rpm", "opensuse", SPLIT_NONE },
	{ "suse linux enterprise server", "rpm", "suse", SPLIT_NONE }
};

enum {
	WORD_MAX = 40
};

static size_t
split_at(struct slice name, char c)
{
	size_t i = name.len;

	while (i > 0 && name.data[i - 1] != c)
		i--;
	return i;
}

struct slice
ecosystem_purl(struct arena *a, struct slice ecosystem, struct slice name,
    struct slice version)
{
	struct slice none = { NULL, 0 };
	char word[WORD_MAX];
	struct purl p;
	size_t n = slice_find(ecosystem, ':'), row = 0, at;

	if (n > sizeof(word))
		return none;
	for (size_t i = 0; i < n; i++) {
		char c = ecosystem.data[i];

		word[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	while (row < sizeof(table) / sizeof(table[0]) &&
	    !slice_is((struct slice){ word, n }, table[row].word))
		row++;
	if (row == sizeof(table) / sizeof(table[0]))
		return none;
	memset(&p, 0, sizeof(p));
	p.type = slice_of(table[row].type);
	p.namespace = slice_of(table[row].namespace);
	p.name = name;
	p.version = version;
	if (table[row].split != SPLIT_NONE) {
		at = split_at(name, table[row].split == SPLIT_COLON ? ':' :
		    '/');
		if (at > 0) {
			p.namespace = slice_cut(name, 0, at - 1);
			p.name = slice_cut(name, at, SIZE_MAX);
		}
	}
	/* Advisories write Go versions without the v that modules have. */
	if (slice_is(p.type, "golang") && version.len > 0 &&
	    version.data[0] >= '0' && version.data[0] <= '9' &&
	    p.namespace.len > 0)
		p.version = slice_of(arena_printf(a, "v%.*s",
		    (int)version.len, version.data));
	if (purl_build(&p, PURL_LENIENT, a, NULL) != ERR_OK)
		return none;
	return purl_text(a, &p);
}
