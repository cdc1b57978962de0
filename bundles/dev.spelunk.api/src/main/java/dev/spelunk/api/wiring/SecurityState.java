// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.wiring;

/** A Security state (DDI 0487, D1.4); in the order of the values of SCR_EL3.{NSE, NS} that select it. */
public enum SecurityState {
    SECURE,
    NON_SECURE,
    /** EL3's with FEAT_RME; below EL3 what the reserved value of {NSE, NS} selects. */
    ROOT,
    REALM;

    private static final SecurityState[] BY_CODE = values();

    static SecurityState of(boolean nse, boolean ns) {
        return BY_CODE[(nse ? 2 : 0) + (ns ? 1 : 0)];
    }
}
