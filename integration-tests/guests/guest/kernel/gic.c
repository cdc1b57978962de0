// SPDX-License-Identifier: Apache-2.0
// GICv3 for one PE: distributor, the PE's own redistributor, system register CPU interface; PPIs in
// Group 1 only.
#include "kernel.h"
#include "sysreg.h"

#define GICD_CTLR               0x0000
#define GICD_CTLR_ENABLE_GRP1   (1u << 1)
#define GICD_CTLR_ARE           (1u << 4)
#define GICD_CTLR_RWP           (1u << 31)

#define GICR_TYPER              0x0008
#define GICR_TYPER_LAST         (1u << 4)
#define GICR_WAKER              0x0014
#define GICR_WAKER_SLEEP        (1u << 1)
#define GICR_WAKER_ASLEEP       (1u << 2)
#define GICR_STRIDE             0x20000
#define GICR_SGI_BASE           0x10000
#define GICR_IGROUPR0           (GICR_SGI_BASE + 0x0080)
#define GICR_ISENABLER0         (GICR_SGI_BASE + 0x0100)
#define GICR_ICENABLER0         (GICR_SGI_BASE + 0x0180)
#define GICR_IPRIORITYR         (GICR_SGI_BASE + 0x0400)
#define GICR_ICFGR1             (GICR_SGI_BASE + 0x0c04)
#define GICR_IGRPMODR0          (GICR_SGI_BASE + 0x0d00)

#define PRIORITY                0xa0
#define PRIORITY_MASK           0xf0
#define WAIT_LIMIT              1000000

static u64 redistributor;

static void find_redistributor(void)
{
	u64 mpidr = read_sysreg(MPIDR_EL1);
	u32 affinity = (u32)(mpidr & 0xffffff) | (u32)(mpidr >> 32 & 0xff) << 24;
	u64 base = platform.gicr_base;

	for (;; base += GICR_STRIDE) {
		u64 type = mmio_read64(base + GICR_TYPER);

		if (type >> 32 == affinity) {
			redistributor = base;
			return;
		}
		if ((type & GICR_TYPER_LAST) || base + GICR_STRIDE >= platform.gicr_base + platform.gicr_size)
			panic("gic: no redistributor has this PE's affinity");
	}
}

static void wait_clear(u64 address, u32 bit, const char *message)
{
	for (u32 tries = 0; mmio_read32(address) & bit; tries++) {
		if (tries == WAIT_LIMIT)
			panic(message);
	}
}

void gic_init(void)
{
	write_sysreg(ICC_SRE_EL1, 1);
	isb();
	if (!(read_sysreg(ICC_SRE_EL1) & 1))
		panic("gic: ICC_SRE_EL1.SRE stays 0, no system register interface");

	mmio_write32(platform.gicd_base + GICD_CTLR, GICD_CTLR_ARE);
	wait_clear(platform.gicd_base + GICD_CTLR, GICD_CTLR_RWP, "gic: GICD_CTLR.RWP stays 1");
	mmio_write32(platform.gicd_base + GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_ENABLE_GRP1);
	wait_clear(platform.gicd_base + GICD_CTLR, GICD_CTLR_RWP, "gic: GICD_CTLR.RWP stays 1");

	find_redistributor();
	u32 waker = mmio_read32(redistributor + GICR_WAKER);

	mmio_write32(redistributor + GICR_WAKER, waker & ~GICR_WAKER_SLEEP);
	wait_clear(redistributor + GICR_WAKER, GICR_WAKER_ASLEEP, "gic: GICR_WAKER.ChildrenAsleep stays 1");

	mmio_write32(redistributor + GICR_ICENABLER0, 0xffffffff);
	mmio_write32(redistributor + GICR_IGROUPR0, 0xffffffff);
	mmio_write32(redistributor + GICR_IGRPMODR0, 0);

	write_sysreg(ICC_PMR_EL1, PRIORITY_MASK);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_CTLR_EL1, 0);          // EOImode 0: EOIR drops priority and deactivates
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gic_enable_ppi(u32 intid)
{
	u32 shift = 2 * (intid - 16);
	u32 config = mmio_read32(redistributor + GICR_ICFGR1);

	mmio_write32(redistributor + GICR_ICFGR1, config & ~(3u << shift));     // level
	mmio_write8(redistributor + GICR_IPRIORITYR + intid, PRIORITY);
	mmio_write32(redistributor + GICR_ISENABLER0, 1u << intid);
}

u32 gic_acknowledge(void)
{
	u32 intid = (u32)read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	dsb();          // the acknowledge takes effect before the device is touched
	return intid;
}

void gic_end(u32 intid)
{
	write_sysreg(ICC_EOIR1_EL1, intid);
	isb();
}
