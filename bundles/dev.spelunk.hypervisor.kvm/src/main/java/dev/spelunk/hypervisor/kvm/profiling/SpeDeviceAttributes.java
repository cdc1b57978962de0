// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.profiling;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;

/** The device attributes with the errors of the series, after those of the vCPU's PMU where the series is silent. */
@Component
public final class SpeDeviceAttributes implements VcpuProfilingDevice {
    @Override
    public Attributes create(Vm vm) {
        return new OfVm(vm);
    }

    /** Sets what a run asks for on each vCPU, as its user space would. */
    public static Attributes of(Vm vm, ProfilingAttributes wanted) {
        OfVm attributes = new OfVm(vm);
        try {
            for (int vcpu = 0; vcpu < vm.vcpus(); vcpu++) {
                if (vm.series() == Series.V7) {
                    attributes.set(vcpu, Attribute.FEATURE, 1);
                }
                attributes.set(vcpu, Attribute.IRQ, wanted.interrupt());
                attributes.set(vcpu, Attribute.SPU, wanted.spu());
                if (wanted.maxBufferSize() != 0) {
                    attributes.set(vcpu, Attribute.MAX_BUFFER_SIZE, wanted.maxBufferSize());
                }
                attributes.set(vcpu, Attribute.INIT, 0);
            }
        } catch (RefusedException e) {
            throw new BadInputException(e.getMessage(), e);
        }
        return attributes;
    }

    private static final class OfVm implements Attributes {
        private static final int FIRST_PPI = 16;
        private static final int LAST_PPI = 31;
        private static final long UNSET = -1;

        private final Vm vm;
        private final long[] interrupt;
        private final long[] spu;
        private final long[] size;
        private final boolean[] feature;
        private final boolean[] initialized;
        private boolean ran;

        private OfVm(Vm vm) {
            this.vm = vm;
            interrupt = unset(vm.vcpus());
            spu = unset(vm.vcpus());
            size = unset(vm.vcpus());
            feature = new boolean[vm.vcpus()];
            Arrays.fill(feature, vm.series() == Series.V6);
            initialized = new boolean[vm.vcpus()];
        }

        private static long[] unset(int count) {
            long[] values = new long[count];
            Arrays.fill(values, UNSET);
            return values;
        }

        @Override
        public void set(int vcpu, Attribute attribute, long value) throws RefusedException {
            if (vcpu < 0 || vcpu >= vm.vcpus()) {
                throw new RefusedException(Error.EINVAL, "there is no vCPU " + vcpu);
            }
            if (vm.spus() == 0) {
                throw new RefusedException(Error.ENODEV, "the machine has no SPE");
            }
            if (ran) {
                throw new RefusedException(Error.EBUSY, attribute + " of vCPU " + vcpu + ": the VM has run already");
            }
            if (initialized[vcpu]) {
                throw new RefusedException(
                        Error.EBUSY, attribute + " of vCPU " + vcpu + ": its SPE is initialized already");
            }
            if (!feature[vcpu] && attribute != Attribute.FEATURE) {
                throw new RefusedException(Error.ENODEV, "vCPU " + vcpu + " was made without the SPE feature");
            }
            switch (attribute) {
                case FEATURE:
                    feature(vcpu, value);
                    break;
                case IRQ:
                    interrupt(vcpu, value);
                    break;
                case SPU:
                    if (value < 0 || value >= vm.spus()) {
                        throw new RefusedException(
                                Error.ENXIO, "there is no SPU " + value + ": the machine has " + vm.spus());
                    }
                    spu[vcpu] = same(spu, value, "SPU");
                    break;
                case MAX_BUFFER_SIZE:
                    maximum(vcpu, value);
                    break;
                default:
                    initialize(vcpu);
                    break;
            }
        }

        private void feature(int vcpu, long value) throws RefusedException {
            if (vm.series() == Series.V6) {
                throw new RefusedException(Error.ENXIO, "series v6 has no attribute for the SPE feature");
            }
            if (value != 0 && value != 1) {
                throw new RefusedException(Error.EINVAL, "the SPE feature is 0 or 1, not " + value);
            }
            feature[vcpu] = value == 1;
        }

        private void interrupt(int vcpu, long value) throws RefusedException {
            if (!vm.interruptController()) {
                throw new RefusedException(Error.EINVAL, "the VM has no virtual GIC that could take an interrupt");
            }
            if (interrupt[vcpu] != UNSET) {
                throw new RefusedException(Error.EBUSY, "the interrupt of vCPU " + vcpu + " is set already");
            }
            if (value < FIRST_PPI || value > LAST_PPI) {
                throw new RefusedException(Error.EINVAL, "SPE's interrupt " + value + " is not a PPI: use 16 to 31");
            }
            interrupt[vcpu] = same(interrupt, value, "interrupt");
        }

        private void maximum(int vcpu, long value) throws RefusedException {
            if (vm.series() == Series.V7) {
                throw new RefusedException(
                        Error.ENXIO,
                        "a maximum profiling buffer size cannot be set: series v7 has no attribute for it, and the guest "
                                + "reads the hardware's PMBIDR_EL1");
            }
            if (!vm.fineGrainedTraps()) {
                throw new RefusedException(
                        Error.ENXIO,
                        "a maximum profiling buffer size cannot be set: without FEAT_FGT the "
                                + "guest reads the hardware's PMBIDR_EL1");
            }
            try {
                MaxBufferSize.encode(value);
            } catch (MaxBufferSize.NotRepresentableException e) {
                throw new RefusedException(Error.EDOM, e.getMessage().replace("EDOM: ", ""));
            }
            size[vcpu] = same(size, value, "maximum buffer size");
        }

        private void initialize(int vcpu) throws RefusedException {
            if (interrupt[vcpu] == UNSET) {
                throw new RefusedException(Error.ENXIO, "SPE of vCPU " + vcpu + " has no interrupt yet");
            }
            if (!vm.initialized()) {
                throw new RefusedException(Error.ENXIO, "the virtual GIC is not initialized yet");
            }
            int intid = (int) interrupt[vcpu];
            if (intid == HostInterrupts.VIRTUAL_TIMER
                    || intid == HostInterrupts.PHYSICAL_TIMER
                    || intid == HostInterrupts.PMU) {
                throw new RefusedException(Error.EEXIST, "interrupt " + intid + " is another device's of the vCPU");
            }
            if (size[vcpu] != size[0]) {
                throw new RefusedException(Error.EINVAL, "the maximum buffer size is not the same for every vCPU");
            }
            initialized[vcpu] = true;
        }

        /** The value, when no vCPU has another one. */
        private static long same(long[] values, long value, String what) throws RefusedException {
            for (int i = 0; i < values.length; i++) {
                if (values[i] != UNSET && values[i] != value) {
                    throw new RefusedException(
                            Error.EINVAL,
                            "the " + what + " is not the same for every vCPU: vCPU " + i + " has " + values[i]);
                }
            }
            return value;
        }

        @Override
        public void ran() {
            ran = true;
        }

        @Override
        public ProfilingAttributes complete() {
            return new ProfilingAttributes(
                    (int) interrupt[0], spu[0] == UNSET ? 0 : (int) spu[0], size[0] == UNSET ? 0 : size[0]);
        }
    }
}
