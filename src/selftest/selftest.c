// SPDX-License-Identifier: GPL-2.0
/* Runs the tests when the module is loaded, and prints KTAP to the kernel's log. */
#include <linux/module.h>

#include "selftest/selftest.h"

#define PREFIX	"nfipsec selftest: "

/* Tests run one after the other, in the context of insmod. */
static unsigned int count, failed;

/**
 * ipsec_test_wrong() - say what is wrong in the running test
 * @format: as in printk()
 *
 * Return: false.
 */
bool ipsec_test_wrong(const char *format, ...)
{
	struct va_format vaf;
	va_list arguments;

	va_start(arguments, format);
	vaf.fmt = format;
	vaf.va = &arguments;
	pr_info(PREFIX "# %pV\n", &vaf);
	va_end(arguments);
	return false;
}

/**
 * ipsec_test_result() - a test is over
 * @good: it has passed
 * @suite: what it belongs to
 * @name: what it is about
 */
void ipsec_test_result(bool good, const char *suite, const char *name)
{
	count++;
	failed += !good;
	pr_info(PREFIX "%s %u %s: %s\n", good ? "ok" : "not ok", count, suite, name);
}

/**
 * ipsec_selftest() - run all tests
 * @inet: a namespace, whose databases are not touched
 *
 * Process context, before anything can reach the module.
 *
 * Return: 0, or -EINVAL: a test has failed, and the module must not be used.
 */
int ipsec_selftest(struct ipsec_net *inet)
{
	pr_info(PREFIX "KTAP version 1\n");
	ipsec_test_replay();
	ipsec_test_selector();
	ipsec_test_classify();
	ipsec_test_digest(inet);
	ipsec_test_esp(inet);
	ipsec_test_ah(inet);
	pr_info(PREFIX "1..%u\n", count);
	/* SAs pin the module until they are freed. */
	ipsec_sa_settle();
	return failed ? -EINVAL : 0;
}
