/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_CRYPTO_H
#define COMPAT_LINUX_CRYPTO_H

#include_next <linux/crypto.h>
#include <linux/version.h>

/* 6.1 calls back with the request, later kernels with its data. Simplify when 6.1 is dropped. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define DEFINE_CRYPTO_CALLBACK(name, function, type)			\
static void name(struct crypto_async_request *request, int err)	\
{									\
	function((type *)request->data, err);				\
}
#else
#define DEFINE_CRYPTO_CALLBACK(name, function, type)			\
static void name(void *data, int err)					\
{									\
	function((type *)data, err);					\
}
#endif

#endif /* COMPAT_LINUX_CRYPTO_H */
