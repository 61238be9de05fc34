// SPDX-License-Identifier: GPL-2.0
/*
 * A module that misbehaves when it is loaded, to prove that the test machine notices:
 * insmod crashme.ko kind=warn
 */
#include <linux/bug.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *kind = "";
module_param(kind, charp, 0);
MODULE_PARM_DESC(kind, "warn, oops, loop; for debug kernels: freed, beyond, order, sleep, rcu, shift, leak, object, count, hung, race; or nothing");

static void crashme_warn(void)
{
	WARN(1, "crashme was asked to warn\n");
}

static void crashme_oops(void)
{
	*(volatile int *)8 = 1;
}

static void crashme_loop(void)
{
	preempt_disable();
	for (;;)
		cpu_relax();
}

/* KASAN: read what is freed. */
static void crashme_freed(void)
{
	volatile char *p = kmalloc(32, GFP_KERNEL);

	kfree((void *)p);
	p[4];
}

/* KASAN: write one byte too far. */
static void crashme_beyond(void)
{
	volatile char *p = kmalloc(20, GFP_KERNEL);

	p[20] = 0;
	kfree((void *)p);
}

static DEFINE_MUTEX(crashme_a);
static DEFINE_MUTEX(crashme_b);

/* lockdep: two locks in both orders. */
static void crashme_order(void)
{
	mutex_lock(&crashme_a);
	mutex_lock(&crashme_b);
	mutex_unlock(&crashme_b);
	mutex_unlock(&crashme_a);
	mutex_lock(&crashme_b);
	mutex_lock(&crashme_a);
	mutex_unlock(&crashme_a);
	mutex_unlock(&crashme_b);
}

static DEFINE_SPINLOCK(crashme_spin);

/* DEBUG_ATOMIC_SLEEP: what may sleep, under a spinlock. */
static void crashme_sleep(void)
{
	spin_lock(&crashme_spin);
	might_sleep();
	spin_unlock(&crashme_spin);
}

static char __rcu *crashme_pointer;

/* PROVE_RCU: no read-side critical section. */
static void crashme_rcu(void)
{
	rcu_dereference(crashme_pointer);
}

static int crashme_shift_by = 40;
static int crashme_shifted;

/* UBSAN: a shift by more than the type has bits. */
static void crashme_shift(void)
{
	WRITE_ONCE(crashme_shifted, 1 << READ_ONCE(crashme_shift_by));
}

/* kmemleak: several, for one may be remembered by some stack. */
static void crashme_leak(void)
{
	int i;

	for (i = 0; i < 8; i++)
		kmalloc(100, GFP_KERNEL);
}

static void crashme_tick(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS: memory goes in which a timer still runs. */
static void crashme_object(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, crashme_tick, 0);
	mod_timer(timer, jiffies + 60 * HZ);
	kfree(timer);
}

/* refcount_t: a reference to what has none any more. */
static void crashme_count(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
}

/* DETECT_HUNG_TASK, if its patience is two seconds: nobody wakes the task. */
static void crashme_hung(void)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(10 * HZ);
}

static long crashme_raced;

static int crashme_racer(void *until)
{
	while (time_before(jiffies, *(unsigned long *)until)) {
		crashme_raced++;
		barrier();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

/* KCSAN: two threads write the same, on different processors if there are any. */
static void crashme_race(void)
{
	static unsigned long until;
	struct task_struct *racers[2];
	unsigned int i;

	until = jiffies + 2 * HZ;
	for (i = 0; i < ARRAY_SIZE(racers); i++)
		racers[i] = kthread_run(crashme_racer, &until, "crashme/%u", i);
	for (i = 0; i < ARRAY_SIZE(racers); i++)
		if (!IS_ERR(racers[i]))
			kthread_stop(racers[i]);
}

static const struct {
	const char *kind;
	void (*run)(void);
} crashme_kinds[] = {
	{ "warn", crashme_warn },
	{ "oops", crashme_oops },
	{ "loop", crashme_loop },
	{ "freed", crashme_freed },
	{ "beyond", crashme_beyond },
	{ "order", crashme_order },
	{ "sleep", crashme_sleep },
	{ "rcu", crashme_rcu },
	{ "shift", crashme_shift },
	{ "leak", crashme_leak },
	{ "object", crashme_object },
	{ "count", crashme_count },
	{ "hung", crashme_hung },
	{ "race", crashme_race },
};

static int __init crashme_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crashme_kinds); i++)
		if (!strcmp(kind, crashme_kinds[i].kind))
			crashme_kinds[i].run();
	return 0;
}

static void __exit crashme_exit(void)
{
}

module_init(crashme_init);
module_exit(crashme_exit);
MODULE_DESCRIPTION("Misbehaves on request, for the test machine's own test");
MODULE_LICENSE("GPL");
