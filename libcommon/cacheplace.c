/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cacheplace.h"

enum {
	FUSE = 0x65735546	/* f_type: it may be anything */
};

bool
cacheplace_is_network(uint64_t f_type)
{
	static const uint64_t network[] = {
		0x6969,		/* NFS */
		0x517B,		/* SMB */
		0xFF534D42,	/* CIFS */
		0xFE534D42,	/* SMB2 */
		0x5346414F,	/* AFS */
		0x6B414653,	/* kAFS */
		0x73757245,	/* Coda */
		0x564C,		/* NCP */
		0x00C36400,	/* Ceph */
		0x01021997,	/* 9P */
		0x0BD00BD0,	/* Lustre */
		0x01161970,	/* GFS2 */
		0x7461636F,	/* OCFS2 */
		0x19830326,	/* BeeGFS */
		0x47504653,	/* GPFS */
		0x786F4256,	/* vboxsf */
		0xBACBACBC,	/* VMware's shared folders */
		0xAAD7AAEA,	/* Panasas */
		0x20030528,	/* PVFS2 */
	};

	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		if (network[i] == f_type)
			return true;
	return false;
}

/* FUSE may be anything: only the overlay of rootless containers is known to
 * be on this machine.  The type stands in mountinfo behind " - ". */
static bool
is_local_fuse(const struct stat *st)
{
	char line[8192], want[64];
	bool local = false;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (f == NULL)
		return false;
	(void)snprintf(want, sizeof(want), " %u:%u ", major(st->st_dev),
	    minor(st->st_dev));
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *type = strstr(line, " - ");

		if (type == NULL || strstr(line, want) == NULL ||
		    strstr(line, want) > type)
			continue;
		local = strncmp(type + 3, "fuse.fuse-overlayfs ", 20) == 0 ||
		    strncmp(type + 3, "fuseblk ", 8) == 0;
	}
	(void)fclose(f);
	return local;
}

static enum status
unusable(struct err *e, const char *why)
{
	(void)err_bad(e, "the cache directory %s", why);
	if (e != NULL)
		e->code = ERR_SYSTEM;
	return ERR_SYSTEM;
}

enum status
cacheplace_check(const char *dir, struct err *e)
{
	struct statfs fs;
	struct stat st;
	uint64_t type;

	if (stat(dir, &st) != 0 || statfs(dir, &fs) != 0)
		return err_system(e, "cannot use the cache directory %s",
		    dir);
	type = (uint64_t)(unsigned long)fs.f_type & UINT32_MAX;
	if (!S_ISDIR(st.st_mode))
		return unusable(e, "is no directory");
	if (st.st_uid != geteuid())
		return unusable(e, "belongs to somebody else");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return unusable(e, "is writable by others");
	if (cacheplace_is_network(type) || (type == FUSE &&
	    !is_local_fuse(&st)))
		return unusable(e, "is on a network file system");
	return ERR_OK;
}

enum status
cacheplace_make(char *path, struct err *e)
{
	for (char *p = path + 1; ; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			(void)err_system(e, "cannot make %s", path);
			*p = c;
			return ERR_SYSTEM;
		}
		*p = c;
		if (c == '\0')
			return ERR_OK;
	}
}
