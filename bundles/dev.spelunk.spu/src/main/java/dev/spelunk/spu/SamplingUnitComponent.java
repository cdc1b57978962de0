// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.SamplingUnit;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Service: the Statistical Profiling Unit, with the implementation-defined choices of its configuration. */
@Component(
        service = SamplingUnit.class,
        configurationPid = SamplingUnitComponent.PID,
        property = {Parts.PART + "=" + Parts.SPU, Parts.NAME + "=spu"})
@BringsFeature("FEAT_SPE_ArchInst")
@NeedsFeature("FEAT_SPE")
public final class SamplingUnitComponent implements SamplingUnit {
    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.spu";

    /** What PMSIDR_EL1 and PMBIDR_EL1 tell of the implementation (DDI 0487, D24.7.14 and D24.7.1). */
    @interface Config {
        /** PMSIDR_EL1.Interval, in operations: 256, 512, 768, 1024, 1536, 2048, 3072 or 4096. */
        int minimumInterval() default 256;

        /** PMSIDR_EL1.CountSize, in bits: 12 or 16. */
        int countSize() default 12;

        /** PMSIDR_EL1.MaxSize, in bytes: a power of two from 64 to 2048. */
        int maxRecordSize() default 64;

        /** PMBIDR_EL1.Align, in bytes: a power of two from 1 to maxRecordSize. */
        int alignment() default 64;

        /** PMSIDR_EL1.ArchInst: the sample population is documented to be instructions. */
        boolean archInst() default true;
    }

    private static final int[] INTERVALS = {256, 512, 768, 1024, 1536, 2048, 3072, 4096};

    private final long pmsidr;
    private final long pmbidr;

    /** @throws BadInputException when a value is not one of those allowed */
    @Activate
    public SamplingUnitComponent(Config config) {
        int interval = encoded(config.minimumInterval());
        if (interval < 0) {
            throw invalid("minimumInterval", config.minimumInterval(), "256, 512, 768, 1024, 1536, 2048, 3072 or 4096");
        }
        if (config.countSize() != 12 && config.countSize() != 16) {
            throw invalid("countSize", config.countSize(), "12 or 16");
        }
        int maxSize = config.maxRecordSize();
        if (maxSize < 64 || maxSize > 2048 || Integer.bitCount(maxSize) != 1) {
            throw invalid("maxRecordSize", maxSize, "64, 128, 256, 512, 1024 or 2048");
        }
        int alignment = config.alignment();
        if (alignment < 1 || alignment > maxSize || Integer.bitCount(alignment) != 1) {
            throw invalid("alignment", alignment, "a power of two from 1 to maxRecordSize, which is " + maxSize);
        }
        pmsidr = (long) interval << 8
                | (long) Integer.numberOfTrailingZeros(maxSize) << 12
                | (config.countSize() == 16 ? 3L : 2L) << 16
                | (config.archInst() ? 1 << 3 : 0);
        pmbidr = PMBIDR_EL1.F | Integer.numberOfTrailingZeros(alignment);
    }

    @Override
    public ProfilingRules compose(List<ProfilingFeatures> features) {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsidr = pmsidr;
        rules.pmbidr = pmbidr;
        List<ProfilingFeatures> ordered = new ArrayList<>(features);
        ordered.sort(Comparator.comparingInt(ProfilingFeatures::order).thenComparing(ProfilingFeatures::feature));
        ordered.forEach(f -> f.contribute(rules));
        long excess = rules.events & ~rules.allowedEvents;
        if (excess != 0) {
            throw new BadInputException("a composed profiling feature has event " + Long.numberOfTrailingZeros(excess)
                    + ", which PMSVer " + rules.pmsVer + " has not (DDI 0487, D18.2.6): leave one of them out");
        }
        ProfilingRules composed = rules.build();
        int largest = RecordBuilder.largest(composed);
        if (largest > composed.extension().maxRecordSize()) {
            throw new BadInputException(
                    "the composed profiling features make records of up to " + largest + " bytes, but maxRecordSize of "
                            + PID + " is " + composed.extension().maxRecordSize() + ": make it larger");
        }
        return composed;
    }

    @Override
    public RegisterBank registers(ProfilingRules rules) {
        return new SpuRegisterBank(rules);
    }

    @Override
    public Sampler create(PeContext context, ProfilingRules rules) {
        return new StatisticalProfilingUnit(context, rules);
    }

    /** PMSIDR_EL1.Interval, where 0b0001 is reserved (DDI 0487, D24.7.14); negative when there is no such interval. */
    private static int encoded(int interval) {
        for (int i = 0; i < INTERVALS.length; i++) {
            if (INTERVALS[i] == interval) {
                return i == 0 ? 0 : i + 1;
            }
        }
        return -1;
    }

    private static BadInputException invalid(String key, int value, String allowed) {
        return new BadInputException(PID + ": " + key + " is " + value + ", but must be " + allowed);
    }
}
