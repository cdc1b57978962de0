// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.TestMachine;
import java.util.Set;
import java.util.TreeSet;

/** One PE with a register table, as the composition sets it up. */
final class Bench extends TestMachine {
    static final Set<String> V85 = Set.of(
            "FEAT_EL2",
            "FEAT_EL3",
            "FEAT_VHE",
            "FEAT_FGT",
            "FEAT_LSE",
            "FEAT_PAN",
            "FEAT_UAO",
            "FEAT_LOR",
            "FEAT_CRC32",
            "FEAT_FlagM",
            "FEAT_FlagM2",
            "FEAT_DIT",
            "FEAT_SSBS",
            "FEAT_SSBS2",
            "FEAT_VMID16",
            "FEAT_TTST",
            "FEAT_LRCPC",
            "FEAT_LRCPC2",
            "FEAT_PAN2",
            "FEAT_HPDS",
            "FEAT_XNX",
            "FEAT_TTCNP",
            "FEAT_IDST",
            "FEAT_TTL",
            "FEAT_E0PD",
            "FEAT_CSV2",
            "FEAT_CSV3");

    Bench(int version, Set<String> features, RegisterBank... banks) {
        super(TestMachine.builder().version(version).features(features).registers(new RegisterModelComponent(), banks));
        if (features.contains("FEAT_EL3")) {
            context.register(SystemRegister.SCR_EL3, 0x531);
            if (features.contains("FEAT_FGT")) {
                set(SystemRegister.SCR_EL3, 1L << 27);
            }
        }
    }

    /** Armv8.5 with everything but the features named. */
    static Bench without(String... missing) {
        Set<String> features = new TreeSet<>(V85);
        features.removeAll(Set.of(missing));
        return new Bench(85, features);
    }

    Bench el(int el) {
        pe.el = el;
        return this;
    }

    /** Sets bits in a register itself. */
    Bench set(int encoding, long bits) {
        context.register(encoding, context.register(encoding) | bits);
        return this;
    }
}
