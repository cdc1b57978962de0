// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.fp.ScalarFloatingPoint;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.api.state.PeState;

/** What translated code is called with and says when it returns. This one stands for a PE while code is tried out. */
class RegionFrame {
    final PeState pe;
    AdvancedSimd simd;
    int features;
    int floatingPointFeatures;

    /** Where it goes on, after {@link RegionCode#BOUNDARY}. */
    long pc;
    /** The block that was left. */
    int block;
    /** The operation of it that comes next, after {@link RegionCode#INSIDE}. */
    int op;
    /** Operations that may be executed after the block that was left. */
    int rest;

    int nzcv;

    RegionFrame(PeState pe) {
        this.pe = pe;
    }

    /**
     * Executes an operation by its word; the registers that it reads are in {@code PeState.x}.
     *
     * @return 0 to go on with the next one; {@link RegionCode#INSIDE} or {@link RegionCode#ENDED} to leave before it
     */
    int slow(int inBlock, int operation, int restAfter, int flags) {
        nzcv = flags;
        return 0;
    }

    /** A word of Advanced SIMD, of the form of an ordinal. @return whether it is allocated */
    final boolean simd(int word, int form) {
        return simd.execute(pe, word, Form.at(form));
    }

    /** A word of scalar floating point. @return the new flags, or -1 when it is not allocated */
    final int scalar(int word, int flags) {
        pe.nzcv = flags;
        return ScalarFloatingPoint.execute(pe, word, floatingPointFeatures) ? pe.nzcv : -1;
    }
}
