// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: the device attributes of the vCPUs' SPE that the user space of a VM sets
 * (KVM_SET_DEVICE_ATTR on a vCPU, group KVM_ARM_VCPU_SPE_CTRL).
 */
@ProviderType
public interface VcpuProfilingDevice {
    /** Which version of KVM's series the attributes are of. */
    enum Series {
        /** RFC v6 of November 2025: buffers are pinned when the guest enables them, and have a maximum size. */
        V6,
        /** RFC v7 of September 2026: all of the guest's memory is resident before the first entry, and no size is too large. */
        V7
    }

    /** An attribute. */
    enum Attribute {
        /** The vCPU has SPE, 1 or 0 (series v7). Set before all others. */
        FEATURE,
        /** INTID of the buffer management interrupt, a PPI, the same for all vCPUs. */
        IRQ,
        /** Number of the physical SPU; in series v7 the instance of the host's PMU that stands for it. */
        SPU,
        /** Maximum size of the profiling buffer in bytes, unsigned (series v6). */
        MAX_BUFFER_SIZE,
        /** The attributes are complete. */
        INIT
    }

    /** What the error numbers of the kernel's interface say. */
    enum Error {
        EBUSY,
        EDOM,
        EEXIST,
        EINVAL,
        ENODEV,
        ENXIO
    }

    /**
     * The VM as the attributes find it.
     *
     * @param vcpus number of vCPUs
     * @param spus number of physical SPUs
     * @param interruptController whether the VM has its virtual GIC
     * @param initialized whether that is initialized
     * @param fineGrainedTraps whether the machine has FEAT_FGT
     * @param series which attributes there are
     */
    record Vm(
            int vcpus,
            int spus,
            boolean interruptController,
            boolean initialized,
            boolean fineGrainedTraps,
            Series series) {}

    /** The attributes of one VM. */
    interface Attributes {
        /** Sets an attribute of a vCPU; the value of {@link Attribute#INIT} has no meaning. */
        void set(int vcpu, Attribute attribute, long value) throws RefusedException;

        /** KVM_RUN has been called: from now on nothing can be set. */
        void ran();

        /** What is set, the same for every vCPU, when all are complete. */
        ProfilingAttributes complete();
    }

    /** Begins with nothing set. */
    Attributes create(Vm vm);

    /** An attribute was refused. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final Error error;

        public RefusedException(Error error, String why) {
            super(error + ": " + why);
            this.error = error;
        }

        public Error error() {
            return error;
        }
    }
}
