// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.hypervisor.VmOptions.Move;
import dev.spelunk.cli.process.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how the KVM model runs its VM. */
public final class VmCommandOptions {
    /** What a finding does. */
    enum Check {
        /** Under kvm it ends the run, at EL2 it is reported. */
        report,
        /** It ends the run. */
        stop
    }

    @Option(
            names = "--check",
            arity = "0..1",
            fallbackValue = "report",
            paramLabel = "stop",
            description = "Check every invariant of the KVM model's register handling at each VM exit and "
                    + "entry; a broken one ends the run with exit code 5 and the history of the registers. At EL2: check what "
                    + "the guest does as a hypervisor with the SPU, report it and go on, or with =stop end so.")
    private Check check;

    @Option(
            names = "--spe-irq",
            paramLabel = "INTID",
            defaultValue = "21",
            description = "The interrupt of the guest's SPE, a PPI: KVM_ARM_VCPU_SPE_IRQ. Default: ${DEFAULT-VALUE}.")
    private int interrupt;

    @Option(
            names = "--spe-spu",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which physical SPU the vCPUs use: KVM_ARM_VCPU_SPE_SPU. Default: ${DEFAULT-VALUE}.")
    private int spu;

    @Option(
            names = "--spe-max-buffer",
            paramLabel = "SIZE",
            defaultValue = "0",
            converter = MachineOptions.Size.class,
            description = "The largest profiling buffer that the guest may have, shown in PMBIDR_EL1: "
                    + "KVM_ARM_VCPU_SPE_MAX_BUFFER_SIZE. Default: no limit.")
    private long maxBuffer;

    @Option(
            names = "--spe-physical-addresses",
            description = "Let the guest have physical address packets (PMSCR_EL2.PA = 1): "
                    + "what they show are the host's addresses.")
    private boolean physicalAddresses;

    @Option(
            names = "--physical-pes",
            paramLabel = "N",
            defaultValue = "0",
            description = "PEs that the --cpus vCPUs share. Default: each has its own.")
    private int physicalPes;

    @Option(
            names = "--time-slice",
            paramLabel = "CYCLES",
            defaultValue = "1000000",
            description =
                    "Virtual cycles (nanoseconds) that a vCPU keeps a PE for which others wait. Default: ${DEFAULT-VALUE}.")
    private long timeSlice;

    @Option(
            names = "--host-task",
            description = "A task of the host that profiles itself at EL2 and EL0 takes turns with the "
                    + "vCPUs of PE 0; its records go to host-records.bin.")
    private boolean hostTask;

    @Option(names = "--pes-without-spe", paramLabel = "N", split = ",", description = "Physical PEs that have no SPE.")
    private List<Integer> pesWithoutSpe = new ArrayList<>();

    @Option(
            names = "--move-vcpu",
            paramLabel = "AT=VCPU:PE",
            converter = MoveConverter.class,
            description =
                    "Bind a vCPU to another PE when so many instructions have been executed. May be given several times.")
    private List<Move> moves = new ArrayList<>();

    /** Whether nothing is looked at and nothing happens on the way. */
    boolean undisturbed() {
        return check == null && moves.isEmpty();
    }

    /**
     * What the VM is told.
     *
     * @param kvm whether there is one
     * @param el2 whether the guest is a hypervisor itself
     * @throws UserError when an option needs a VM and there is none
     */
    VmOptions options(boolean kvm, boolean el2) {
        ProfilingAttributes profiling = new ProfilingAttributes(interrupt, spu, maxBuffer);
        VmOptions options = new VmOptions(
                check != null,
                check == Check.stop,
                profiling,
                physicalPes,
                timeSlice,
                new TreeSet<>(pesWithoutSpe),
                moves,
                hostTask,
                physicalAddresses);
        if (!kvm && !options.withCheck(check != null && !el2, false).equals(VmOptions.DEFAULT)) {
            throw new UserError(
                    "--check (below EL2), --spe-*, --physical-pes, --time-slice, --host-task, --pes-without-spe and --move-vcpu "
                            + "are of the KVM model: they need --hypervisor kvm");
        }
        return options;
    }

    /** Reads a move of a vCPU. */
    static final class MoveConverter implements ITypeConverter<Move> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,18})=(\\d{1,4}):(\\d{1,4})");

        @Override
        public Move convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is not AT=VCPU:PE; write for example 5000000=1:0");
            }
            return new Move(
                    Long.parseLong(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)));
        }
    }
}
