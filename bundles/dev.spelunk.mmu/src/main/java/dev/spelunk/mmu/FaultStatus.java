// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translation;

/** Fault status codes without their level (DDI 0487, D24.2.45, ISS encoding for an exception from a Data Abort). */
final class FaultStatus {
    static final int ADDRESS_SIZE = 0b000000;
    static final int TRANSLATION = 0b000100;
    static final int ACCESS_FLAG = 0b001000;
    static final int PERMISSION = 0b001100;
    /** Synchronous External abort on a translation table walk. */
    static final int EXTERNAL_ABORT_ON_WALK = 0b010100;

    private FaultStatus() {}

    /** Records a stage 1 fault. Returns false, for the caller to return. */
    static boolean stage1(Translation out, int status, int level) {
        out.fault = status + level;
        out.stage2 = false;
        out.onWalk = false;
        return false;
    }

    /** Records a stage 2 fault on the IPA, of the access itself or of a stage 1 walk. Returns false. */
    static boolean stage2(Translation out, int status, int level, long ipa, boolean onWalk) {
        out.fault = status + level;
        out.stage2 = true;
        out.onWalk = onWalk;
        out.ipa = ipa;
        return false;
    }
}
