// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The features that every implementation of an architecture version has, whatever else it implements (DDI 0487,
 * A2.2 and A2.3: "mandatory from"). What every machine here is (FEAT_AA64EL0, FEAT_AA64EL1, FEAT_IVIPT) is left
 * out; what depends on another feature is one of {@link FeatureRules}.
 */
final class MandatoryFeatures {
    private static final Map<Integer, Set<String>> FROM = Map.ofEntries(
            Map.entry(81, Set.of("FEAT_CRC32", "FEAT_HPDS", "FEAT_LOR", "FEAT_LSE", "FEAT_PAN")),
            Map.entry(82, Set.of("FEAT_ASMv8p2", "FEAT_DPB", "FEAT_Debugv8p2", "FEAT_PAN2", "FEAT_RAS", "FEAT_TTCNP",
                    "FEAT_UAO")),
            Map.entry(83, Set.of("FEAT_LRCPC", "FEAT_PAuth")),
            Map.entry(84, Set.of("FEAT_DIT", "FEAT_Debugv8p4", "FEAT_FlagM", "FEAT_IDST", "FEAT_LRCPC2", "FEAT_LSE2",
                    "FEAT_TLBIOS", "FEAT_TLBIRANGE", "FEAT_TTL")),
            Map.entry(85, Set.of("FEAT_BTI", "FEAT_CSV2", "FEAT_CSV3", "FEAT_DPB2", "FEAT_E0PD", "FEAT_SB",
                    "FEAT_SPECRES")),
            Map.entry(86, Set.of("FEAT_ECV", "FEAT_I8MM", "FEAT_PAuth2")),
            Map.entry(87, Set.of("FEAT_PAN3", "FEAT_WFxT", "FEAT_XS")),
            Map.entry(88, Set.of("FEAT_CMOW", "FEAT_Debugv8p8", "FEAT_ETS2", "FEAT_HBC", "FEAT_MOPS", "FEAT_NMI",
                    "FEAT_TIDCP1")),
            Map.entry(89, Set.of("FEAT_CLRBHB", "FEAT_CSSC", "FEAT_Debugv8p9", "FEAT_ECBHB", "FEAT_SCTLR2",
                    "FEAT_SPECRES2", "FEAT_TCR2")),
            Map.entry(94, Set.of("FEAT_CHK")),
            Map.entry(95, Set.of("FEAT_ASID2", "FEAT_CPA", "FEAT_ETS3", "FEAT_STEP2")),
            Map.entry(96, Set.of("FEAT_CMPBR", "FEAT_LSUI", "FEAT_OCCMO", "FEAT_SRMASK", "FEAT_UINJ")));

    private MandatoryFeatures() {
    }

    /**
     * Every mandatory feature of a version, in name order.
     *
     * @param version in two digits: 85 is Armv8.5. Armv9.n has what Armv8.(n + 5) has.
     */
    static SortedSet<String> of(int version) {
        SortedSet<String> features = new TreeSet<>();
        FROM.forEach((from, names) -> {
            if (FeatureRules.includes(version, from)) {
                features.addAll(names);
            }
        });
        return features;
    }
}
