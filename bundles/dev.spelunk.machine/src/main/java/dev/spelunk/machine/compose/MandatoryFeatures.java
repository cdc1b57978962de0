// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The features that every implementation of an architecture version has, and those that it has because it has others
 * (DDI 0487, A2.2 and A2.3). A machine may lack them, as they are not modelled. Left out are what every machine here is
 * (FEAT_AA64EL0, FEAT_AA64EL1, FEAT_IVIPT), what only features demand that nothing models, and SPE and PMUv3, whose
 * {@link FeatureRules} a machine must obey.
 */
public final class MandatoryFeatures {
    private static final Map<Integer, Set<String>> FROM = Map.ofEntries(
            Map.entry(81, Set.of("FEAT_CRC32", "FEAT_HPDS", "FEAT_LOR", "FEAT_LSE", "FEAT_PAN")),
            Map.entry(
                    82,
                    Set.of(
                            "FEAT_ASMv8p2",
                            "FEAT_DPB",
                            "FEAT_Debugv8p2",
                            "FEAT_PAN2",
                            "FEAT_RAS",
                            "FEAT_TTCNP",
                            "FEAT_UAO")),
            Map.entry(83, Set.of("FEAT_LRCPC", "FEAT_PAuth")),
            Map.entry(
                    84,
                    Set.of(
                            "FEAT_DIT",
                            "FEAT_Debugv8p4",
                            "FEAT_FlagM",
                            "FEAT_IDST",
                            "FEAT_LRCPC2",
                            "FEAT_LSE2",
                            "FEAT_TLBIOS",
                            "FEAT_TLBIRANGE",
                            "FEAT_TTL")),
            Map.entry(
                    85,
                    Set.of("FEAT_BTI", "FEAT_CSV2", "FEAT_CSV3", "FEAT_DPB2", "FEAT_E0PD", "FEAT_SB", "FEAT_SPECRES")),
            Map.entry(86, Set.of("FEAT_ECV", "FEAT_I8MM", "FEAT_PAuth2")),
            Map.entry(87, Set.of("FEAT_PAN3", "FEAT_WFxT", "FEAT_XS")),
            Map.entry(
                    88,
                    Set.of(
                            "FEAT_CMOW",
                            "FEAT_Debugv8p8",
                            "FEAT_ETS2",
                            "FEAT_HBC",
                            "FEAT_MOPS",
                            "FEAT_NMI",
                            "FEAT_TIDCP1")),
            Map.entry(
                    89,
                    Set.of(
                            "FEAT_CLRBHB",
                            "FEAT_CSSC",
                            "FEAT_Debugv8p9",
                            "FEAT_ECBHB",
                            "FEAT_SCTLR2",
                            "FEAT_SPECRES2",
                            "FEAT_TCR2")),
            Map.entry(94, Set.of("FEAT_CHK")),
            Map.entry(95, Set.of("FEAT_ASID2", "FEAT_CPA", "FEAT_ETS3", "FEAT_STEP2")),
            Map.entry(96, Set.of("FEAT_CMPBR", "FEAT_LSUI", "FEAT_OCCMO", "FEAT_SRMASK", "FEAT_UINJ")));

    /** From an architecture version on, a machine that has every feature of {@code when} has {@code needs}. */
    private record Conditional(int from, Set<String> when, Set<String> needs) {}

    private static final List<Conditional> CONDITIONAL = List.of(
            new Conditional(81, Set.of("FEAT_EL2"), Set.of("FEAT_VHE")),
            new Conditional(81, Set.of("FEAT_AdvSIMD"), Set.of("FEAT_RDM")),
            new Conditional(82, Set.of("FEAT_EL2"), Set.of("FEAT_XNX")),
            new Conditional(83, Set.of("FEAT_FP"), Set.of("FEAT_FCMA", "FEAT_JSCVT")),
            new Conditional(84, Set.of("FEAT_AdvSIMD"), Set.of("FEAT_DotProd")),
            new Conditional(84, Set.of("FEAT_EL3"), Set.of("FEAT_DoubleFault")),
            new Conditional(84, Set.of("FEAT_FP16"), Set.of("FEAT_FHM")),
            new Conditional(84, Set.of("FEAT_RAS"), Set.of("FEAT_RASv1p1")),
            new Conditional(84, Set.of("FEAT_EL2"), Set.of("FEAT_S2FWB")),
            new Conditional(84, Set.of("FEAT_EL2", "FEAT_EL3"), Set.of("FEAT_SEL2")),
            new Conditional(85, Set.of("FEAT_EL2"), Set.of("FEAT_EVT", "FEAT_GTG")),
            new Conditional(85, Set.of("FEAT_FP"), Set.of("FEAT_FRINTTS")),
            new Conditional(86, Set.of("FEAT_EL2"), Set.of("FEAT_FGT")),
            new Conditional(86, Set.of("FEAT_FP"), Set.of("FEAT_BF16")),
            new Conditional(87, Set.of("FEAT_EL2"), Set.of("FEAT_HCX")),
            new Conditional(87, Set.of("FEAT_FP"), Set.of("FEAT_AFP")),
            new Conditional(89, Set.of("FEAT_EL2"), Set.of("FEAT_FGT2")),
            new Conditional(89, Set.of("FEAT_PMUv3"), Set.of("FEAT_PMUv3p9")),
            new Conditional(90, Set.of("FEAT_FP", "FEAT_AdvSIMD"), Set.of("FEAT_FP16", "FEAT_FlagM2")),
            new Conditional(95, Set.of("FEAT_EL3"), Set.of("FEAT_E3DSE")),
            new Conditional(95, Set.of("FEAT_FP"), Set.of("FEAT_FAMINMAX")),
            new Conditional(95, Set.of("FEAT_AdvSIMD"), Set.of("FEAT_LUT")),
            new Conditional(96, Set.of("FEAT_EL3"), Set.of("FEAT_IDTE3")));

    private MandatoryFeatures() {}

    /**
     * The mandatory features of a version that a set lacks, in name order.
     *
     * @param version in two digits: 85 is Armv8.5. Armv9.n has what Armv8.(n + 5) has.
     * @param features what the machine has
     */
    static SortedSet<String> missing(int version, Set<String> features) {
        SortedSet<String> missing = new TreeSet<>();
        FROM.forEach((from, names) -> {
            if (FeatureRules.includes(version, from)) {
                missing.addAll(names);
            }
        });
        for (Conditional c : CONDITIONAL) {
            if (FeatureRules.includes(version, c.from) && features.containsAll(c.when)) {
                missing.addAll(c.needs);
            }
        }
        missing.removeAll(features);
        return missing;
    }
}
