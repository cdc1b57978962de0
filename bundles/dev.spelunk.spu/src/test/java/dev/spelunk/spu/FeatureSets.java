// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.pmsver.v1p1.StatisticalProfilingV1p1;
import dev.spelunk.pmsver.v1p2.StatisticalProfilingV1p2;
import dev.spelunk.pmsver.v1p3.StatisticalProfilingV1p3;
import dev.spelunk.pmsver.v1p4.StatisticalProfilingV1p4;
import dev.spelunk.pmsver.v1p5.StatisticalProfilingV1p5;
import dev.spelunk.spe.altclk.AlternateClock;
import dev.spelunk.spe.crr.CallReturnRecording;
import dev.spelunk.spe.dpfzs.FreezeCycleCounter;
import dev.spelunk.spe.eft.ExtendedFilteringByType;
import dev.spelunk.spe.ernd.ExtendedRandomization;
import dev.spelunk.spe.exc.ProfilingException;
import dev.spelunk.spe.fds.DataSourceFiltering;
import dev.spelunk.spe.fne.InverseEventFiltering;
import dev.spelunk.spe.fpf.FloatingPointFlag;
import dev.spelunk.spe.lds.LoadedDataSource;
import dev.spelunk.spe.nvm.PhysicalPointers;
import dev.spelunk.spe.pbt.PreviousBranchTarget;
import dev.spelunk.spe.sme.StreamingMode;
import dev.spelunk.testkit.Configs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The feature sets by their names, as the bundles make them with their default configurations. */
final class FeatureSets {
    /** The PMSVer versions from 1 on, each with what it cannot be without. */
    static final List<List<String>> VERSIONS = List.of(
            List.of("FEAT_SPE"),
            List.of("FEAT_SPEv1p1"),
            List.of("FEAT_SPEv1p2", "FEAT_SPE_FnE"),
            List.of("FEAT_SPEv1p3"),
            List.of("FEAT_SPEv1p4"),
            List.of("FEAT_SPEv1p5", "FEAT_SPE_CRR", "FEAT_SPE_EXC", "FEAT_SPE_nVM"));

    private FeatureSets() {}

    /** The feature set of a version, 1 to 6, and those before it, with more on top. */
    static ProfilingFeatures[] of(int pmsVer, String... more) {
        List<ProfilingFeatures> features = new ArrayList<>();
        for (int i = 0; i < pmsVer; i++) {
            VERSIONS.get(i).forEach(name -> features.add(named(name)));
        }
        Arrays.stream(more).forEach(name -> features.add(named(name)));
        return features.toArray(ProfilingFeatures[]::new);
    }

    /** As {@link #of}, without FEAT_SPE, which {@link Bench} adds. */
    static ProfilingFeatures[] beside(int pmsVer, String... more) {
        return Arrays.stream(of(pmsVer, more))
                .filter(f -> !f.feature().equals("FEAT_SPE"))
                .toArray(ProfilingFeatures[]::new);
    }

    /** Composes what {@link #of} names, without padding and with room for the largest records. */
    static ProfilingRules compose(int pmsVer, String... more) {
        return new SamplingUnitComponent(
                        Configs.of(SamplingUnitComponent.Config.class, Map.of("maxRecordSize", 128, "alignment", 1)))
                .compose(List.of(of(pmsVer, more)));
    }

    private static ProfilingFeatures named(String feature) {
        return switch (feature) {
            case "FEAT_SPE" -> new StatisticalProfiling();
            case "FEAT_SPEv1p1" -> new StatisticalProfilingV1p1();
            case "FEAT_SPEv1p2" -> new StatisticalProfilingV1p2();
            case "FEAT_SPEv1p3" -> new StatisticalProfilingV1p3();
            case "FEAT_SPEv1p4" -> new StatisticalProfilingV1p4();
            case "FEAT_SPEv1p5" -> new StatisticalProfilingV1p5();
            case "FEAT_SPE_FnE" -> new InverseEventFiltering();
            case "FEAT_SPE_PBT" -> new PreviousBranchTarget(Configs.defaults(PreviousBranchTarget.Config.class));
            case "FEAT_SPE_LDS" -> new LoadedDataSource();
            case "FEAT_SPE_FDS" -> new DataSourceFiltering();
            case "FEAT_SPE_CRR" -> new CallReturnRecording();
            case "FEAT_SPE_EFT" -> new ExtendedFilteringByType();
            case "FEAT_SPE_FPF" -> new FloatingPointFlag();
            case "FEAT_SPE_ALTCLK" -> new AlternateClock(Configs.defaults(AlternateClock.Config.class));
            case "FEAT_SPE_SME" -> new StreamingMode();
            case "FEAT_SPE_ERnd" -> new ExtendedRandomization();
            case "FEAT_SPE_DPFZS" -> new FreezeCycleCounter();
            case "FEAT_SPE_nVM" -> new PhysicalPointers();
            case "FEAT_SPE_EXC" -> new ProfilingException();
            default -> throw new IllegalArgumentException(feature);
        };
    }
}
