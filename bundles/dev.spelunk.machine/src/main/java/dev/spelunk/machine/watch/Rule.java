// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

/** What a hypervisor at EL2 that lends its SPU keeps, as far as hardware sees it. */
enum Rule {
    STAGE2_OFF("PMBLIMITR_EL1.E is 1 for a VM whose stage 2 is off", "KVM's register handling note; DDI 0487, D17.7.2"),
    BUFFER_OF_ANOTHER(
            "a buffer that was enabled for one context is enabled for another",
            "DDI 0487, D24.3.17 (MDCR_EL2.E2PB), D17.4"),
    POINTER_NOT_WRITTEN(
            "PMBLIMITR_EL1.E was set before PMBPTR_EL1 was written after the switch", "KVM's register handling note"),
    STATUS_SET("the hypervisor wrote PMBSR_EL1.S to 1", "KVM's register handling note; DDI 0487, D17.8"),
    NOT_DRAINED("the VM's buffer was taken away without PSB CSYNC and DSB", "DDI 0487, D17.9.1, C6.2.318"),
    STATUS_LEFT("a VM is entered with PMBSR_EL1.S = 1 in hardware", "KVM's register handling note; DDI 0487, D17.4"),
    CONTROLS_OF_ANOTHER("sampling controls of one context are in force in another", "DDI 0487, D17.4"),
    STALE_TRANSLATION(
            "a record was written through a translation that the tables no longer hold", "DDI 0487, D8.17, D17.8.3");

    /** What is wrong. */
    final String text;
    /** Where it stands. */
    final String source;

    Rule(String text, String source) {
        this.text = text;
        this.source = source;
    }
}
